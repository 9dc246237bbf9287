import { describe, expect, it } from 'vitest'
import { FieldRecorder } from '../../../shared/bytes/fields.ts'
import { parseHandshake } from '../../../shared/tls/handshake.ts'
import { parseSslv2ClientHello } from '../../../shared/tls/hello.ts'
import type { ClientHello, ServerHello } from '../../../shared/tls/messages.ts'
import {
  alpnExtension,
  browserHello,
  bytes,
  clientHello,
  contextOf,
  extension,
  message,
  mutants,
  serverHello,
  serverNameExtension,
  u16,
  vector,
} from './build.ts'

function readClient(hello: Uint8Array, dtls = false): ClientHello {
  const outcome = parseHandshake(hello, contextOf({ dtls }), null)
  if (!outcome.ok || outcome.value.kind !== 'client-hello') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

function readServer(hello: Uint8Array): ServerHello {
  const outcome = parseHandshake(hello, contextOf(), null)
  if (!outcome.ok || outcome.value.kind !== 'server-hello') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

describe('ClientHello', () => {
  it('says what a browser offers, in wire order and with GREASE kept', () => {
    const hello = readClient(browserHello())
    expect(hello.serverName).toBe('www.example.com')
    expect(hello.supportedVersions).toEqual([0xdada, 0x0304, 0x0303])
    expect(hello.supportedGroups).toEqual([0x3a3a, 0x11ec, 29, 23, 24])
    expect(hello.keyShares).toEqual([0x3a3a, 0x11ec, 29])
    expect(hello.alpn).toEqual(['h2', 'http/1.1'])
    expect(hello.sessionTicket).toEqual(new Uint8Array(0))
    expect(hello.pointFormats).toEqual([0])
    expect(hello.cipherSuites[0]).toBe(0x8a8a)
    expect(hello.extensions?.map(({ type }) => type).slice(0, 3)).toEqual([0x2a2a, 27, 0])
    expect(hello.faults).toEqual([])
  })

  it('may end before the extensions', () => {
    expect(readClient(clientHello({ extensions: null })).extensions).toBeNull()
    expect(readClient(clientHello({ extensions: [] })).extensions).toEqual([])
  })

  it('has a cookie in DTLS', () => {
    const hello = message(
      1,
      u16(0xfefd),
      new Uint8Array(32),
      vector(1),
      vector(1, 1, 2, 3),
      vector(2, u16(0xc02f)),
      vector(1, 0),
    )
    expect(readClient(hello, true).cookie).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('keeps the hello and notes the extension that cannot be read', () => {
    const hello = readClient(
      clientHello({ extensions: [extension(0, 0, 9, 0), alpnExtension('h2'), extension(10, 0, 3, 0, 1, 2)] }),
    )
    expect(hello.serverName).toBeNull()
    expect(hello.alpn).toEqual(['h2'])
    expect(hello.supportedGroups).toBeNull()
    expect(hello.faults).toEqual(['server_name: server name list', 'supported_groups: group'])
  })

  it('notes bytes behind an extension, empty lists, repeated extensions and a misplaced pre_shared_key', () => {
    const psk = extension(
      41,
      vector(2, vector(2, 1, 2), 0, 0, 0, 0),
      vector(2, vector(1, new Uint8Array(32))),
    )
    const hello = readClient(
      clientHello({
        suites: [],
        extensions: [
          extension(23, 1),
          extension(43, vector(1)),
          psk,
          alpnExtension('h2'),
          alpnExtension('h3'),
        ],
      }),
    )
    expect(hello.pskIdentities).toEqual([Uint8Array.of(1, 2)])
    expect(hello.supportedVersions).toBeNull()
    expect(hello.faults).toEqual([
      'extended_master_secret: extension data: 1 bytes left over',
      'supported_versions: versions is empty',
      'application_layer_protocol_negotiation: repeated',
      'cipher suites are empty',
      'pre_shared_key is not the last extension',
    ])
  })

  it('keeps the extensions before one that reaches beyond the block', () => {
    const hello = readClient(
      clientHello({ extensions: [serverNameExtension('a.test'), bytes(u16(10), u16(99), 0)] }),
    )
    expect(hello.serverName).toBe('a.test')
    expect(hello.extensions).toHaveLength(1)
    expect(hello.faults).toEqual(['extensions break off: extension data'])
  })

  it('notes no more than a few faults of a hostile hello', () => {
    const many = Array.from({ length: 12000 }, () => extension(23))
    expect(readClient(clientHello({ extensions: many })).faults).toHaveLength(32)
    const distinct = Array.from({ length: 12000 }, (_, i) => extension(0x8000 + i))
    expect(readClient(clientHello({ extensions: distinct })).faults).toEqual([])
    expect(readClient(clientHello({ extensions: [...distinct, extension(0x8001)] })).faults).toHaveLength(1)
  })

  it('notes bytes behind the extensions', () => {
    expect(readClient(clientHello({ trailing: Uint8Array.of(1, 2) })).faults).toEqual(['2 bytes left over'])
  })

  it('shows hostile octets of a name as text', () => {
    expect(readClient(clientHello({ extensions: [serverNameExtension('a\u001b[2J')] })).serverName).toBe(
      'a\\x1b[2J',
    )
  })

  it('gives octets as views of the message, extensions by their place in it', () => {
    const wire = clientHello({ extensions: [alpnExtension('h2')] })
    const hello = readClient(wire)
    expect(hello.random.buffer).toBe(wire.buffer)
    expect(hello.random).toEqual(wire.subarray(6, 38))
    expect(hello.extensions?.map(({ type, data }) => [type, [...data]])).toEqual([
      [16, [0, 3, 2, 0x68, 0x32]],
    ])
  })

  it('records the fields it reads, with names beside numbers', () => {
    const wire = browserHello()
    const recorder = new FieldRecorder(wire)
    parseHandshake(wire, contextOf(), recorder)
    const { fields } = recorder
    expect(fields.find(({ name }) => name === 'version')).toMatchObject({
      value: 'TLS 1.2 (0x0303)',
      start: 4,
      end: 6,
    })
    expect(fields.some(({ value }) => value === 'X25519MLKEM768 (0x11ec)')).toBe(true)
    expect(fields.some(({ value }) => value === 'GREASE (0x3a3a)')).toBe(true)
    const name = fields.find((field) => field.name === 'server name')
    expect(name?.value).toBe('www.example.com')
    expect(new TextDecoder().decode(wire.subarray(name?.start, name?.end))).toBe('www.example.com')
    expect(fields.every(({ start, end }) => start >= 0 && start <= end && end <= wire.length)).toBe(true)
  })

  it('marks a faulty extension in the field tree and goes on', () => {
    const wire = clientHello({ extensions: [extension(10, 0, 3, 0, 1, 2), serverNameExtension('a.test')] })
    const recorder = new FieldRecorder(wire)
    parseHandshake(wire, contextOf(), recorder)
    expect(recorder.fields.find(({ value }) => value === 'supported_groups (10)')).toBeDefined()
    expect(recorder.fields.find(({ malformed }) => malformed !== null)?.name).toBe('supported_groups')
    expect(recorder.fields.some(({ value }) => value === 'a.test')).toBe(true)
  })
})

describe('ServerHello', () => {
  it('takes the negotiated version from supported_versions', () => {
    const hello = readServer(
      serverHello({
        suite: 0x1301,
        extensions: [extension(43, u16(0x0304)), extension(51, u16(29), vector(2, new Uint8Array(32)))],
      }),
    )
    expect(hello).toMatchObject({
      version: 0x0303,
      negotiatedVersion: 0x0304,
      keyShareGroup: 29,
      helloRetryRequest: false,
    })
  })

  it('is told from a HelloRetryRequest by the random', () => {
    const random = Uint8Array.from(
      Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex'),
    )
    const hello = readServer(
      serverHello({
        random,
        extensions: [extension(43, u16(0x0304)), extension(51, u16(24)), extension(44, vector(2, 1))],
      }),
    )
    expect(hello).toMatchObject({ helloRetryRequest: true, keyShareGroup: 24, faults: [] })
  })

  it('answers ALPN and pre_shared_key with one choice', () => {
    expect(
      readServer(serverHello({ extensions: [alpnExtension('h2'), extension(41, u16(1))] })),
    ).toMatchObject({
      alpn: 'h2',
      pskIndex: 1,
      negotiatedVersion: 0x0303,
    })
  })
})

describe('SSLv2-format ClientHello', () => {
  const wire = bytes(
    0x80,
    9 + 9 + 16,
    1,
    u16(0x0301),
    u16(9),
    u16(0),
    u16(16),
    bytes(0, 0, 0x2f, 0x01, 0x00, 0x80, 0, 0, 0xff),
    new Uint8Array(16).fill(4),
  )

  it('gives its suites of TLS and its challenge as random', () => {
    const outcome = parseSslv2ClientHello(wire, null)
    expect(outcome).toMatchObject({
      ok: true,
      value: { version: 0x0301, sslv2: true, cipherSuites: [0x2f, 0xff], extensions: null },
    })
    if (outcome.ok)
      expect([...outcome.value.random]).toEqual([...Array<number>(16).fill(0), ...Array<number>(16).fill(4)])
  })

  it('names its cipher kinds', () => {
    const recorder = new FieldRecorder(wire)
    parseSslv2ClientHello(wire, recorder)
    const kinds = recorder.fields.filter(({ name }) => name === 'cipher kind').map(({ value }) => value)
    expect(kinds).toEqual([
      'TLS_RSA_WITH_AES_128_CBC_SHA (0x002f)',
      'SSL_CK_RC4_128_WITH_MD5 (0x010080)',
      'TLS_EMPTY_RENEGOTIATION_INFO_SCSV (0x00ff)',
    ])
  })

  it('refuses every strict prefix', () => {
    for (let length = 0; length < wire.length; length++) {
      expect(parseSslv2ClientHello(wire.subarray(0, length), null).ok).toBe(false)
    }
  })
})

describe('hellos in bad shape', () => {
  it('refuses every strict prefix and names what is missing', () => {
    for (const wire of [clientHello({ extensions: [alpnExtension('h2')] }), serverHello({})]) {
      for (let length = 0; length < wire.length; length++) {
        const outcome = parseHandshake(wire.subarray(0, length), contextOf(), null)
        expect(outcome.ok).toBe(false)
        if (!outcome.ok) expect(outcome.malformed.at).toBeLessThanOrEqual(length)
      }
    }
  })

  it('refuses bytes behind the message', () => {
    expect(parseHandshake(bytes(clientHello(), 0), contextOf(), null).ok).toBe(false)
  })

  it('survives mutation, and says the same with and without a recorder', () => {
    for (const wire of [browserHello(), serverHello({ extensions: [alpnExtension('h2')] })]) {
      for (const mutant of mutants(wire, 500, wire.length)) {
        const quiet = parseHandshake(mutant, contextOf(), null)
        const recorder = new FieldRecorder(mutant)
        expect(parseHandshake(mutant, contextOf(), recorder)).toEqual(quiet)
        expect(recorder.fields.every(({ start, end }) => start <= end && end <= mutant.length)).toBe(true)
      }
    }
  })
})
