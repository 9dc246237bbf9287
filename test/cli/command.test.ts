import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCommand } from '../../electron/cli/command.ts'
import type { CliHost } from '../../electron/cli/inspect.ts'
import { runCommand } from '../../electron/cli/run.ts'
import { fault } from '../../electron/outcome.ts'
import type { Report } from '../../shared/contract/report.ts'
import { rowOf } from '../support/rows.ts'
import { captureFixture, modelFixture, reportFixture } from '../support/fixtures.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspect-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** An analysis that knows the sample report under every name but `bad`, and fails in the middle of `breaks`. */
const analyse: CliHost['analyse'] = (path) => {
  if (path === 'bad')
    return Promise.resolve({
      ok: false,
      fault: fault('not-a-capture', 'This is text, not a capture.', 'Name a pcap.'),
    })
  const { conversations } = reportFixture
  return Promise.resolve({
    ok: true,
    value: {
      summary: { ...captureFixture, file: path },
      files: [{ ...captureFixture, file: path }],
      rows: conversations.map(rowOf),
      otherFlows: [],
      model: modelFixture,
      cancelled: false,
      inspect(id) {
        if (path === 'breaks' && id === 20) throw new Error('The file has gone.')
        return conversations.find((conversation) => conversation.id === id)!
      },
      whatIf: () => {
        throw new Error('not asked for')
      },
      hellos: () => {
        throw new Error('not asked for')
      },
      notedPackets: () => [],
      keyLogOf: () => '',
      baseSeconds: 0,
      token: () => {
        throw new Error('not asked for')
      },
      close: () => undefined,
    },
  })
}

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(args: string[], changes: Partial<CliHost> = {}): Promise<Run> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const host: CliHost = {
    stdout,
    stderr,
    version: '1.2.3',
    colours: false,
    width: 100,
    watched: false,
    stopped: new AbortController().signal,
    analyse,
    ...changes,
  }
  stdout.setEncoding('utf8')
  stderr.setEncoding('utf8')
  let out = ''
  let err = ''
  stdout.on('data', (text: string) => (out += text))
  stderr.on('data', (text: string) => (err += text))
  const command = await readCommand(args, host)
  const code = typeof command === 'number' ? command : await runCommand(command, host)
  await new Promise((resolve) => setImmediate(resolve))
  return { code, out, err }
}

describe('the command', () => {
  it('prints its version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' })
  })

  it('has help with options, examples and exit codes', async () => {
    const { code, out } = await run(['inspect', '--help'])
    expect(code).toBe(0)
    for (const word of ['--format', '--keylog', '--fail-on', 'Examples:', 'Exit codes:', 'FILE'])
      expect(out).toContain(word)
  })

  it.each([
    [['inspect'], "missing required argument 'FILE'"],
    [['inspect', 'a.pcap', '--colour'], "unknown option '--colour'"],
    [['inspect', 'a.pcap', '--format', 'xml'], "argument 'xml' is invalid"],
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['inspect', '-', '-'], 'standard input can be read once only'],
    [['inspect', 'a.pcap', '--out', './a.pcap'], '--out would overwrite the capture'],
    [['inspect', 'a.pcap', '--profile', 'middle=x'], 'Write ID, or client=ID,server=ID.'],
    [['inspect', 'a.pcap', '--profile', 'win12'], 'Profiles: win7, win8, win81, win10-1507'],
    [['inspect', 'a.pcap', '--profile', 'client=win10-1809,server=x'], 'There is no "x".'],
    [['what-if', 'a.pcap'], "required option '--conversation <n>' not specified"],
    [['what-if', 'a.pcap', '--conversation', '0'], 'Write a number from 1.'],
    [['what-if', 'a.pcap', '--conversation', '1', '--profile', 'win12'], 'no file "win12"'],
    [['what-if', 'a.pcap', '--conversation', '1', '--off', 'TLS 1.2'], 'change one profile'],
    [
      ['what-if', 'a.pcap', '--conversation', '1', '--profile', 'win7', '--on', 'TLS 1.3'],
      'no version, cipher suite or group "TLS 1.3"',
    ],
    [['explain'], "missing required argument 'TEXT'"],
  ])(
    'refuses %j with exit code 2, an error and a hint, and nothing on standard output',
    async (args, text) => {
      const { code, out, err } = await run(args)
      expect(code).toBe(2)
      expect(out).toBe('')
      expect(err).toMatch(/^error: .*\nhint: .*\n$/s)
      expect(err).toContain(text)
    },
  )

  it('underlines what is wrong in a filter', async () => {
    const { code, err } = await run(['inspect', 'a.pcap', '--filter', 'side == client && colour == red'])
    expect(code).toBe(2)
    expect(err.split('\n').slice(0, 3)).toEqual([
      'error: --filter: There is no field named colour',
      '  side == client && colour == red',
      '                    ^^^^^^',
    ])
  })
})

