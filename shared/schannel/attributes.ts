// What QueryContextAttributes would answer on each side of an established context (schannel §7).

import { hex } from '../bytes/fields.ts'
import { parse } from '../bytes/reader.ts'
import type { Conversation, Side } from '../conversation/facts.ts'
import { peerOf } from '../conversation/facts.ts'
import type { Crypto } from '../ports.ts'
import { extensionTypes } from '../registries/extensions.ts'
import { nameOf } from '../registries/registry.ts'
import { signatureSchemes } from '../registries/signatures.ts'
import { isTls13 } from '../registries/tls.ts'
import type { StatusName } from '../sspi/status.ts'
import type {
  CertificateMessage,
  CertificateRequest,
  ClientHello,
  EncryptedExtensions,
  ServerHello,
} from '../tls/messages.ts'
import { parseCertificate } from '../x509/certificate.ts'
import { readName } from '../x509/names.ts'
import { endpointBinding } from './bindings.ts'
import {
  type Agreement,
  type Answer,
  cipherInfo,
  connectionInfo,
  connectionInfoEx,
  keyInfo,
  streamSizes,
} from './cipher-info.ts'
import type { HandshakeSummary } from './handshakes.ts'
import type { Replay, ReplayOptions } from './model.ts'
import { isBefore } from './profiles.ts'

export interface Attribute extends Answer {
  readonly name: string
  /** Constant of sspi.h or schannel.h. */
  readonly code: number
  readonly status: StatusName
  readonly source: string
  /** Why there is no value, or what else to know. */
  readonly note: string | null
}

/** What the answers depend on. */
export interface EstablishedFacts {
  readonly conversation: Conversation
  readonly handshakes: readonly HandshakeSummary[]
  readonly replay: Replay
  readonly profile: ReplayOptions['profile']
  /** RFC 5929 and RFC 9266 values, from keys; null without keys. */
  readonly bindings: { readonly tlsUnique: Uint8Array | null; readonly tlsExporter: Uint8Array | null } | null
}

/** Both sides' answers; empty for a side whose handshake did not end with SEC_E_OK. */
export function attributesOf(
  facts: EstablishedFacts,
  crypto: Pick<Crypto, 'hash'>,
): Record<Side, Attribute[]> {
  const seen = seenIn(facts)
  const of = (side: Side): Attribute[] => {
    if (seen === null || facts.replay[side].final !== 'SEC_E_OK') return []
    return answers({ ...seen, facts, side, profile: facts.profile[side] }, crypto)
  }
  return { client: of('client'), server: of('server') }
}

/** The messages of the handshake that the context stands on: the last one that was agreed. */
interface Seen {
  readonly agreed: Agreement
  readonly summary: HandshakeSummary
  readonly hello: ClientHello | null
  readonly serverHello: ServerHello | null
  readonly encrypted: EncryptedExtensions | null
  readonly request: CertificateRequest | null
  readonly certificate: Readonly<Record<Side, CertificateMessage | null>>
  /** TLS 1.3 whose messages after ServerHello are sealed. */
  readonly sealed: boolean
}

interface Asked extends Seen {
  readonly facts: EstablishedFacts
  readonly side: Side
  readonly profile: string | null
}

