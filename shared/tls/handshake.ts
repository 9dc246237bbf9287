// Handshake messages by type (RFC 8446 §4, RFC 5246 §7.4), and alerts; an unknown message keeps its bytes.

import type { FieldRecorder } from '../bytes/fields.ts'
import { parse, type Parsed, type Reader } from '../bytes/reader.ts'
import { labelOf } from '../registries/registry.ts'
import { alertDescriptions, alertLevels, handshakeTypes } from '../registries/tls.ts'
import {
  readCertificateRequest,
  readCertificates,
  readCertificateStatus,
  readCertificateUrl,
  readCertificateVerify,
  readCompressedCertificate,
  readFinished,
} from './authentication.ts'
import { code } from './codes.ts'
import {
  readClientKeyExchange,
  readEncryptedExtensions,
  readKeyUpdate,
  readNewSessionTicket,
  readNextProtocol,
  readServerKeyExchange,
  readSupplementalData,
} from './exchange.ts'
import { readClientHello, readHelloVerifyRequest, readServerHello } from './hello.ts'
import type { Alert, HandshakeBody, MessageContext, OtherMessage } from './messages.ts'

/**
 * One whole message with its 4-byte header; DTLS messages come reduced to that form. Bytes that do not fill the
 * length of the header exactly are malformed, as is a body that cannot be read to its end.
 */
export function parseHandshake(
  bytes: Uint8Array,
  context: MessageContext,
  fields: FieldRecorder | null,
): Parsed<HandshakeBody> {
  return parse(
    bytes,
    (r) => {
      const type = code(r, handshakeTypes, 'handshake type')
      const body = r.vector(3, 'body')
      r.done('handshake message')
      return readBody(body, type, context)
    },
    fields,
  )
}

/** The two bytes of an alert (RFC 8446 §6). */
export function parseAlert(bytes: Uint8Array, fields: FieldRecorder | null): Parsed<Alert> {
  return parse(
    bytes,
    (r): Alert => {
      const level = code(r, alertLevels, 'level')
      const description = code(r, alertDescriptions, 'description')
      r.done('alert')
      return { kind: 'alert', level, description }
    },
    fields,
  )
}

function readBody(r: Reader, type: number, context: MessageContext): HandshakeBody {
  switch (type) {
    case 1:
      return readClientHello(r, context.dtls)
    case 2:
      return readServerHello(r)
    case 3:
      return readHelloVerifyRequest(r)
    case 4:
      return readNewSessionTicket(r, context)
    case 8:
      return readEncryptedExtensions(r)
    case 11:
      return readCertificates(r, context)
    case 12:
      return readServerKeyExchange(r, context)
    case 13:
      return readCertificateRequest(r, context)
    case 15:
      return readCertificateVerify(r, context)
    case 16:
      return readClientKeyExchange(r, context)
    case 20:
      return readFinished(r)
    case 21:
      return readCertificateUrl(r)
    case 22:
      return readCertificateStatus(r)
    case 23:
      return readSupplementalData(r)
    case 24:
      return readKeyUpdate(r)
    case 25:
      return readCompressedCertificate(r)
    case 67:
      return readNextProtocol(r)
    default:
      return readOther(r, type)
  }
}

// HelloRequest, EndOfEarlyData and ServerHelloDone are empty.
function readOther(r: Reader, type: number): OtherMessage {
  if (type === 0 || type === 5 || type === 14) r.done(labelOf(handshakeTypes, type))
  if (r.left > 0) r.rest('body')
  return { kind: 'other' }
}
