import { PassThrough } from 'node:stream'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCommand } from '../../electron/cli/command.ts'
import type { CliHost } from '../../electron/cli/inspect.ts'
import { runCommand } from '../../electron/cli/run.ts'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { report, row, type Report } from '../../shared/contract/report.ts'
import { unbroken } from '../support/reports.ts'

const samples = readdirSync('test/captures').filter((name) => name.endsWith('.pcap'))

/** Runs the real command on a sample capture, which it must read. */
async function inspect(name: string, ...args: string[]): Promise<string> {
  const { code, out } = await runOn(name, ...args)
  expect(code).toBe(0)
  return out
}

async function runOn(name: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough().setEncoding('utf8')
  const stderr = new PassThrough().setEncoding('utf8')
  let out = ''
  let err = ''
  stdout.on('data', (text: string) => (out += text))
  stderr.on('data', (text: string) => (err += text))
  const host: CliHost = {
    stdout,
    stderr,
    version: '0',
    colours: false,
    width: 100,
    watched: false,
    stopped: new AbortController().signal,
    analyse: analyseFile,
  }
  const command = await readCommand(['inspect', `test/captures/${name}`, ...args], host)
  if (typeof command === 'number') throw new Error('The arguments were refused.')
  const code = await runCommand(command, host)
  await new Promise((resolve) => setImmediate(resolve))
  return { code, out, err }
}

describe('a file beside the capture that cannot be used', () => {
  it.each([
    ['--keylog', 'no/such.keys', 'no/such.keys does not exist.'],
    ['--key', 'no/such.pem', 'no/such.pem does not exist.'],
    ['--password-file', 'no/such.txt', 'no/such.txt does not exist.'],
    ['--roots', 'no/such.pem', 'no/such.pem does not exist.'],
    ['--keylog', 'README.md', 'neither a key log nor a private key'],
    ['--out', 'no/such/folder/report.txt', 'There is no folder no/such/folder.'],
  ])('%s %s is named with what is wrong, and no error of the system', async (option, path, said) => {
    const { code, out, err } = await runOn('untrusted-root.pcap', option, path)
    expect(code).toBe(3)
    expect(out).toBe('')
    expect(err).toContain(said)
    expect(err).not.toMatch(/ENOENT|\.tmp/)
  })
})

describe.each(samples)('%s', (name) => {
  it('gives a report that keeps to the contract, and nothing beside it', async () => {
    const made = JSON.parse(await inspect(name, '--format', 'json')) as Report
    expect(report.parse(made)).toEqual(made)
    expect(made.conversations.length).toBeGreaterThan(0)
  })

  it('gives rows that agree with the conversations', async () => {
    const { conversations } = JSON.parse(await inspect(name, '--format', 'json')) as Report
    const lines = (await inspect(name, '--format', 'jsonl')).trimEnd().split('\n')
    const rows = lines.map((line) => row.parse(JSON.parse(line)))
    expect(
      rows.map(({ id, outcome, contexts }) => [id, outcome, contexts.client.final, contexts.server.final]),
    ).toEqual(
      conversations.map(({ id, outcome, contexts }) => [
        id,
        outcome,
        contexts.client.final,
        contexts.server.final,
      ]),
    )
  })

  it.each(['text', 'html', 'md'])('is drawn whole as %s', async (format) => {
    const text = await inspect(name, '--format', format, '--detail', 'full')
    expect(text).toContain('ISC #1')
    expect(text).toContain('ASC #1')
  })
})

