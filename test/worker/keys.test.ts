import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { passwordOfFile, readKeyFile, type KeyFile } from '../../electron/worker/keys.ts'
import { hex } from '../../shared/bytes/fields.ts'
import { parseKeyLog } from '../../shared/secrets/keylog.ts'
import type { Keys, RsaDecryptor } from '../../shared/secrets/schedule.ts'
import { opened, recorded, scanned, told } from '../shared/secrets/captured.ts'

const password = 'correct horse'
const read = (name: string, given: string | null = null) =>
  readKeyFile(readFileSync(`${recorded}${name}`), given)

function rsaOf(file: KeyFile): readonly RsaDecryptor[] {
  if (file.kind !== 'rsa')
    throw new Error(`expected an RSA key, got ${file.kind === 'log' ? 'a log' : file.code}`)
  return file.keys
}

function codeOf(file: KeyFile): string {
  return file.kind === 'refused' ? file.code : file.kind
}

const keysOf = (name: string, given: string | null = null): Keys => ({
  log: null,
  rsa: rsaOf(read(name, given)),
})

describe('a private key file', () => {
  it.each([
    ['rsa.key', null],
    ['rsa.der', null],
    ['rsa.pfx', password],
    ['rsa-legacy.pfx', password],
    ['rsa-encrypted.key', password],
    ['rsa-traditional.key', password],
  ])('%s opens a conversation with RSA key exchange', (name, given) => {
    const [conversation] = scanned(`${recorded}rsa-gcm.pcap`)
    const result = opened(conversation!, keysOf(name, given))
    expect(result).toMatchObject({ opened: true, matched: true, problems: [] })
    const story = told(result.conversation.messages)
    expect(story).toContain('client finished opened verified')
    expect(story).toContain('server finished opened verified')
  })

  it.each([
    'rsa-cbc-sha256',
    'rsa-no-ems',
    'rsa-null',
    'tls10-cbc-etm',
    'tls10-3des',
    'tls12-3des',
    'dtls12-finished-lost',
    'dtls12-loss-before-capture',
  ])('opens %s too', (name) => {
    const [conversation] = scanned(`${recorded}${name}.pcap`)
    const result = opened(conversation!, keysOf('rsa.key'))
    expect(result).toMatchObject({ opened: true, problems: [] })
    expect(told(result.conversation.messages)).toContain('server finished opened verified')
  })

  it.each(['rsa-resumed-ticket', 'rsa-resumed-id'])(
    'opens the resumed session of %s after the first',
    (name) => {
      const keys = { ...keysOf('rsa.key'), sessions: new Map<string, Uint8Array>() }
      const [first, second] = scanned(`${recorded}${name}.pcap`)
      expect(opened(second!, keys).opened).toBe(false)
      expect(opened(first!, keys).opened).toBe(true)
      const result = opened(second!, keys)
      expect(result).toMatchObject({ opened: true, matched: true, problems: [] })
      expect(told(result.conversation.messages)).toContain('server finished opened verified')
    },
  )

  it('of another server opens nothing and says nothing', () => {
    const [conversation] = scanned(`${recorded}rsa-gcm.pcap`)
    const result = opened(conversation!, keysOf('other.key'))
    expect(result).toMatchObject({ opened: false, matched: false, problems: [] })
    expect(result.conversation).toBe(conversation)
  })

  it('of the server cannot open Diffie-Hellman, and one sentence says so', () => {
    for (const name of ['ecdhe-rsa-chacha20', 'dhe-rsa-ccm']) {
      const [conversation] = scanned(`${recorded}${name}.pcap`)
      const result = opened(conversation!, keysOf('rsa.key'))
      expect(result.opened).toBe(false)
      expect(result.problems.map(({ code }) => code)).toEqual(['private-key-cannot-open'])
      expect(result.problems[0]!.text).toContain('only a key log can open it')
    }
  })

  it('answers null to what is no encrypted premaster secret', () => {
    const [key] = rsaOf(read('rsa.key'))
    expect(key!.decrypt(new Uint8Array(256).fill(7))).toBeNull()
    expect(key!.decrypt(new Uint8Array(10))).toBeNull()
    expect(key!.decrypt(new Uint8Array(0))).toBeNull()
    expect(key!.matches(new Uint8Array(20))).toBe(false)
  })
})

