import { describe, expect, it } from 'vitest'
import { FieldRecorder } from '../../../shared/bytes/fields.ts'
import { parseAlert, parseHandshake } from '../../../shared/tls/handshake.ts'
import type { HandshakeBody, MessageContext } from '../../../shared/tls/messages.ts'
import { alpnExtension, ascii, bytes, contextOf, extension, message, mutants, u16, vector } from './build.ts'

const tls10 = contextOf({ version: 0x0301, cipherSuite: 0xc013, from: 'server' })
const tls12 = contextOf({ version: 0x0303, cipherSuite: 0xc02f, from: 'server' })
const tls13 = contextOf({ version: 0x0304, cipherSuite: 0x1301, from: 'server' })

function suite(cipherSuite: number, version = 0x0303): MessageContext {
  return contextOf({ version, cipherSuite })
}

function read(wire: Uint8Array, context: MessageContext): HandshakeBody {
  const outcome = parseHandshake(wire, context, null)
  if (!outcome.ok) throw new Error(`${outcome.malformed.what} at ${String(outcome.malformed.at)}`)
  return outcome.value
}

const name = bytes(0x30, 13, 0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 3, 0x0c, 2, ascii('ca'))
const signature = vector(2, 1, 2, 3)
const ecdhe = bytes(3, u16(29), vector(1, new Uint8Array(32)))
const dhe = bytes(vector(2, 0x0f, new Uint8Array(127)), vector(2, 2), vector(2, new Uint8Array(128)))

const samples: Record<string, [Uint8Array, MessageContext, object]> = {
  'Certificate of TLS 1.2': [
    message(11, vector(3, vector(3, 1, 2), vector(3, 3))),
    tls12,
    {
      kind: 'certificate',
      certificates: [
        { der: Uint8Array.of(1, 2), start: 10 },
        { der: Uint8Array.of(3), start: 15 },
      ],
    },
  ],
  'Certificate of TLS 1.3, with extensions': [
    message(11, vector(1, 9), vector(3, vector(3, 1, 2), vector(2, extension(18)))),
    tls13,
    { requestContext: Uint8Array.of(9), certificates: [{ extensions: [{ type: 18 }] }] },
  ],
  'Certificate without certificates': [message(11, vector(3)), tls12, { certificates: [] }],
  'CertificateRequest of TLS 1.0': [
    message(13, vector(1, 1, 64), vector(2, vector(2, name))),
    tls10,
    {
      certificateTypes: [1, 64],
      signatureAlgorithms: null,
      authorities: [name],
      authoritiesLength: name.length + 2,
    },
  ],
  'CertificateRequest of TLS 1.2': [
    message(13, vector(1, 1), vector(2, u16(0x0401)), vector(2)),
    tls12,
    { signatureAlgorithms: [0x0401], authorities: [], authoritiesLength: 0 },
  ],
  'CertificateRequest of TLS 1.3': [
    message(
      13,
      vector(1),
      vector(2, extension(13, vector(2, u16(0x0804))), extension(47, vector(2, vector(2, name)))),
    ),
    tls13,
    { signatureAlgorithms: [0x0804], authorities: [name], certificateTypes: [] },
  ],
  'CertificateVerify of TLS 1.0': [
    message(15, signature),
    tls10,
    { scheme: null, signature: Uint8Array.of(1, 2, 3) },
  ],
  'CertificateVerify of TLS 1.2': [message(15, u16(0x0804), signature), tls12, { scheme: 0x0804 }],
  CertificateStatus: [
    message(22, 1, vector(3, 5, 6)),
    tls12,
    { statusType: 1, response: Uint8Array.of(5, 6) },
  ],
  'ServerKeyExchange with ECDHE': [
    message(12, ecdhe, u16(0x0804), signature),
    tls12,
    { exchange: 'ecdhe', group: 29, scheme: 0x0804, paramsLength: 36, bits: null },
  ],
  'ServerKeyExchange with ECDHE in TLS 1.0': [
    message(12, ecdhe, signature),
    tls10,
    { exchange: 'ecdhe', scheme: null },
  ],
  'ServerKeyExchange with DHE': [
    message(12, dhe, u16(0x0401), signature),
    suite(0x009e),
    { exchange: 'dhe', bits: 1020, group: null, scheme: 0x0401 },
  ],
  'ServerKeyExchange without authentication': [
    message(12, dhe),
    suite(0x00a6),
    { exchange: 'dhe', signature: null },
  ],
  'ServerKeyExchange of RSA export': [
    message(12, vector(2, 0x80, new Uint8Array(63)), vector(2, 1, 0, 1), signature),
    suite(0x0003, 0x0301),
    { exchange: 'rsa', bits: 512 },
  ],
  'ServerKeyExchange with PSK': [
    message(12, vector(2, ascii('hint'))),
    suite(0x00a8),
    { exchange: 'psk', paramsLength: 6 },
  ],
  'ServerKeyExchange with ECDHE and PSK': [
    message(12, vector(2), ecdhe),
    suite(0xd001),
    { exchange: 'ecdhe', group: 29, signature: null },
  ],
  'ServerKeyExchange of an unknown suite': [
    message(12, 1, 2),
    suite(0xfefd),
    { exchange: 'unknown', paramsLength: 2 },
  ],
  'ClientKeyExchange with ECDHE': [
    message(16, vector(1, 4, 5)),
    suite(0xc02f),
    { exchange: Uint8Array.of(4, 5) },
  ],
  'ClientKeyExchange with RSA': [
    message(16, vector(2, new Uint8Array(256))),
    suite(0x009c),
    { exchange: new Uint8Array(256) },
  ],
  'ClientKeyExchange with RSA in SSL 3.0': [
    message(16, new Uint8Array(128)),
    suite(0x0005, 0x0300),
    { exchange: new Uint8Array(128) },
  ],
  'ClientKeyExchange with PSK': [
    message(16, vector(2, ascii('me'))),
    suite(0x00a8),
    { exchange: new Uint8Array(0) },
  ],
  'NewSessionTicket of TLS 1.2': [
    message(4, 0, 0, 1, 0, vector(2, 7)),
    tls12,
    { lifetime: 256, ticket: Uint8Array.of(7), nonce: null },
  ],
  'NewSessionTicket of TLS 1.3': [
    message(4, 0, 0, 0, 9, 1, 2, 3, 4, vector(1, 0), vector(2, 7), vector(2, extension(42, 0, 0, 1, 0))),
    tls13,
    { lifetime: 9, nonce: Uint8Array.of(0), extensions: [{ type: 42 }] },
  ],
  EncryptedExtensions: [message(8, vector(2, alpnExtension('h2'))), tls13, { alpn: 'h2' }],
  KeyUpdate: [message(24, 1), tls13, { requested: true }],
  HelloVerifyRequest: [
    message(3, u16(0xfeff), vector(1, 1, 2)),
    contextOf({ dtls: true }),
    { cookie: Uint8Array.of(1, 2) },
  ],
  CompressedCertificate: [message(25, u16(2), 0, 1, 0, vector(3, 1)), tls13, { kind: 'other' }],
  CertificateURL: [
    message(21, 0, vector(2, vector(2, ascii('u')), 1, new Uint8Array(20))),
    tls12,
    { kind: 'other' },
  ],
  SupplementalData: [message(23, vector(3, u16(0), vector(2, 1))), tls12, { kind: 'other' }],
  NextProtocol: [message(67, vector(1, ascii('h2')), vector(1, 0)), tls12, { kind: 'other' }],
  ServerHelloDone: [message(14), tls12, { kind: 'other' }],
}

