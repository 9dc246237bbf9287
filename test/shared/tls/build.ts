// Handshake messages built by hand, for tests: numbers and vectors as the RFCs write them.

import type { MessageContext } from '../../../shared/tls/messages.ts'

export function bytes(...parts: readonly (number | Uint8Array)[]): Uint8Array {
  const out: number[] = []
  for (const part of parts) {
    if (typeof part === 'number') out.push(part)
    else out.push(...part)
  }
  return Uint8Array.from(out)
}

export function u16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 8, value & 0xff]))
}

/** A vector: its length in `lengthBytes` octets, then its content. */
export function vector(lengthBytes: 1 | 2 | 3, ...content: readonly (number | Uint8Array)[]): Uint8Array {
  const body = bytes(...content)
  const length = [body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff].slice(3 - lengthBytes)
  return bytes(...length, body)
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function message(type: number, ...body: readonly (number | Uint8Array)[]): Uint8Array {
  return bytes(type, vector(3, ...body))
}

export function record(contentType: number, fragment: Uint8Array, version = 0x0303): Uint8Array {
  return bytes(contentType, u16(version), vector(2, fragment))
}

export function extension(type: number, ...data: readonly (number | Uint8Array)[]): Uint8Array {
  return bytes(u16(type), vector(2, ...data))
}

export function serverNameExtension(name: string): Uint8Array {
  return extension(0, vector(2, 0, vector(2, ascii(name))))
}

export function alpnExtension(...names: readonly string[]): Uint8Array {
  return extension(16, vector(2, ...names.map((name) => vector(1, ascii(name)))))
}

export interface HelloParts {
  version?: number
  random?: Uint8Array
  sessionId?: Uint8Array
  suites?: readonly number[]
  compression?: readonly number[]
  /** null: the hello ends before the block. */
  extensions?: readonly Uint8Array[] | null
  trailing?: Uint8Array
}

export function clientHello(parts: HelloParts = {}): Uint8Array {
  return message(
    1,
    u16(parts.version ?? 0x0303),
    parts.random ?? new Uint8Array(32).fill(7),
    vector(1, parts.sessionId ?? new Uint8Array(0)),
    vector(2, u16(...(parts.suites ?? [0x1301, 0xc02f]))),
    vector(1, ...(parts.compression ?? [0])),
    parts.extensions === null ? new Uint8Array(0) : vector(2, ...(parts.extensions ?? [])),
    parts.trailing ?? new Uint8Array(0),
  )
}

export function serverHello(
  parts: {
    version?: number
    random?: Uint8Array
    suite?: number
    extensions?: readonly Uint8Array[] | null
  } = {},
): Uint8Array {
  return message(
    2,
    u16(parts.version ?? 0x0303),
    parts.random ?? new Uint8Array(32).fill(9),
    vector(1),
    u16(parts.suite ?? 0xc02f),
    0,
    parts.extensions === null ? new Uint8Array(0) : vector(2, ...(parts.extensions ?? [])),
  )
}

/** What browsers send: GREASE, a hybrid key share, shuffled extensions. */
export function browserHello(): Uint8Array {
  return clientHello({
    sessionId: new Uint8Array(32).fill(3),
    suites: [
      0x8a8a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
      0x009d, 0x002f, 0x0035,
    ],
    extensions: [
      extension(0x2a2a),
      extension(27, vector(1, u16(2))),
      serverNameExtension('www.example.com'),
      extension(
        51,
        vector(
          2,
          u16(0x3a3a),
          vector(2, 0),
          u16(0x11ec),
          vector(2, new Uint8Array(1216)),
          u16(29),
          vector(2, new Uint8Array(32).fill(5)),
        ),
      ),
      alpnExtension('h2', 'http/1.1'),
      extension(0x4469, vector(2, vector(1, ascii('h2')))),
      extension(23),
      extension(45, vector(1, 1)),
      extension(13, vector(2, u16(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601))),
      extension(5, 1, vector(2), vector(2)),
      extension(35),
      extension(18),
      extension(43, vector(1, u16(0xdada, 0x0304, 0x0303))),
      extension(0xff01, vector(1)),
      extension(11, vector(1, 0)),
      extension(10, vector(2, u16(0x3a3a, 0x11ec, 29, 23, 24))),
      extension(21, new Uint8Array(7)),
      extension(0x6a6a, 0),
    ],
  })
}

export function contextOf(change: Partial<MessageContext> = {}): MessageContext {
  return { version: 0, cipherSuite: 0, from: 'client', dtls: false, ...change }
}

/** A small seeded generator (mulberry32): the same mutations on every run. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Copies with a few octets changed, cut out or doubled. */
export function* mutants(original: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  const next = randomNumbers(seed)
  const below = (limit: number): number => Math.floor(next() * limit)
  for (let n = 0; n < count; n++) {
    let copy: Uint8Array = original.slice()
    for (let k = 1 + below(4); k > 0 && copy.length > 0; k--) {
      const at = below(copy.length)
      const what = below(4)
      if (what === 0) copy[at] = below(256)
      else if (what === 1) copy[at]! ^= 1 << below(8)
      else if (what === 2) copy = bytes(copy.subarray(0, at), copy.subarray(at + 1 + below(8)))
      else copy = bytes(copy.subarray(0, at), copy.subarray(at, at + below(16)), copy.subarray(at))
    }
    yield copy
  }
}
