// The frames of Initial and Handshake packets: CRYPTO and CONNECTION_CLOSE are read, the others passed over (RFC 9000 §19).

import { printable } from '../bytes/text.ts'
import { parse, type Reader } from '../bytes/reader.ts'
import { variableInteger } from './packet.ts'

export interface CryptoFrame {
  readonly offset: number
  /** A view of the payload. */
  readonly bytes: Uint8Array
}

export interface CloseFrame {
  readonly code: number
  /** 0x1d: the application closed; 0x1c: the transport, whose codes 0x100 to 0x1ff are TLS alerts (RFC 9000 §20.1). */
  readonly application: boolean
  readonly reason: string
}

export interface HandshakeFrames {
  readonly crypto: readonly CryptoFrame[]
  readonly close: CloseFrame | null
}

/** Reads the frames of an opened payload up to its end, or to the first that breaks the format or has no place there. */
export function readFrames(payload: Uint8Array): HandshakeFrames {
  const crypto: CryptoFrame[] = []
  let close: CloseFrame | null = null
  parse(payload, (r) => {
    while (r.left > 0) {
      const type = variableInteger(r, 'frame type')
      if (type === 0x06) crypto.push(cryptoFrame(r))
      else if (type === 0x1c || type === 0x1d) close = closeFrame(r, type)
      else if (type === 0x02 || type === 0x03) passAcknowledgement(r, type)
      else if (type > 0x01) r.fail('frame that Initial and Handshake packets do not have')
    }
  })
  return { crypto, close }
}

/** A transport error as RFC 9000 §20.1 names it. */
export function transportErrorName(code: number): string {
  return transportErrors[code] ?? `error 0x${code.toString(16)}`
}

const transportErrors: Readonly<Record<number, string>> = {
  0x00: 'NO_ERROR',
  0x01: 'INTERNAL_ERROR',
  0x02: 'CONNECTION_REFUSED',
  0x03: 'FLOW_CONTROL_ERROR',
  0x04: 'STREAM_LIMIT_ERROR',
  0x05: 'STREAM_STATE_ERROR',
  0x06: 'FINAL_SIZE_ERROR',
  0x07: 'FRAME_ENCODING_ERROR',
  0x08: 'TRANSPORT_PARAMETER_ERROR',
  0x09: 'CONNECTION_ID_LIMIT_ERROR',
  0x0a: 'PROTOCOL_VIOLATION',
  0x0b: 'INVALID_TOKEN',
  0x0c: 'APPLICATION_ERROR',
  0x0d: 'CRYPTO_BUFFER_EXCEEDED',
  0x0e: 'KEY_UPDATE_ERROR',
  0x0f: 'AEAD_LIMIT_REACHED',
  0x10: 'NO_VIABLE_PATH',
  0x11: 'VERSION_NEGOTIATION_ERROR',
}

function cryptoFrame(r: Reader): CryptoFrame {
  const offset = variableInteger(r, 'CRYPTO offset')
  return { offset, bytes: r.raw(variableInteger(r, 'CRYPTO length'), 'CRYPTO data') }
}

const maxReasonShown = 120

function closeFrame(r: Reader, type: number): CloseFrame {
  const code = variableInteger(r, 'error code')
  if (type === 0x1c) variableInteger(r, 'frame type')
  const reason = r.raw(variableInteger(r, 'reason length'), 'reason')
  return { code, application: type === 0x1d, reason: printable(reason.subarray(0, maxReasonShown)) }
}

function passAcknowledgement(r: Reader, type: number): void {
  variableInteger(r, 'largest acknowledged')
  variableInteger(r, 'ACK delay')
  const ranges = variableInteger(r, 'ACK range count')
  variableInteger(r, 'first ACK range')
  for (let i = 0; i < ranges; i++) {
    variableInteger(r, 'gap')
    variableInteger(r, 'ACK range')
  }
  // ECN counts (RFC 9000 §19.3.2).
  for (let i = 0; type === 0x03 && i < 3; i++) variableInteger(r, 'ECN count')
}
