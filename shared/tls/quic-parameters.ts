// QUIC transport parameters inside a hello (RFC 9000 §18).

import type { Reader } from '../bytes/reader.ts'
import { hexNumber } from '../registries/registry.ts'
import { quicTransportParameters } from '../registries/tls.ts'

/** Reads (id, length, value) triples to the end; integers are shown as such. */
export function readQuicTransportParameters(r: Reader): void {
  while (r.left > 0) {
    r.group('transport parameter', () => {
      const id = variableInteger(r, 'parameter id')
      const name = quicTransportParameters.names[id]
      r.means(name ?? `${reservedParameter(id) ? 'GREASE' : 'unknown'} (${hexNumber(id, 2)})`)
      const length = variableInteger(r, 'parameter length')
      const value = r.sub(length, 'parameter value')
      if (integers.has(id) && length > 0) {
        variableInteger(value, 'parameter value')
        value.done('parameter value')
      } else if (length > 0) value.rest('parameter value')
    })
  }
}

/** RFC 9000 §16; values above 2^53 lose precision, which no parameter needs. */
function variableInteger(r: Reader, what: string): number {
  const start = r.at
  const first = r.u8(what)
  let value = first & 0x3f
  for (let more = (1 << (first >> 6)) - 1; more > 0; more--) {
    const at = r.at
    r.skip(1, what)
    value = value * 256 + r.bytes[at]!
  }
  if (r.fields !== null) {
    const field = r.fields.fields.at(-1)!
    field.end += r.at - start - 1
    field.value = String(value)
  }
  return value
}

// RFC 9000 §18.1
function reservedParameter(id: number): boolean {
  return id % 31 === 27
}

const integers: ReadonlySet<number> = new Set([1, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xb, 0xe, 0x20, 0x3127])
