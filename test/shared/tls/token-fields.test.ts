import { describe, expect, it } from 'vitest'
import type { Field } from '../../../shared/bytes/fields.ts'
import { tokenFields } from '../../../shared/tls/token-fields.ts'
import {
  alpnExtension,
  bytes,
  clientHello,
  contextOf,
  message,
  mutants,
  record,
  serverHello,
  serverNameExtension,
  u16,
  vector,
} from './build.ts'

const open = { context: contextOf(), sealedFrom: () => false, sslv2: false }

function named(fields: readonly Field[], name: string): Field[] {
  return fields.filter((field) => field.name === name)
}

describe('fields of a token', () => {
  it('show messages with what they say, below them the header of their record and their fields', () => {
    const hello = clientHello({ extensions: [serverNameExtension('a.test')] })
    const token = record(22, hello, 0x0301)
    const fields = tokenFields(token, open)
    expect(fields[0]).toMatchObject({ name: 'ClientHello', depth: 0, start: 5, end: token.length })
    expect(fields[0]?.value).toMatch(/^TLS 1\.2, \d+ suites?$/)
    expect(fields[1]).toMatchObject({
      name: 'record header',
      depth: 1,
      start: 0,
      end: 5,
      value: `handshake, ${String(hello.length)} bytes`,
    })
    expect(fields[3]).toMatchObject({
      name: 'record version',
      value: 'TLS 1.0 (0x0301)',
      start: 1,
      end: 3,
      depth: 2,
    })
    expect(named(fields, 'server_name')[0]).toMatchObject({ depth: 2 })
    const server = named(fields, 'server name')[0]!
    expect(new TextDecoder().decode(token.subarray(server.start, server.end))).toBe('a.test')
  })

  it('read several messages in one record, each with what the ServerHello chose', () => {
    const exchange = message(12, 3, u16(29), vector(1, new Uint8Array(32)), u16(0x0804), vector(2, 1))
    const token = record(22, bytes(serverHello({ suite: 0xc02f }), exchange, message(14)))
    const fields = tokenFields(token, { ...open, context: contextOf({ from: 'server' }) })
    expect(fields.filter(({ depth }) => depth === 0).map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'ServerHello: TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      'ServerKeyExchange: x25519, rsa_pss_rsae_sha256',
      'ServerHelloDone: ',
    ])
    expect(named(fields, 'record header')).toHaveLength(1)
    expect(named(fields, 'signature scheme')[0]?.value).toBe('rsa_pss_rsae_sha256 (0x0804)')
  })

  it('place the fields of a message over two records where their bytes lie', () => {
    const hello = clientHello({ extensions: [alpnExtension('first'), serverNameExtension('second.test')] })
    for (let cut = 1; cut < hello.length; cut++) {
      const first = record(22, hello.subarray(0, cut))
      const token = bytes(first, record(22, hello.subarray(cut)))
      const fields = tokenFields(token, open)
      expect(named(fields, 'record header')).toHaveLength(2)
      const [start] = named(fields, 'ClientHello')
      expect([start?.start, start?.end]).toEqual([5, token.length])
      const server = named(fields, 'server name')[0]!
      const text = new TextDecoder().decode(token.subarray(server.start, server.end))
      expect('second.test'.startsWith(text) && text !== '').toBe(true)
      expect(server.value).toBe('second.test')
      const type = named(fields, 'handshake type')[0]!
      expect(token[type.start]).toBe(1)
      const part = named(fields, 'message part')[0]!
      expect([part.start, part.end]).toEqual([first.length + 5, token.length])
    }
  })

  it('leave sealed records closed', () => {
    const token = bytes(record(20, Uint8Array.of(1)), record(22, new Uint8Array(40)))
    const fields = tokenFields(token, { ...open, sealedFrom: (index) => index === 1 })
    expect(named(fields, 'encrypted fragment')[0]).toMatchObject({ start: 11, end: 51 })
    expect(named(fields, 'encrypted handshake')[0]).toMatchObject({ depth: 0, value: '40 bytes', start: 11 })
    expect(fields.filter(({ depth }) => depth === 0)).toHaveLength(2)
  })

  it('name alerts', () => {
    expect(named(tokenFields(record(21, Uint8Array.of(2, 48)), open), 'Alert')[0]).toMatchObject({
      value: 'unknown_ca (48)',
      start: 5,
      end: 7,
    })
  })

  it('say that a message goes on after the token', () => {
    const hello = clientHello()
    const part = named(tokenFields(record(22, hello.subarray(0, 30)), open), 'message part')[0]
    expect(part).toMatchObject({
      start: 5,
      end: 35,
      value: '30 bytes of a message that goes on after this token',
    })
  })

  it('mark a record that breaks off', () => {
    const token = record(22, clientHello())
    for (let length = 1; length < token.length; length++) {
      const fields = tokenFields(token.subarray(0, length), open)
      expect(fields.some(({ malformed }) => malformed !== null)).toBe(true)
    }
  })

  it('join DTLS fragments and read the message', () => {
    const body = bytes(
      u16(0xfefd),
      new Uint8Array(32),
      vector(1),
      vector(1),
      vector(2, u16(0xc02f)),
      vector(1, 0),
      vector(2, serverNameExtension('dtls.test')),
    )
    const header = (offset: number, length: number): Uint8Array =>
      bytes(1, 0, 0, body.length, u16(0), 0, 0, offset, 0, 0, length)
    const dtlsRecord = (fragment: Uint8Array): Uint8Array =>
      bytes(22, u16(0xfeff, 0, 0, 0, 0), vector(2, fragment))
    const token = bytes(
      dtlsRecord(bytes(header(0, 40), body.subarray(0, 40))),
      dtlsRecord(bytes(header(40, body.length - 40), body.subarray(40))),
    )
    const fields = tokenFields(token, { ...open, context: contextOf({ dtls: true }) })
    expect(named(fields, 'handshake fragment')).toHaveLength(2)
    expect(named(fields, 'ClientHello')[0]?.value).toBe('DTLS 1.2, 1 suite')
    const server = named(fields, 'server name')[0]!
    expect(new TextDecoder().decode(token.subarray(server.start, server.end))).toBe('dtls.test')
  })

  it('read a hello in SSLv2 format and what follows it', () => {
    const hello = bytes(0x80, 28, 1, u16(0x0301, 3, 0, 16), 0, 0, 4, new Uint8Array(16))
    const fields = tokenFields(bytes(hello, record(21, Uint8Array.of(1, 0))), { ...open, sslv2: true })
    expect(fields[0]).toMatchObject({ name: 'ClientHello', value: 'SSLv2 format', start: 0, end: 30 })
    expect(named(fields, 'Alert')).toHaveLength(1)
    expect(tokenFields(Uint8Array.of(0x80), { ...open, sslv2: true })[0]?.end).toBe(1)
  })

  it('stay inside the token whatever it holds', () => {
    const token = bytes(
      record(22, bytes(serverHello(), message(14))),
      record(20, Uint8Array.of(1)),
      record(21, Uint8Array.of(2, 40)),
    )
    for (const dtls of [false, true]) {
      for (const mutant of mutants(token, 400, 11)) {
        for (const field of tokenFields(mutant, {
          ...open,
          context: contextOf({ dtls }),
          sealedFrom: (i) => i === 5,
        })) {
          expect(field.start >= 0 && field.start <= field.end && field.end <= mutant.length).toBe(true)
        }
      }
    }
  })
})
