import { describe, expect, it } from 'vitest'
import { hex } from '../../../shared/bytes/fields.ts'
import { readFileSync } from 'node:fs'
import { CapturedMessage } from '../../../shared/conversation/message.ts'
import type { Conversation, Message, Side, TlsRecord } from '../../../shared/conversation/facts.ts'
import { parseKeyLog } from '../../../shared/secrets/keylog.ts'
import type { Keys } from '../../../shared/secrets/schedule.ts'
import { logOf, opened, recorded, scanned, told } from './captured.ts'

const keysOf = (name: string) => logOf(`${recorded}${name}.keys`)
const conversationOf = (name: string) => scanned(`${recorded}${name}.pcap`)[0]!

/** The key log's text with `edit` applied to each line. */
function edited(name: string, edit: (line: string) => string): Keys {
  const text = readFileSync(`${recorded}${name}.keys`, 'latin1')
  return { log: parseKeyLog(text.split('\n').map(edit).join('\n')).log, rsa: null }
}

const flipLast = (line: string) => line.replace(/.$/, (digit) => (parseInt(digit, 16) ^ 1).toString(16))

/** The conversation with the sealed records of one side changed. */
function changed(
  conversation: Conversation,
  side: Side,
  change: (record: TlsRecord, n: number) => TlsRecord,
): Conversation {
  let n = 0
  const records = conversation[side].records.map((record) =>
    record.protection === 'sealed' ? change(record, n++) : record,
  )
  return { ...conversation, [side]: { ...conversation[side], records } }
}

function flipped(record: TlsRecord, at: number): TlsRecord {
  const sealedBytes = record.sealedBytes!.slice()
  sealedBytes[at % sealedBytes.length]! ^= 1
  return { ...record, sealedBytes }
}

function rewritten(message: Message, at: number): Message {
  const bytes = message.bytes.slice()
  bytes[at]! ^= 1
  const context = { version: 0, cipherSuite: 0, from: message.from, dtls: false }
  return new CapturedMessage(message.contentType, message.type, bytes, message, 'plain', 1, context, null)
}

describe('keys of another connection', () => {
  it('are no keys for this one: nothing is said and nothing opened', () => {
    const conversation = conversationOf('rsa-gcm')
    const result = opened(conversation, keysOf('tls13-ccm'))
    expect(result).toMatchObject({ opened: false, matched: false, problems: [] })
    expect(result.conversation).toBe(conversation)
  })

  it.each([
    'rsa-gcm',
    'ecdhe-rsa-chacha20',
    'ecdhe-rsa-cbc-sha1',
    'ecdhe-rsa-cbc-sha1-etm',
    'tls10-cbc',
    'dtls12-gcm',
    'tls13-ccm8',
  ])('under the random of %s are told in one sentence, and leave the conversation as it was', (name) => {
    const conversation = conversationOf(name)
    const result = opened(conversation, edited(name, flipLast))
    expect(result).toMatchObject({ opened: false, matched: true })
    expect(result.conversation).toBe(conversation)
    expect(result.problems.map(({ code }) => code)).toEqual(['keys-do-not-match'])
    expect(result.problems[0]!.text).toMatch(/^The keys are not those of this conversation: [^.]+\.$/)
  })

  it('on one side of TLS 1.3 leave both sides sealed', () => {
    for (const side of ['CLIENT', 'SERVER']) {
      const conversation = conversationOf('tls13-aes128-gcm')
      const keys = edited('tls13-aes128-gcm', (line) =>
        line.startsWith(`${side}_HANDSHAKE`) || line.startsWith(`${side}_TRAFFIC`) ? flipLast(line) : line,
      )
      const result = opened(conversation, keys)
      expect(result.conversation).toBe(conversation)
      expect(result.problems.map(({ code }) => code)).toEqual(['keys-do-not-match'])
    }
  })

  it('never appear in what is said', () => {
    const keys = edited('rsa-gcm', flipLast)
    const text = JSON.stringify(opened(conversationOf('rsa-gcm'), keys).problems)
    const secrets = readFileSync(`${recorded}rsa-gcm.keys`, 'latin1').match(/[0-9a-f]{64,}/g)!
    for (const secret of secrets) expect(text).not.toContain(secret.slice(0, 16))
  })
})