describe('a key file that cannot be used', () => {
  it.each(['rsa.pfx', 'rsa-legacy.pfx', 'rsa-encrypted.key', 'rsa-traditional.key'])(
    '%s asks for its password',
    (name) => {
      expect(codeOf(read(name))).toBe('password-needed')
      expect(codeOf(read(name, 'wrong'))).toBe('password-wrong')
      expect(codeOf(read(name, ''))).toBe('password-wrong')
    },
  )

  it.each([
    ['ecdsa.key', null],
    ['ed25519.key', null],
    ['ecdsa.pfx', password],
  ])('%s is no RSA key, and the text says what is needed', (name, given) => {
    const file = read(name, given)
    expect(file).toMatchObject({ kind: 'refused', code: 'not-an-rsa-key' })
    expect(file.kind === 'refused' && file.text).toContain('key log')
  })

  it('holds only a certificate', () => {
    expect(codeOf(read('rsa.crt'))).toBe('no-key-in-file')
  })

  it('is damaged or something else', () => {
    expect(codeOf(readKeyFile(Uint8Array.of(0x30, 0x82, 1, 2), null))).toBe('key-file-unreadable')
    expect(codeOf(readKeyFile(Uint8Array.of(1, 0, 2), null))).toBe('key-file-unreadable')
    const broken = new TextEncoder().encode('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')
    expect(codeOf(readKeyFile(broken, null))).toBe('key-file-unreadable')
    const half = new TextEncoder().encode('-----BEGIN PRIVATE KEY-----\n')
    expect(codeOf(readKeyFile(half, null))).toBe('key-file-unreadable')
  })

  it.each(['rsa.der', 'rsa.pfx'])('never throws, wherever %s is cut or changed', (name) => {
    const bytes = readFileSync(`${recorded}${name}`)
    for (let i = 0; i < bytes.length; i += 97) {
      const cut = readKeyFile(bytes.subarray(0, i), password)
      if (i > 0) expect(cut.kind).toBe('refused')
      const changed = Uint8Array.from(bytes)
      changed[i]! ^= 0x11
      readKeyFile(changed, null)
    }
  })

  it('never repeats its content or its password', () => {
    for (const name of ['rsa.pfx', 'rsa-encrypted.key', 'ecdsa.key']) {
      const file = read(name, 'hunter2 hunter2')
      expect(JSON.stringify(file)).not.toContain('hunter2')
      expect(JSON.stringify(file).length).toBeLessThan(300)
    }
  })
})

describe('a key log file', () => {
  it('is told by its content', () => {
    const file = read('rsa-gcm.keys')
    expect(file.kind === 'log' && [file.log.size, file.warnings]).toEqual([2, []])
    expect(codeOf(readKeyFile(new Uint8Array(0), null))).toBe('log')
    const prose = new TextEncoder().encode('# Read me\n\nThis is no key log.\n')
    expect(codeOf(readKeyFile(prose, null))).toBe('key-file-unreadable')
  })

  it('with only an RSA line opens the conversation that its encrypted premaster secret belongs to', () => {
    const [conversation] = scanned(`${recorded}rsa-gcm.pcap`)
    const exchange = conversation!.messages
      .map(({ body }) => body)
      .find((body) => body?.kind === 'client-key-exchange')
    if (exchange === undefined) throw new Error('the recording has RSA key exchange')
    const premaster = rsaOf(read('rsa.key'))[0]!.decrypt(exchange.exchange)!
    const { log } = parseKeyLog(`RSA ${hex(exchange.exchange.subarray(0, 8))} ${hex(premaster)}\n`)
    const result = opened(conversation!, { log, rsa: null })
    expect(result).toMatchObject({ opened: true, matched: true, problems: [] })
    expect(told(result.conversation.messages)).toContain('client finished opened verified')
  })
})

describe('a password file', () => {
  it('gives its first line', () => {
    const bytes = (text: string) => new TextEncoder().encode(text)
    expect(passwordOfFile(bytes('correct horse\n'))).toBe('correct horse')
    expect(passwordOfFile(bytes('correct horse\r\nsecond\n'))).toBe('correct horse')
    expect(passwordOfFile(bytes(' spaces stay '))).toBe(' spaces stay ')
    expect(passwordOfFile(bytes(''))).toBe('')
  })
})
