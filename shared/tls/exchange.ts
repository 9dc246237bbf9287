// Key exchange, tickets, KeyUpdate, EncryptedExtensions and the rare messages beside them.

import type { Reader } from '../bytes/reader.ts'
import { supportedGroups } from '../registries/groups.ts'
import { signatureSchemes } from '../registries/signatures.ts'
import { cipherSuiteInfo } from '../registries/suite-info.ts'
import { curveTypes, isTls13, keyUpdateRequests, supplementalDataTypes } from '../registries/tls.ts'
import { hasSchemes } from './authentication.ts'
import { code, text } from './codes.ts'
import { readExtensions } from './extensions.ts'
import type {
  ClientKeyExchange,
  EncryptedExtensions,
  KeyUpdate,
  MessageContext,
  NewSessionTicket,
  OtherMessage,
  ServerKeyExchange,
} from './messages.ts'

/** RFC 5246 §7.4.3, RFC 8422 §5.4, RFC 4279, RFC 5489: its shape follows from the chosen suite. */
export function readServerKeyExchange(r: Reader, context: MessageContext): ServerKeyExchange {
  const start = r.at
  const info = cipherSuiteInfo(context.cipherSuite)
  const exchange = info?.keyExchange ?? 'unknown'
  if (exchange.endsWith('psk')) text(r, 2, 'PSK identity hint')
  let kind: ServerKeyExchange['exchange']
  let group: number | null = null
  let bits: number | null = null
  if (exchange.startsWith('ecdhe') || exchange === 'ecdh') {
    kind = 'ecdhe'
    group = readCurveParameters(r)
  } else if (exchange.startsWith('dhe') || exchange === 'dh') {
    kind = 'dhe'
    bits = bitLength(r.opaque(2, 'prime'))
    r.opaque(2, 'generator')
    r.opaque(2, 'public value')
  } else if (exchange === 'rsa') {
    kind = 'rsa'
    bits = bitLength(r.opaque(2, 'modulus'))
    r.opaque(2, 'exponent')
  } else if (exchange === 'psk' || exchange === 'rsa-psk') {
    kind = 'psk'
  } else {
    r.rest('parameters')
    kind = 'unknown'
  }
  const paramsLength = r.at - start
  const signed = kind !== 'unknown' && !exchange.endsWith('psk') && info?.authentication !== 'anon'
  const scheme = signed && hasSchemes(context.version) ? code(r, signatureSchemes, 'signature scheme') : null
  const signature = signed ? r.opaque(2, 'signature') : null
  r.done('ServerKeyExchange')
  return { kind: 'server-key-exchange', exchange: kind, group, bits, scheme, signature, paramsLength }
}

// RFC 8422 §5.4
function readCurveParameters(r: Reader): number | null {
  const at = r.at
  const type = code(r, curveTypes, 'curve type')
  let group: number | null = null
  if (type === 3) group = code(r, supportedGroups, 'group')
  else if (type === 1) {
    for (const what of ['prime', 'a', 'b', 'base point', 'order', 'cofactor']) r.opaque(1, what)
  } else r.fail('curve type cannot be read', at)
  r.opaque(1, 'public value')
  return group
}

/** RFC 5246 §7.4.7: the encrypted premaster secret or the public value, whichever the suite asks for. */
export function readClientKeyExchange(r: Reader, context: MessageContext): ClientKeyExchange {
  const exchange = cipherSuiteInfo(context.cipherSuite)?.keyExchange ?? 'unknown'
  if (exchange.endsWith('psk')) text(r, 2, 'PSK identity')
  let value: Uint8Array
  if (exchange.startsWith('ecdh')) {
    value = r.left === 0 ? nothing : r.opaque(1, 'public value')
  } else if (exchange.startsWith('dh')) {
    value = r.left === 0 ? nothing : r.opaque(2, 'public value')
  } else if (exchange === 'psk') value = nothing
  else if (exchange === 'rsa' || exchange === 'rsa-psk') value = readEncryptedSecret(r, context)
  else value = r.rest('exchange keys')
  r.done('ClientKeyExchange')
  return { kind: 'client-key-exchange', exchange: value }
}

// RFC 5246 §7.4.7.1: SSL 3.0 sends the secret without its length, as some TLS 1.0 clients did.
function readEncryptedSecret(r: Reader, context: MessageContext): Uint8Array {
  const bare =
    context.version === 0x0300 || r.left < 2 || ((r.bytes[r.at]! << 8) | r.bytes[r.at + 1]!) !== r.left - 2
  const what = 'encrypted premaster secret'
  if (bare && context.version !== 0x0300 && context.version !== 0x0301) return r.opaque(2, what)
  return bare ? r.rest(what) : r.opaque(2, what)
}

/** RFC 5077 §3.3, RFC 8446 §4.6.1. */
export function readNewSessionTicket(r: Reader, context: MessageContext): NewSessionTicket {
  const lifetime = r.u32('lifetime')
  r.means(`${String(lifetime)} seconds`)
  if (!isTls13(context.version)) {
    const ticket = r.opaque(2, 'ticket')
    r.done('NewSessionTicket')
    return { kind: 'new-session-ticket', lifetime, ticket, nonce: null, extensions: [] }
  }
  r.u32('age add')
  const nonce = r.opaque(1, 'nonce')
  const ticket = r.opaque(2, 'ticket')
  const { extensions } = readExtensions(r, 'new-session-ticket')
  r.done('NewSessionTicket')
  return { kind: 'new-session-ticket', lifetime, ticket, nonce, extensions }
}

/** RFC 8446 §4.3.1. */
export function readEncryptedExtensions(r: Reader): EncryptedExtensions {
  const { extensions, values } = readExtensions(r, 'encrypted-extensions')
  r.done('EncryptedExtensions')
  return { kind: 'encrypted-extensions', extensions, alpn: values.alpn?.[0] ?? null }
}

/** RFC 8446 §4.6.3. */
export function readKeyUpdate(r: Reader): KeyUpdate {
  const at = r.at
  const request = code(r, keyUpdateRequests, 'request')
  if (request > 1) r.fail('update request is neither 0 nor 1', at)
  r.done('KeyUpdate')
  return { kind: 'key-update', requested: request === 1 }
}

/** RFC 4680 §2. */
export function readSupplementalData(r: Reader): OtherMessage {
  const list = r.vector(3, 'entries')
  while (list.left > 0) {
    code(list, supplementalDataTypes, 'type')
    list.opaque(2, 'data')
  }
  r.done('SupplementalData')
  return { kind: 'other' }
}

/** draft-agl-tls-nextprotoneg §3. */
export function readNextProtocol(r: Reader): OtherMessage {
  text(r, 1, 'selected protocol')
  r.opaque(1, 'padding')
  r.done('NextProtocol')
  return { kind: 'other' }
}

function bitLength(bytes: Uint8Array): number {
  const first = bytes.findIndex((octet) => octet !== 0)
  return first === -1 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first]!) - 24)
}

const nothing = new Uint8Array(0)
