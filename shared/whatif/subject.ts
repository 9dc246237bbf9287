// What of a conversation the question is about: the first ClientHello, the server's choice, and the key behind it.

import type { Conversation } from '../conversation/facts.ts'
import { type HandshakeView, type Parsed, viewHandshake } from '../diagnosis/view.ts'
import { supportedGroups } from '../registries/groups.ts'
import { cipherSuiteInfo } from '../registries/suite-info.ts'
import type { ClientHello } from '../tls/messages.ts'
import { type Certificate, parseCertificate } from '../x509/certificate.ts'

/** The key a server is asked to sign or decrypt with. */
export interface ServerKey {
  /** `RSA`, `EC`, `DSA`, … as certificates name it. */
  readonly type: string
  readonly bits: number | null
  /** Named group of an EC key. */
  readonly curve: number | null
  /** Hash and signature pair under the certificate itself (RFC 5246 §7.4.1.4.1); null where not seen or without a pair. */
  readonly signedBy: number | null
  readonly text: string
  readonly from: 'captured' | 'suite' | 'assumed'
}

/** What the captured server settled on. */
export interface Choice {
  readonly version: number
  readonly cipherSuite: number
  readonly group: number | null
  readonly scheme: number | null
  /** Bits of a DHE prime. */
  readonly primeBits: number | null
  readonly packet: number
  /** Signature or group may be among sealed messages. */
  readonly sealed: boolean
}

export interface Subject {
  readonly hello: Parsed<ClientHello> | null
  readonly choice: Choice | null
  readonly datagrams: boolean
  readonly key: ServerKey
}

/** `wanted` replaces the server's key by one that is usual for its kind. */
export function subjectOf(conversation: Conversation, wanted: 'captured' | 'rsa' | 'ecdsa'): Subject {
  const view = viewHandshake(conversation, 1)
  const choice = choiceOf(view)
  return {
    hello: view.firstHello,
    choice,
    datagrams: conversation.transport === 'udp',
    key: wanted === 'captured' ? capturedKey(view, choice) : assumedKeys[wanted],
  }
}

function choiceOf(view: HandshakeView): Choice | null {
  const { serverHello, serverKeyExchange, certificateVerify } = view
  if (serverHello === null) return null
  const { body, message } = serverHello
  const signed = certificateVerify.server?.body.scheme ?? serverKeyExchange?.body.scheme ?? null
  return {
    version: body.negotiatedVersion,
    cipherSuite: body.cipherSuite,
    group: body.keyShareGroup ?? serverKeyExchange?.body.group ?? null,
    scheme: signed,
    primeBits: serverKeyExchange?.body.exchange === 'dhe' ? serverKeyExchange.body.bits : null,
    packet: message.packet,
    sealed: cipherSuiteInfo(body.cipherSuite)?.tls13 === true && certificateVerify.server === null,
  }
}

function capturedKey(view: HandshakeView, choice: Choice | null): ServerKey {
  const leaf = view.certificate.server?.body.certificates[0]
  const parsed = leaf === undefined ? null : parseCertificate(leaf.der)
  if (parsed?.ok === true) return keyOf(parsed.value)
  const needed = choice === null ? null : cipherSuiteInfo(choice.cipherSuite)?.authentication
  if (needed === 'ecdsa')
    return { ...assumedKeys.ecdsa, text: 'ECDSA, as the chosen suite needs', from: 'suite' }
  if (needed === 'rsa') return { ...assumedKeys.rsa, text: 'RSA, as the chosen suite needs', from: 'suite' }
  return assumedKeys.rsa
}

const assumedKeys: Readonly<Record<'rsa' | 'ecdsa', ServerKey>> = {
  rsa: { type: 'RSA', bits: 2048, curve: null, signedBy: null, text: 'RSA 2048', from: 'assumed' },
  ecdsa: { type: 'EC', bits: 256, curve: 0x0017, signedBy: null, text: 'ECDSA secp256r1', from: 'assumed' },
}

function keyOf({ key, signature }: Certificate): ServerKey {
  const group = key.curve === null ? undefined : groupsByName.get(key.curve)
  const type = key.type === 'EC' ? 'ECDSA' : key.type
  return {
    type: key.type,
    bits: key.bits,
    curve: group ?? null,
    signedBy: pairOf(signature.name, signature.hash),
    text: [type, key.curve ?? key.bits].filter((part) => part !== null).join(' '),
    from: 'captured',
  }
}

const groupsByName: ReadonlyMap<string, number> = new Map(
  Object.entries(supportedGroups.names).map(([code, name]) => [name, Number(code)]),
)

// RFC 5246 §7.4.1.4.1
const hashCodes: Readonly<Record<string, number>> = {
  md5: 1,
  sha1: 2,
  sha224: 3,
  sha256: 4,
  sha384: 5,
  sha512: 6,
}

function pairOf(name: string, hash: string | null): number | null {
  const code = hash === null ? undefined : hashCodes[hash]
  const signer = name.startsWith('ecdsa')
    ? 3
    : name.startsWith('dsa')
      ? 2
      : name.includes('WithRSA')
        ? 1
        : null
  return code === undefined || signer === null ? null : (code << 8) | signer
}