describe('handing results on', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hand-on-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const saved = (name: string) => join(folder, name)
  const parsed = (text: string) => JSON.parse(text) as Report

  it('saves the chosen conversations as a capture that reads the same, and prints no report', async () => {
    const path = saved('one.pcapng')
    expect(await inspect('ok-tls12-id-resume.pcap', '--conversation', '2', '--save-capture', path)).toBe('')
    const [whole, again] = [await inspect('ok-tls12-id-resume.pcap', '--format', 'json'), await read(path)]
    expect(again.conversations.map(({ key }) => key)).toEqual([parsed(whole).conversations[1]!.key])
  })

  it('replaces addresses in the saved capture, which keeps its outcome', async () => {
    const path = saved('elsewhere.pcap')
    await inspect('untrusted-root.pcap', '--failed', '--save-capture', path, '--replace-addresses')
    const [conversation] = (await read(path)).conversations
    expect(conversation).toMatchObject({
      client: { address: '198.18.0.1' },
      failure: { side: 'client', status: 'SEC_E_UNTRUSTED_ROOT' },
    })
  })

  it('puts secrets into the saved capture only when told to', async () => {
    const keys = ['--keylog', 'test/captures/ok-tls12-full.keys']
    await inspect('ok-tls12-full.pcap', ...keys, '--save-capture', saved('without.pcapng'))
    await inspect('ok-tls12-full.pcap', ...keys, '--save-capture', saved('with.pcapng'), '--with-secrets')
    expect((await read(saved('without.pcapng'))).model.keys).toBe('none')
    expect((await read(saved('with.pcapng'))).model.keys).toBe('keylog')
  })

  it('prints stand-ins in place of what is to be kept back, and puts the title over it', async () => {
    const text = unbroken(
      await inspect('untrusted-root.pcap', '--format', 'html', '--redact', 'all', '--title', 'Case 4711'),
    )
    expect(text).toContain('<h1>Case 4711</h1>')
    expect(text).toContain('server-1.example')
    for (const original of ['server.example', 'otherca Root', 'untrusted-root.pcap'])
      expect(text.replaceAll('server-1.example', '')).not.toContain(original)
  })

  it.each([
    [['--with-secrets'], 'belong to --save-capture'],
    [['--save-capture', 'x.pcap', '--with-secrets'], 'cannot hold secrets'],
    [['--save-capture', 'test/captures/untrusted-root.pcap'], 'overwrite the capture'],
    [['--redact', 'colours'], 'Write some of addresses'],
    [['--conversation', 'two'], 'Write numbers'],
  ])('refuses %j', async (args, reason) => {
    let said = ''
    const write = (text: string) => (said += text)
    const host = { stdout: { write }, stderr: { write }, version: '0' }
    expect(await readCommand(['inspect', 'test/captures/untrusted-root.pcap', ...args], host)).toBe(2)
    expect(said).toContain(reason)
  })

  async function read(path: string): Promise<Report> {
    return parsed(await inspect(relative('test/captures', path), '--format', 'json'))
  }
})

describe('the text of a recorded failure', () => {
  it('names side, call, status and packet', async () => {
    const text = await inspect('untrusted-root.pcap')
    expect(text).toContain('failed at the client, ISC #2')
    expect(text).toContain('SEC_E_UNTRUSTED_ROOT')
    expect(text).toContain('7 bytes #8')
  })

  it('is found by the status an analyst holds', async () => {
    const found = await inspect(
      'no-common-cipher.pcap',
      '--format',
      'jsonl',
      '--filter',
      'status == -2146893018',
    )
    expect(found.split('\n').filter(Boolean)).toHaveLength(1)
  })
})

describe('--chain', () => {
  it('gives one report whose captures are all the files', async () => {
    const both = ['test/captures/ok-tls12-full.pcap', '--chain', '--format', 'json']
    const made = JSON.parse(await inspect('untrusted-root.pcap', ...both)) as Report
    expect(report.parse(made)).toEqual(made)
    expect(made.captures.map(({ file }) => file).sort()).toEqual([
      'test/captures/ok-tls12-full.pcap',
      'test/captures/untrusted-root.pcap',
    ])
    expect(made.conversations.map(({ outcome }) => outcome).sort()).toEqual(['established', 'failed'])
  })
})

describe('--follow', () => {
  it('ends with the report when it is stopped, and told each conversation as it closed', async () => {
    const stdout = new PassThrough().setEncoding('utf8')
    const stderr = new PassThrough().setEncoding('utf8')
    let out = ''
    let err = ''
    const stopped = new AbortController()
    stdout.on('data', (text: string) => (out += text))
    stderr.on('data', (text: string) => (err += text))
    const host: CliHost = {
      stdout,
      stderr,
      version: '0',
      colours: false,
      width: 100,
      watched: false,
      stopped: stopped.signal,
      analyse: (path, options, hooks) =>
        analyseFile(path, options, {
          ...hooks,
          progress: () => stopped.abort(),
        }),
    }
    const command = await readCommand(
      ['inspect', 'test/captures/untrusted-root.pcap', '--follow', '--format', 'jsonl'],
      host,
    )
    if (typeof command === 'number') throw new Error('The arguments were refused.')
    expect(await runCommand(command, host)).toBe(0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(out.split('\n').filter(Boolean)).toHaveLength(1)
    expect(err).toMatch(/^#1 \S+ failed /)
  })

  it('reads one file', async () => {
    let said = ''
    const write = (text: string) => (said += text)
    const host = { stdout: { write }, stderr: { write }, version: '0' }
    expect(await readCommand(['inspect', 'a.pcap', 'b.pcap', '--follow'], host)).toBe(2)
    expect(said).toContain('--follow reads one file')
  })
})

describe('trusted roots', () => {
  it('are those of the file given, and the report says which', async () => {
    const text = await inspect(
      'untrusted-root.pcap',
      '--roots',
      'test/captures/keys/ecdsa.crt',
      '--format',
      'md',
    )
    expect(text).toContain('ecdsa.crt')
    expect(text).not.toContain('built-in list')
  })
})
