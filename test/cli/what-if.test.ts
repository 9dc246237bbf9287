// The commands what-if and explain, run on sample captures.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCommand } from '../../electron/cli/command.ts'
import type { CliHost } from '../../electron/cli/inspect.ts'
import { runCommand } from '../../electron/cli/run.ts'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { explanation } from '../../shared/contract/explain.ts'
import { profileFile, whatIf } from '../../shared/contract/whatif.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'what-if-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
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
  const command = await readCommand(args, host)
  const code = typeof command === 'number' ? command : await runCommand(command, host)
  await new Promise((resolve) => setImmediate(resolve))
  return { code, out, err }
}

const refused = 'test/captures/no-common-cipher.pcap'

describe('what-if', () => {
  it('prints the matrix, why the others refuse, and what it rests on', async () => {
    const { code, out, err } = await run('what-if', refused, '--conversation', '1')
    expect([code, err]).toEqual([0, ''])
    const lines = out.split('\n')
    expect(lines[0]).toBe('1. server.example  its ClientHello against Windows servers (packet 4)')
    expect(lines.filter((line) => / goes on +CONTINUE_NEEDED$/.test(line))).toHaveLength(15)
    expect(lines.filter((line) => / refuses +ALGORITHM_MISMATCH$/.test(line))).toHaveLength(4)
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'Windows 8.1 / Server 2012 R2; Windows 8 / Server 2012: No common cipher suite: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 unknown to it. ASC #1 SEC_E_ALGORITHM_MISMATCH 0x80090331',
    )
    expect(out).toContain('It rests on')
    const [, sources] = out.split('\nSources\n')
    for (const section of ['§6.3', '§9', '§9.5'])
      expect(sources?.match(new RegExp(`^- Schannel reference ${section}, `, 'gm')), section).toHaveLength(1)
    expect(sources?.replaceAll(/\s+/g, ' ')).toContain('Microsoft, “TLS Cipher Suites in Windows”')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('prints JSON that keeps to its schema, for either side', async () => {
    for (const side of ['server', 'client']) {
      const { out } = await run('what-if', refused, '--conversation', '1', '--side', side, '--format', 'json')
      const answer: unknown = JSON.parse(out)
      expect(whatIf.parse(answer)).toEqual(answer)
    }
  })

  it('changes a profile, saves it, and asks it again from its file', async () => {
    const path = join(folder, 'mine.json')
    const asked = ['what-if', 'test/captures/ok-tls12-full.pcap', '--conversation', '1']
    const switches = ['--off', 'TLS 1.2', 'TLS 1.1', '--on', 'TLS_RSA_WITH_RC4_128_SHA']
    const first = await run(...asked, '--profile', 'win10-22h2', ...switches, '--save-profile', path)
    expect(first.code).toBe(0)
    expect(first.out).toMatch(/Windows 10 22H2, changed +TLS 1\.0/)
    expect(profileFile.parse(JSON.parse(readFileSync(path, 'utf8')))).toEqual({
      schema: 'windows-profile/1',
      base: 'win10-22h2',
      name: null,
      versions: { 'TLS 1.1': 'off', 'TLS 1.2': 'off' },
      cipherSuites: { TLS_RSA_WITH_RC4_128_SHA: 'on' },
      groups: {},
    })
    expect((await run(...asked, '--profile', path)).out).toBe(first.out)
  })

  it.each([
    ['{"schema":"windows-profile/2"}', 'This is no windows-profile/1 file'],
    ['not JSON', 'This is no windows-profile/1 file'],
    [
      '{"schema":"windows-profile/1","base":"win12","name":null,"versions":{},"cipherSuites":{},"groups":{}}',
      'There is no Windows profile "win12".',
    ],
    [
      '{"schema":"windows-profile/1","base":"win7","name":null,"versions":{"TLS 1.3":"on"},"cipherSuites":{},"groups":{}}',
      'has no protocol version "TLS 1.3" to switch',
    ],
  ])('refuses the profile file %j with exit code 2', async (text, message) => {
    const path = join(folder, 'profile.json')
    writeFileSync(path, text)
    const { code, out, err } = await run('what-if', refused, '--conversation', '1', '--profile', path)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })

  it('leaves no profile behind that changes what is not there', async () => {
    const path = join(folder, 'mine.json')
    const { code } = await run(
      ...[
        'what-if',
        refused,
        '--conversation',
        '1',
        '--profile',
        'win7',
        '--on',
        'nothing',
        '--save-profile',
        path,
      ],
    )
    expect([code, existsSync(path)]).toEqual([2, false])
  })

  it('says that a conversation is not there, or a capture', async () => {
    const unknown = await run('what-if', refused, '--conversation', '9')
    expect([unknown.code, unknown.err]).toEqual([2, 'error: There is no conversation 9.\n'])
    expect((await run('what-if', join(folder, 'none.pcap'), '--conversation', '1')).code).toBe(3)
  })
})

describe('explain', () => {
  it('says what a status means, what causes it, and the filter that finds it', async () => {
    const { code, out } = await run('explain', 'InitializeSecurityContext', 'failed:', '0x80090326')
    expect(code).toBe(0)
    expect(out).toContain('SEC_E_ILLEGAL_MESSAGE 0x80090326')
    expect(out).toContain('May have been caused by')
    expect(out).toContain('Filter  status == 0x80090326')
    expect(out).toMatch(/\nSources\n- Schannel reference §1, status codes: winerror\.h; Microsoft/)
  })

  it('lists the conversations of a capture that it matches', async () => {
    const { out } = await run('explain', '0x80090326', '--in', refused)
    expect(out).toContain(`${refused}: 1 matching conversation\n  1. 127.0.0.1:`)
    expect((await run('explain', '0x80090325', '--in', refused)).out).toContain('0 matching conversations')
  })

  it('prints JSON that keeps to its schema', async () => {
    const alone: unknown = JSON.parse((await run('explain', 'alert 40', '--format', 'json')).out)
    expect(explanation.parse(alone)).toEqual(alone)
    expect(alone).not.toHaveProperty('matches')
    const found = JSON.parse((await run('explain', 'alert 40', '--in', refused, '--format', 'json')).out) as {
      matches: unknown
    }
    expect(explanation.parse(found)).toEqual(found)
    expect(found.matches).toMatchObject([{ id: 1, outcome: 'failed' }])
  })

  it('says so where nothing is known', async () => {
    expect((await run('explain', 'hello')).out).toContain('Nothing in this text is known')
  })
})