function seenIn({ conversation, handshakes }: EstablishedFacts): Seen | null {
  const summary =
    handshakes.findLast(({ agreed, outcome }) => agreed && outcome === 'established') ??
    handshakes.findLast(({ agreed }) => agreed)
  if (summary?.version == null || summary.cipherSuite === null) return null
  const bodies = conversation.messages.slice(summary.from, summary.to)
  const certificate: Record<Side, CertificateMessage | null> = { client: null, server: null }
  let hello: ClientHello | null = null
  let serverHello: ServerHello | null = null
  let encrypted: EncryptedExtensions | null = null
  let request: CertificateRequest | null = null
  let primeBits: number | null = null
  for (const { body, from } of bodies) {
    if (body?.kind === 'client-hello') hello = body
    else if (body?.kind === 'server-hello' && !body.helloRetryRequest) serverHello = body
    else if (body?.kind === 'encrypted-extensions') encrypted = body
    else if (body?.kind === 'certificate') certificate[from] = body
    else if (body?.kind === 'certificate-request') request = body
    else if (body?.kind === 'server-key-exchange') primeBits = body.bits
  }
  const leaf = certificate.server?.certificates[0]
  const parsed = leaf === undefined ? null : parseCertificate(leaf.der)
  const key = parsed?.ok === true ? parsed.value.key : null
  return {
    agreed: {
      version: summary.version,
      cipherSuite: summary.cipherSuite,
      datagrams: conversation.transport === 'udp',
      group: summary.group,
      exchangeBits: primeBits ?? (key?.type === 'RSA' ? key.bits : null),
      keyType: key?.type ?? null,
    },
    summary,
    hello,
    serverHello,
    encrypted,
    request,
    certificate,
    sealed: isTls13(summary.version) && encrypted === null,
  }
}

const needsKeys = 'TLS 1.3 seals it: a key log would show it.'

/** In the order of their constants. */
function answers(asked: Asked, crypto: Pick<Crypto, 'hash'>): Attribute[] {
  const { agreed, side, profile } = asked
  return [
    answered('SECPKG_ATTR_STREAM_SIZES', 4, 'schannel §7.2', streamSizes(agreed)),
    answered('SECPKG_ATTR_KEY_INFO', 5, 'schannel §7', keyInfo(agreed)),
    refused('SECPKG_ATTR_NEGOTIATION_INFO', 12, 'SEC_E_UNSUPPORTED_FUNCTION', 'derived'),
    uniqueBindings(asked),
    endpointBindings(asked, crypto),
    ...(agreed.datagrams
      ? [unknown('SECPKG_ATTR_DTLS_MTU', 34, 'A setting of the application; it does not travel.')]
      : []),
    applicationProtocol(asked),
    negotiatedExtensions(asked),
    certificateContext('SECPKG_ATTR_REMOTE_CERT_CONTEXT', 0x53, asked, peerOf(side)),
    certificateContext('SECPKG_ATTR_LOCAL_CERT_CONTEXT', 0x54, asked, side),
    ...(side === 'client' ? issuerList(asked) : []),
    answered('SECPKG_ATTR_CONNECTION_INFO', 0x5a, 'schannel §7.1', connectionInfo(agreed, side)),
    sessionInfo(asked),
    certificateList('SECPKG_ATTR_REMOTE_CERTIFICATES', 0x5f, asked),
    answered('SECPKG_ATTR_CIPHER_INFO', 0x64, 'schannel §7.1', cipherInfo(agreed, profile)),
    supportedSignatures(asked),
    certificateList('SECPKG_ATTR_REMOTE_CERT_CHAIN', 0x67, asked),
    keyingMaterial(asked),
    answered('SECPKG_ATTR_CONNECTION_INFO_EX', 0x6e, 'schannel §7', connectionInfoEx(agreed)),
  ]
}

/** RFC 5929 §3.1; what Windows answers for TLS 1.3 no source says (schannel §7.3, §11 question 14). */
function uniqueBindings({ agreed, facts }: Asked): Attribute {
  const data = facts.bindings?.tlsUnique ?? null
  const name = 'SECPKG_ATTR_UNIQUE_BINDINGS'
  if (data !== null) return answered(name, 25, 'schannel §7.3', binding('tls-unique', data))
  const note = isTls13(agreed.version)
    ? 'TLS 1.3 has no tls-unique; what Windows returns for it is not known.'
    : 'Finished is encrypted: keys would show it.'
  return unknown(name, 25, note, 'schannel §7.3')
}

function endpointBindings(asked: Asked, crypto: Pick<Crypto, 'hash'>): Attribute {
  const name = 'SECPKG_ATTR_ENDPOINT_BINDINGS'
  const source = 'schannel §7.3'
  const leaf = asked.certificate.server?.certificates[0]
  if (leaf === undefined) return unknown(name, 26, missingCertificate(asked, 'server'), source)
  const hashed = endpointBinding(leaf.der, crypto)
  if (hashed === null)
    return unknown(name, 26, "RFC 5929 defines no hash for this certificate's signature algorithm.", source)
  return answered(name, 26, source, binding('tls-server-end-point', hashed))
}