describe('a key log that lacks something', () => {
  const without = (name: string, label: string) =>
    edited(name, (line) => (line.startsWith(label) ? '' : line))

  it('opens what it has, and names the label that is missing', () => {
    const result = opened(conversationOf('tls13-aes128-gcm'), without('tls13-aes128-gcm', 'CLIENT_HANDSHAKE'))
    expect(result.opened).toBe(true)
    expect(result.problems.map(({ code }) => code)).toEqual(['keys-incomplete'])
    expect(result.problems[0]!.text).toContain('CLIENT_HANDSHAKE_TRAFFIC_SECRET')
    const story = told(result.conversation.messages)
    expect(story).toContain('server finished opened verified')
    expect(story).toContain('client alert 0 opened')
    expect(story.some((line) => line.startsWith('client finished'))).toBe(false)
  })

  it('has no exporter value without its secret', () => {
    const result = opened(conversationOf('tls13-aes128-gcm'), without('tls13-aes128-gcm', 'EXPORTER_SECRET'))
    expect(result.bindings.tlsExporter).toBeNull()
    expect(result.problems).toEqual([])
  })

  it('leaves early data sealed, and opens the handshake behind it', () => {
    const [, conversation] = scanned(`${recorded}tls13-early-data.pcap`)
    const result = opened(conversation!, without('tls13-early-data', 'CLIENT_EARLY'))
    expect(result.opened).toBe(true)
    expect(result.problems.map(({ code }) => code)).toEqual(['early-data-not-opened'])
    const story = told(result.conversation.messages)
    // EndOfEarlyData is in the transcript and was not read: the client's Finished cannot be judged.
    expect(story).toContain('client finished opened')
    expect(story).toContain('server finished opened verified')
  })

  it('without the second master secret reads a renegotiation up to its ChangeCipherSpec', () => {
    const conversation = conversationOf('renegotiation-tls12')
    const initial = conversation.messages.find(({ body }) => body?.kind === 'client-hello')!.body
    const random = initial?.kind === 'client-hello' ? hex(initial.random) : ''
    const keys = edited('renegotiation-tls12', (line) => (line.includes(random) ? line : ''))
    const result = opened(conversation, keys)
    expect(result.problems.map(({ code }) => code)).toEqual(['keys-incomplete'])
    const story = told(result.conversation.messages)
    expect(story).toContain('client client-key-exchange opened')
    expect(story.filter((line) => line.endsWith('finished opened verified'))).toHaveLength(2)
    expect(story).toContain('client sealed 22')
  })
})

describe('a record changed on its way', () => {
  it.each([
    'rsa-gcm',
    'ecdhe-rsa-chacha20',
    'ecdhe-rsa-cbc-sha256',
    'ecdhe-rsa-cbc-sha1-etm',
    'tls13-aes256-gcm',
    'tls10-cbc',
  ])('stays sealed in %s, with its packet named, while the others open', (name) => {
    const conversation = changed(conversationOf(name), 'client', (record, n) =>
      n === 1 ? flipped(record, 3) : record,
    )
    const packet = conversation.client.records.filter(({ protection }) => protection === 'sealed')[1]!.packet
    const result = opened(conversation, keysOf(name))
    expect(result.opened).toBe(true)
    expect(result.problems.map(({ code }) => code)).toEqual(['record-does-not-open'])
    expect(result.problems[0]!.packet).toBe(packet)
    const sealed = result.conversation.client.records.filter(({ protection }) => protection === 'sealed')
    expect(sealed).toHaveLength(1)
    expect(told(result.conversation.messages)).toContain('client finished opened verified')
  })

  it('is found when it is the first of its side in TLS 1.2', () => {
    const conversation = changed(conversationOf('rsa-gcm'), 'client', (record, n) =>
      n === 0 ? flipped(record, 9) : record,
    )
    const result = opened(conversation, keysOf('rsa-gcm'))
    expect(result.problems.map(({ code }) => code)).toEqual(['record-does-not-open'])
    expect(told(result.conversation.messages)).toContain('client sealed 22')
  })

  it('never makes opening throw, whatever is changed', () => {
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return seed % below
    }
    for (const name of [
      'ecdhe-rsa-cbc-sha1',
      'ecdhe-ecdsa-ccm8',
      'tls10-cbc',
      'tls13-key-update',
      'dtls12-renegotiation',
      'rsa-null',
    ]) {
      const conversation = conversationOf(name)
      for (let round = 0; round < 40; round++) {
        const mutate = (record: TlsRecord): TlsRecord => {
          const bytes = record.sealedBytes ?? new Uint8Array(0)
          switch (random(6)) {
            case 0:
              return { ...record, sealedBytes: bytes.slice(0, random(bytes.length + 1)) }
            case 1:
              return { ...record, sealedBytes: null }
            case 2:
              return flipped(record, random(1000))
            case 3:
              return { ...record, contentType: 20 + random(5) }
            default:
              return record
          }
        }
        const result = opened(
          changed(changed(conversation, 'client', mutate), 'server', mutate),
          keysOf(name),
        )
        const kept = result.conversation.messages.filter(({ protection }) => protection === 'opened')
        if (!result.opened) expect(kept).toEqual([])
      }
    }
  })
})

