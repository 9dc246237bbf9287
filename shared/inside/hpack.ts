// Header fields of HTTP/2 (HPACK, RFC 7541): the table that both sides keep, and the Huffman code of its strings. Our own, since
// the libraries for it have not been kept for years (read 2026-11-29).

import { parse, type Reader } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'

export type Field = readonly [name: string, value: string]

/** RFC 7541 §4.1: what an entry costs beside its octets. */
const entryCost = 32
/** Tables larger than this are refused, whatever the settings say. */
const maxTableBytes = 1 << 16

interface Entry {
  readonly field: Field
  /** Octets of the name: as text, those that cannot be printed are longer. */
  readonly octets: number
  readonly size: number
}

/** One direction's decoder: header blocks must be given in the order in which they were sent. */
export class HpackDecoder {
  private readonly dynamic: Entry[] = []
  private size = 0
  private limit = 4096
  private broken = false

  /** The fields of a whole header block; null where it, or one before it, breaks the format. */
  decode(block: Uint8Array): readonly Field[] | null {
    if (this.broken) return null
    const read = parse(block, (r) => {
      const fields: Field[] = []
      while (r.left > 0) {
        const field = this.field(r)
        if (field !== null) fields.push(field)
        else if (fields.length > 0) r.fail('table size behind a field')
      }
      return fields
    })
    this.broken = !read.ok
    return read.ok ? read.value : null
  }

  /** RFC 7541 §6: an entry of the table, a literal that is kept or not, or null for a change of the table's size (§4.2). */
  private field(r: Reader): Field | null {
    const first = r.u8('representation')
    if (first >= 0x80) return this.at(integer(r, first, 7), r).field
    if (first >= 0x40) return this.keep(this.literal(r, integer(r, first, 6)))
    if (first < 0x20) return this.literal(r, integer(r, first, 4)).field
    const limit = integer(r, first, 5)
    if (limit > maxTableBytes) r.fail('table size')
    this.limit = limit
    this.evict()
    return null
  }

  private literal(r: Reader, index: number): Entry {
    const known = index === 0 ? null : this.at(index, r)
    const name = known === null ? text(r) : { text: known.field[0], octets: known.octets }
    const value = text(r)
    const size = name.octets + value.octets + entryCost
    return { field: [name.text, value.text], octets: name.octets, size }
  }

  private keep(entry: Entry): Field {
    this.dynamic.unshift(entry)
    this.size += entry.size
    this.evict()
    return entry.field
  }

  private at(index: number, r: Reader): Entry {
    return staticTable[index - 1] ?? this.dynamic[index - 1 - staticTable.length] ?? r.fail('index')
  }

  private evict(): void {
    while (this.size > this.limit) this.size -= this.dynamic.pop()!.size
  }
}

/** RFC 7541 §5.1: an integer whose first `bits` bits are the low ones of `first`. */
function integer(r: Reader, first: number, bits: number): number {
  const full = (1 << bits) - 1
  let value = first & full
  if (value < full) return value
  for (let shift = 0; ; shift += 7) {
    if (shift > 21) r.fail('integer')
    const more = r.u8('integer')
    value += (more & 0x7f) << shift
    if (more < 0x80) return value
  }
}

/** RFC 7541 §5.2. */
function text(r: Reader): { readonly text: string; readonly octets: number } {
  const first = r.u8('string length')
  const bytes = r.raw(integer(r, first, 7), 'string')
  const plain = first < 0x80 ? bytes : unpacked(bytes, r)
  return { text: printable(plain), octets: plain.length }
}

/** Lengths of the codes of all octets and of EOS, in bits (RFC 7541 appendix B). The code is canonical: they say it all. */
const codeLengths: readonly number[] = [
  [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28,
    28, 28,
  ],
  [
    28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
    8, 15,
  ],
  [
    6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13,
    14, 6,
  ],
  [
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20,
    22,
  ],
  [
    20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23,
    22, 23,
  ],
  [
    23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23,
    20, 22,
  ],
  [
    22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27,
    27, 26,
  ],
  [
    27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27,
  ],
  [26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30],
].flat()
const endOfString = 256
const longestCode = 30

/** For each length: its first code, and its symbols in order. */
const codes = Array.from({ length: longestCode + 1 }, () => ({ first: 0, symbols: [] as number[] }))
for (const [symbol, length] of codeLengths.entries()) codes[length]!.symbols.push(symbol)
for (let length = 1, next = 0; length <= longestCode; length++) {
  next <<= 1
  codes[length]!.first = next
  next += codes[length]!.symbols.length
}

function unpacked(bytes: Uint8Array, r: Reader): Uint8Array {
  const out: number[] = []
  let [code, length] = [0, 0]
  for (const octet of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((octet >> bit) & 1)
      length++
      const { first, symbols } = codes[length] ?? r.fail('Huffman code')
      const symbol = symbols[code - first]
      if (code < first || symbol === undefined) continue
      if (symbol === endOfString) r.fail('Huffman code')
      out.push(symbol)
      code = 0
      length = 0
    }
  }
  // What is left is padding: at most seven ones.
  if (length > 7 || code !== (1 << length) - 1) r.fail('Huffman padding')
  return Uint8Array.from(out)
}

/** RFC 7541 appendix A; a name without a value stands alone. */
const staticTable: readonly Entry[] = [
  ':authority',
  ...[':method GET', ':method POST', ':path /', ':path /index.html', ':scheme http', ':scheme https'],
  ...['200', '204', '206', '304', '400', '404', '500'].map((status) => `:status ${status}`),
  ...['accept-charset', 'accept-encoding gzip, deflate', 'accept-language', 'accept-ranges', 'accept'],
  ...['access-control-allow-origin', 'age', 'allow', 'authorization', 'cache-control', 'content-disposition'],
  ...['content-encoding', 'content-language', 'content-length', 'content-location', 'content-range'],
  ...['content-type', 'cookie', 'date', 'etag', 'expect', 'expires', 'from', 'host', 'if-match'],
  ...['if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since', 'last-modified', 'link'],
  ...['location', 'max-forwards', 'proxy-authenticate', 'proxy-authorization', 'range', 'referer', 'refresh'],
  ...['retry-after', 'server', 'set-cookie', 'strict-transport-security', 'transfer-encoding', 'user-agent'],
  ...['vary', 'via', 'www-authenticate'],
].map((row): Entry => {
  const [name, ...value] = row.split(' ')
  return { field: [name!, value.join(' ')], octets: name!.length, size: 0 }
})