describe.each(Object.entries(samples))('%s', (_, [wire, context, expected]) => {
  it('is read', () => {
    expect(read(wire, context)).toMatchObject(expected)
  })

  it('is refused cut short or with bytes behind it', () => {
    for (let length = 0; length < wire.length; length++) {
      expect(parseHandshake(wire.subarray(0, length), context, null).ok).toBe(false)
    }
    expect(parseHandshake(bytes(wire, 0), context, null).ok).toBe(false)
  })

  it('records fields inside the message and survives mutation', () => {
    const recorder = new FieldRecorder(wire)
    parseHandshake(wire, context, recorder)
    expect(recorder.fields.every(({ start, end }) => start <= end && end <= wire.length)).toBe(true)
    for (const mutant of mutants(wire, 100, wire.length)) {
      const inner = new FieldRecorder(mutant)
      expect(parseHandshake(mutant, context, inner).ok).toBe(parseHandshake(mutant, context, null).ok)
    }
  })
})

describe('other messages', () => {
  it('keep an unknown type and refuse content where there must be none', () => {
    expect(read(message(99, 1, 2, 3), tls12)).toEqual({ kind: 'other' })
    expect(parseHandshake(message(14, 1), tls12, null).ok).toBe(false)
    expect(parseHandshake(message(0, 1), tls12, null).ok).toBe(false)
  })

  it('refuse a Finished without content and a KeyUpdate that is neither', () => {
    expect(parseHandshake(message(20), tls12, null).ok).toBe(false)
    expect(read(message(20, new Uint8Array(12)), tls12)).toMatchObject({ kind: 'finished' })
    expect(parseHandshake(message(24, 2), tls13, null)).toMatchObject({ ok: false, malformed: { at: 4 } })
  })

  it('name authorities in the field tree', () => {
    const wire = samples['CertificateRequest of TLS 1.0']![0]
    const recorder = new FieldRecorder(wire)
    parseHandshake(wire, tls10, recorder)
    expect(recorder.fields.find((field) => field.name === 'distinguished name')?.value).toBe('CN=ca')
  })
})

describe('alerts', () => {
  it('are two numbers with names', () => {
    const wire = Uint8Array.of(2, 40)
    const recorder = new FieldRecorder(wire)
    expect(parseAlert(wire, recorder)).toEqual({
      ok: true,
      value: { kind: 'alert', level: 2, description: 40 },
    })
    expect(recorder.fields.map(({ value }) => value)).toEqual(['fatal (2)', 'handshake_failure (40)'])
  })

  it('are refused with fewer or more bytes', () => {
    expect(parseAlert(Uint8Array.of(2), null).ok).toBe(false)
    expect(parseAlert(Uint8Array.of(2, 40, 0), null).ok).toBe(false)
  })
})