/** SEC_CHANNEL_BINDINGS of 32 bytes, all zero but length and offset, then prefix and data (schannel §7.3). */
function binding(prefix: string, data: Uint8Array): Answer {
  return {
    value: `${prefix}:${hex(data)}`,
    fields: [
      { name: 'cbApplicationDataLength', value: String(prefix.length + 1 + data.length) },
      { name: 'dwApplicationDataOffset', value: '32' },
    ],
    basis: 'derived',
  }
}

function keyingMaterial({ facts }: Asked): Attribute {
  const name = 'SECPKG_ATTR_KEYING_MATERIAL'
  const data = facts.bindings?.tlsExporter ?? null
  const source = 'schannel §7.3 (tls-exporter), RFC 9266'
  if (data === null)
    return unknown(name, 0x6b, 'Needs keys, and before TLS 1.3 the extended master secret.', source)
  return {
    ...answered(name, 0x6b, source, { value: `tls-exporter:${hex(data)}`, fields: [], basis: 'assumed' }),
    note: 'If the application had set label EXPORTER-Channel-Binding and 32 bytes in KEYING_MATERIAL_INFO before the handshake ended.',
  }
}

/** schannel §4.5: ALPN came with Windows 8.1. */
function applicationProtocol({ summary, profile }: Asked): Attribute {
  const name = 'SECPKG_ATTR_APPLICATION_PROTOCOL'
  if (isBefore(profile, 9600)) return refused(name, 35, 'SEC_E_UNSUPPORTED_FUNCTION', 'derived')
  const { chosen, visible } = summary.alpn
  if (chosen === null && !visible) return unknown(name, 35, needsKeys)
  const status = chosen === null ? 'None' : 'Success'
  return answered(name, 35, 'schannel §4.5', {
    value: chosen ?? 'none',
    fields: [
      { name: 'ProtoNegoStatus', value: `SecApplicationProtocolNegotiationStatus_${status}` },
      {
        name: 'ProtoNegoExt',
        value: `SecApplicationProtocolNegotiationExt_${chosen === null ? 'None' : 'ALPN'}`,
      },
      { name: 'ProtocolIdSize', value: String(chosen?.length ?? 0) },
    ],
    basis: 'derived',
  })
}

function negotiatedExtensions({ serverHello, encrypted, sealed }: Asked): Attribute {
  const name = 'SECPKG_ATTR_NEGOTIATED_TLS_EXTENSIONS'
  if (sealed || serverHello === null) return unknown(name, 36, needsKeys)
  const types = [...(serverHello.extensions ?? []), ...(encrypted?.extensions ?? [])].map(({ type }) => type)
  return answered(
    name,
    36,
    'schannel §7',
    listOf(
      types.map((type) => nameOf(extensionTypes, type)),
      'none',
    ),
  )
}

function certificateContext(name: string, code: number, asked: Asked, owner: Side): Attribute {
  const sent = asked.certificate[owner]?.certificates ?? null
  const leaf = sent?.[0]
  if (sent === null || leaf === undefined) return withoutCertificate(name, code, asked, owner)
  const remote = owner !== asked.side
  const order = isBefore(asked.profile, 22621) ? 'root to leaf' : 'leaf to root'
  return {
    ...answered(name, code, 'schannel §7', {
      value: subjectOf(leaf.der),
      fields: remote ? [{ name: 'certificates in hCertStore', value: String(sent.length) }] : [],
      basis: 'derived',
    }),
    note: remote && sent.length > 1 ? `The store lists them ${order}.` : null,
  }
}