describe('inspecting', () => {
  it('prints text, and nothing on standard error when all is well', async () => {
    const { code, out, err } = await run(['inspect', 'a.pcap'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('3 conversations: 1 established, 1 failed, 1 incomplete')
    expect(out).toContain('ISC #2 ✗ SEC_E_UNTRUSTED_ROOT')
  })

  it('prints one JSON object for one file and an array for several', async () => {
    const one = JSON.parse((await run(['inspect', 'a.pcap', '--format', 'json'])).out) as Report
    expect(one.conversations).toEqual(reportFixture.conversations)
    const two = JSON.parse((await run(['inspect', 'a.pcap', 'b.pcap', '--format', 'json'])).out) as Report[]
    expect(two.map((report) => report.captures[0]?.file)).toEqual(['a.pcap', 'b.pcap'])
  })

  it('keeps to the conversations that were asked for', async () => {
    const ids = async (...args: string[]) =>
      (await run(['inspect', 'a.pcap', '--format', 'jsonl', ...args])).out
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { id: number }).id)
    expect(await ids()).toEqual([2, 20, 33])
    expect(await ids('--failed')).toEqual([20])
    expect(await ids('--filter', '!failed')).toEqual([2, 33])
    expect(await ids('--failed', '--filter', 'established')).toEqual([])
  })

  it('exits with 1 when --fail-on matches what is reported', async () => {
    expect((await run(['inspect', 'a.pcap', '--fail-on', 'failed'])).code).toBe(1)
    expect((await run(['inspect', 'a.pcap', '--fail-on', 'failed', '--filter', 'established'])).code).toBe(0)
    expect((await run(['inspect', 'a.pcap', '--fail-on', 'warning', '--filter', 'established'])).code).toBe(1)
  })

  it('goes on after a capture that cannot be read, says so and exits with 3', async () => {
    const { code, out, err } = await run([
      'inspect',
      'bad',
      'a.pcap',
      '--format',
      'json',
      '--fail-on',
      'failed',
    ])
    expect(code).toBe(3)
    expect(err).toBe('error: bad: This is text, not a capture.\nhint: Name a pcap.\n')
    expect(JSON.parse(out)).toHaveLength(1)
  })

  it('says that a key log opens nothing', async () => {
    const { code, err } = await run(['inspect', 'a.pcap', '--keylog', 'a.keys'])
    expect(code).toBe(0)
    expect(err).toContain('warning: the key log a.keys opens nothing in a.pcap\nhint: ')
  })

  it('colours only where asked to and never changes a letter', async () => {
    const plain = (await run(['inspect', 'a.pcap'])).out
    const coloured = (await run(['inspect', 'a.pcap'], { colours: true })).out
    expect(coloured).toContain('\u001b[')
    expect(
      coloured
        .split('\u001b')
        .map((part) => part.replace(/^\[\d+m/, ''))
        .join(''),
    ).toBe(plain)
    expect((await run(['inspect', 'a.pcap', '--no-color'], { colours: true })).out).toBe(plain)
  })

  it('stays quiet when nobody reads its output to the end', async () => {
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      },
    })
    const stderr = new PassThrough()
    const result = await run(['inspect', 'a.pcap'], {
      stdout: Object.assign(stdout, { setEncoding: () => stdout }),
      stderr,
    })
    expect([result.code, result.err]).toEqual([0, ''])
  })
})

describe('--out', () => {
  it('writes the report there and nothing else, in the format of its ending', async () => {
    const path = join(folder, 'report.html')
    const { code, out } = await run(['inspect', 'a.pcap', '--out', path])
    expect([code, out]).toEqual([0, ''])
    expect(readFileSync(path, 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\n$/)
    expect(readdirSync(folder)).toEqual(['report.html'])
  })

  it.each([
    ['the capture cannot be read', 'bad', 3, {}],
    ['reading breaks off in the middle', 'breaks', 3, {}],
    ['the user stops it', 'a.pcap', 130, { stopped: AbortSignal.abort() }],
  ])('leaves the old file when %s', async (_, file, expected, changes) => {
    const path = join(folder, 'report.json')
    writeFileSync(path, 'old')
    const { code } = await run(['inspect', file, '--out', path], changes)
    expect(code).toBe(expected)
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['report.json'])
  })

  it('says why it cannot write', async () => {
    const { code, err } = await run(['inspect', 'a.pcap', '--out', join(folder, 'none', 'report.json')])
    expect(code).toBe(3)
    expect(err).toMatch(/^error: There is no folder /)
  })
})
