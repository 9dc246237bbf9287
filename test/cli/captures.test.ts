import { PassThrough } from 'node:stream'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readCommand } from '../../electron/cli/command.ts'
import type { CliHost } from '../../electron/cli/inspect.ts'
import { runCommand } from '../../electron/cli/run.ts'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { report, row, type Report } from '../../shared/contract/report.ts'

const samples = readdirSync('test/captures').filter((name) => name.endsWith('.pcap'))

/** Runs the real command on a sample capture. */
async function inspect(name: string, ...args: string[]): Promise<string> {
  const stdout = new PassThrough().setEncoding('utf8')
  const stderr = new PassThrough().resume()
  let out = ''
  stdout.on('data', (text: string) => (out += text))
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
  expect(await runCommand(command, host)).toBe(0)
  await new Promise((resolve) => setImmediate(resolve))
  return out
}

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