function certificateList(name: string, code: number, asked: Asked): Attribute {
  const owner = peerOf(asked.side)
  const sent = asked.certificate[owner]?.certificates ?? []
  if (sent.length === 0) return withoutCertificate(name, code, asked, owner)
  return answered(name, code, 'schannel §7', {
    value: `${String(sent.length)} certificate${sent.length === 1 ? '' : 's'}`,
    fields: sent.map(({ der }, index) => ({ name: `[${String(index)}]`, value: subjectOf(der) })),
    basis: 'derived',
  })
}

/** No Certificate message in sight: none was sent, it is sealed, or an earlier handshake brought it. */
function withoutCertificate(name: string, code: number, asked: Asked, owner: Side): Attribute {
  const none = owner === 'client' && !asked.sealed && asked.summary.resumed === false
  if (none) return refused(name, code, 'SEC_E_NO_CREDENTIALS', 'assumed', 'The client sent no certificate.')
  return unknown(name, code, missingCertificate(asked, owner))
}

function missingCertificate(asked: Asked, owner: Side): string {
  if (asked.summary.resumed === true) return 'Resumed: the certificate is that of the first handshake.'
  if (asked.sealed) return needsKeys
  return `The capture holds no certificate of the ${owner}.`
}

/** CA names of the CertificateRequest (schannel §4.3, §7). */
function issuerList({ request, sealed }: Asked): Attribute[] {
  const name = 'SECPKG_ATTR_ISSUER_LIST_EX'
  if (request === null) return sealed ? [unknown(name, 0x59, needsKeys)] : []
  const names = request.authorities.map((der) => {
    const parsed = parse(der, (r) => readName(r, 'name').text)
    return parsed.ok ? parsed.value : `unreadable (${String(der.length)} bytes)`
  })
  return [answered(name, 0x59, 'schannel §7', listOf(names, 'no names'))]
}

function sessionInfo({ summary, serverHello }: Asked): Attribute {
  const name = 'SECPKG_ATTR_SESSION_INFO'
  if (summary.resumed === null) return unknown(name, 0x5d, 'Whether it was resumed cannot be told.')
  const id = serverHello?.sessionId ?? new Uint8Array()
  return answered(name, 0x5d, 'schannel §7', {
    value: summary.resumed ? 'SSL_SESSION_RECONNECT' : 'new session',
    fields: [
      { name: 'dwFlags', value: summary.resumed ? '1 SSL_SESSION_RECONNECT' : '0' },
      { name: 'cbSessionId', value: String(id.length) },
      { name: 'rgbSessionId', value: hex(id) },
    ],
    basis: 'derived',
  })
}

/** The pairs the peer offered: in ClientHello to the server, in CertificateRequest to the client. */
function supportedSignatures({ side, hello, request, sealed }: Asked): Attribute {
  const name = 'SECPKG_ATTR_SUPPORTED_SIGNATURES'
  const schemes = (side === 'server' ? hello : request)?.signatureAlgorithms ?? null
  if (schemes !== null)
    return answered(
      name,
      0x66,
      'schannel §7',
      listOf(
        schemes.map((one) => nameOf(signatureSchemes, one)),
        'none',
      ),
    )
  return unknown(name, 0x66, side === 'client' && sealed ? needsKeys : 'The peer sent no list.')
}

function subjectOf(der: Uint8Array): string {
  const parsed = parseCertificate(der)
  return parsed.ok ? parsed.value.subject.text : 'unreadable certificate'
}

function listOf(names: readonly string[], none: string): Answer {
  return {
    value: names.length === 0 ? none : names.join(', '),
    fields: names.map((value, index) => ({ name: `[${String(index)}]`, value })),
    basis: 'derived',
  }
}

function answered(name: string, code: number, source: string, answer: Answer): Attribute {
  return { name, code, status: 'SEC_E_OK', source, note: null, ...answer }
}

function unknown(name: string, code: number, note: string, source = 'schannel §7'): Attribute {
  return { name, code, status: 'SEC_E_OK', source, note, value: null, fields: [], basis: 'assumed' }
}

function refused(
  name: string,
  code: number,
  status: StatusName,
  basis: Answer['basis'],
  note: string | null = null,
): Attribute {
  return { name, code, status, source: 'schannel §7', note, value: null, fields: [], basis }
}
