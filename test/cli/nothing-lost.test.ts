// Exports that go wrong for real: the system refuses to write, forbids it, or ends the process in the middle. The old file stays.

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder = ''
let program = ''
const capture = () => join(folder, 'trace.pcap')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lost-'))
  chmodSync(folder, 0o755)
  copyFileSync('test/captures/untrusted-root.pcap', capture())
  const bundle = await rolldown({ input: resolve('electron/cli.ts'), platform: 'node', logLevel: 'silent' })
  await bundle.write({ dir: join(folder, 'program'), format: 'esm', entryFileNames: 'cli.mjs' })
  await bundle.close()
  program = pathToFileURL(join(folder, 'program/cli.mjs')).href
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Circumstances {
  /** No file may grow beyond so many blocks of 512 bytes. */
  readonly blocks?: number
  /** Runs before the program, in its process. */
  readonly first?: string
  /** Nobody reads what it prints. */
  readonly unread?: boolean
}

/** Runs the command in a process of its own. */
function inspect(args: readonly string[], { blocks, first = '', unread = false }: Circumstances) {
  const script = `const { main } = await import(${JSON.stringify(program)}); ${first}; process.exitCode = await main(${JSON.stringify(['inspect', capture(), ...args])})`
  const limit = blocks === undefined ? '' : `ulimit -f ${String(blocks)};`
  const node = `"$0" --input-type=module -e "$1"`
  const command = `ulimit -c 0; ${limit} ${unread ? `${node} | true` : `exec ${node}`}`
  return spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8', cwd: folder })
}

/** Ends the process when all is written and nothing has its name yet. */
const killedWhenWritten = `
  const { open } = await import('node:fs/promises')
  const file = await open(process.execPath)
  Object.getPrototypeOf(file).sync = () => process.kill(process.pid, 'SIGKILL')`

/** A folder of its own with an old file of that name. */
function withOld(name: string): string {
  const own = mkdtempSync(join(folder, 'own-'))
  chmodSync(own, 0o755)
  writeFileSync(join(own, name), 'old')
  return join(own, name)
}

const exports = [
  ['a report', 'report.html', (path: string) => ['--format', 'html', '--out', path]],
  ['a capture', 'saved.pcapng', (path: string) => ['--save-capture', path]],
] as const

describe.skipIf(process.platform === 'win32').each(exports)('%s', (_, name, args) => {
  const left = (path: string) => readdirSync(join(path, '..'))

  it('is written where nothing goes wrong', () => {
    const path = withOld(name)
    expect(inspect(args(path), {})).toMatchObject({ status: 0 })
    expect(readFileSync(path).length).toBeGreaterThan(1500)
  })

  it('leaves the old file and nothing else when the system writes no more', () => {
    const path = withOld(name)
    const result = inspect(args(path), { blocks: 2 })
    expect(result.status).toBe(3)
    expect(result.stderr).toContain('EFBIG')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(left(path)).toEqual([basename(path)])
  })

  it('leaves the old file when the process is ended in the middle of writing', () => {
    const path = withOld(name)
    const result = inspect(args(path), { first: killedWhenWritten })
    expect(result.signal).toBe('SIGKILL')
    expect(left(path).some((other) => other.endsWith('.tmp'))).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  it('leaves the old file where the folder may not be written to', () => {
    const path = withOld(name)
    const own = join(path, '..')
    // Nothing is forbidden to root, who gives his rights up first.
    chmodSync(own, 0o555)
    const asNobody = 'if (process.getuid() === 0) process.seteuid(65534)'
    const result = inspect(args(path), { first: asNobody })
    chmodSync(own, 0o755)
    expect(result.status).toBe(3)
    expect(result.stderr).toContain('Choose a folder you may write to')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(left(path)).toEqual([basename(path)])
  })

  it('leaves what has the name and is no file', () => {
    const path = withOld(name)
    rmSync(path)
    mkdirSync(path)
    writeFileSync(join(path, 'inside'), 'kept')
    expect(inspect(args(path), {}).status).toBe(3)
    expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('kept')
    expect(left(path)).toEqual([basename(path)])
  })
})

it.skipIf(process.platform === 'win32').each([
  ['help', '--help'],
  ['a report', '--detail', 'full'],
])('%s that nobody reads is no fault', (_, ...args) => {
  expect(inspect(args, { unread: true })).toMatchObject({ status: 0, stderr: '' })
})