describe('a handshake that does not prove what it should', () => {
  it('has a wrong Finished where a plaintext byte was changed on its way', () => {
    const conversation = conversationOf('rsa-gcm')
    // The last byte of the server's certificate: it belongs to the signature, and nothing else reads it.
    const messages = conversation.messages.map((message) =>
      message.body?.kind === 'certificate' ? rewritten(message, message.bytes.length - 1) : message,
    )
    const story = told(opened({ ...conversation, messages }, keysOf('rsa-gcm')).conversation.messages)
    expect(story).toContain('client finished opened WRONG')
    expect(story).toContain('server finished opened WRONG')
  })

  it('has a wrong signature where the parameters were changed', () => {
    const conversation = conversationOf('dhe-rsa-gcm-sha384')
    const messages = conversation.messages.map((message) => {
      if (message.body?.kind !== 'server-key-exchange') return message
      const bytes = message.bytes.slice()
      bytes[10]! ^= 1
      return { ...message, body: message.body, malformed: null, bytes }
    })
    const story = told(
      opened({ ...conversation, messages }, keysOf('dhe-rsa-gcm-sha384')).conversation.messages,
    )
    expect(story).toContain('server server-key-exchange WRONG')
  })

  it('is not judged where bytes of it are missing', () => {
    const conversation = conversationOf('rsa-gcm')
    const certificate = conversation.messages.find(({ body }) => body?.kind === 'certificate')!
    const gap = {
      start: certificate.start,
      end: certificate.end,
      packet: certificate.packet,
      reason: 'not-captured',
    } as const
    const damaged: Conversation = {
      ...conversation,
      server: { ...conversation.server, gaps: [gap] },
      messages: conversation.messages.filter((message) => message !== certificate),
    }
    const story = told(opened(damaged, keysOf('rsa-gcm')).conversation.messages)
    expect(story).toContain('client finished opened')
    expect(story).toContain('server finished opened')
  })

  it('is not judged where a record of it stayed sealed', () => {
    const conversation = changed(conversationOf('tls13-mutual-retry'), 'client', (record, n) =>
      n === 1 ? { ...record, sealedBytes: null } : record,
    )
    const story = told(opened(conversation, keysOf('tls13-mutual-retry')).conversation.messages)
    expect(story).toContain('server finished opened verified')
    expect(story).toContain('client finished opened')
  })
})

describe('records that are not there', () => {
  it('are counted by their place, so that later ones still open', () => {
    for (const name of ['ecdhe-rsa-chacha20', 'tls13-aes128-gcm', 'ecdhe-rsa-cbc-sha1']) {
      const conversation = conversationOf(name)
      const sealed = conversation.client.records.filter(({ protection }) => protection === 'sealed')
      const records = conversation.client.records.filter((record) => record !== sealed[1])
      const result = opened({ ...conversation, client: { ...conversation.client, records } }, keysOf(name))
      expect(result.problems).toEqual([])
      expect(told(result.conversation.messages)).toContain('client alert 0 opened')
    }
  })

  it('and whose number is unknown, because bytes were lost, are searched for', () => {
    const conversation = conversationOf('ecdhe-rsa-chacha20')
    const sealed = conversation.client.records.filter(({ protection }) => protection === 'sealed')
    const records = conversation.client.records
      .filter((record) => record !== sealed[1])
      .map((record) => (record === sealed[2] ? { ...record, index: record.index - 1 } : record))
    const result = opened(
      { ...conversation, client: { ...conversation.client, records } },
      keysOf('ecdhe-rsa-chacha20'),
    )
    expect(result.problems).toEqual([])
    expect(told(result.conversation.messages)).toContain('client alert 0 opened')
  })

  it('of the hellos leave nothing to find keys by', () => {
    const conversation = conversationOf('rsa-gcm')
    const messages = conversation.messages.filter(({ body }) => body?.kind !== 'client-hello')
    const result = opened({ ...conversation, messages }, keysOf('rsa-gcm'))
    expect(result).toMatchObject({ opened: false, matched: false })
    expect(result.problems.map(({ code }) => code)).toEqual(['client-hello-missing'])
  })
})
