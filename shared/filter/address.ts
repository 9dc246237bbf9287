// Addresses and networks as a filter compares them. Text forms: RFC 4291 §2.2 (IPv6), dotted decimal (IPv4), CIDR (RFC 4632 §3.1).

/** An address as bytes (4 or 16) and how many of its bits count. */
export interface Network {
  readonly bytes: readonly number[]
  readonly bits: number
}

/** Reads `10.0.0.0/8`, `2001:db8::1`, `[2001:db8::1]`; null where it is neither an address nor a network. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf('/')
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (bytes === null) return null
  if (slash < 0) return { bytes, bits: bytes.length * 8 }
  const prefix = text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bytes.length * 8) return null
  return { bytes, bits: Number(prefix) }
}

/** The 4 or 16 bytes of an address; null where it is none. A zone (`%eth0`) and brackets are dropped. */
export function parseAddress(text: string): readonly number[] | null {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '')
  return bare.includes(':') ? parseIpv6(bare) : parseIpv4(bare)
}

export function isInNetwork(address: readonly number[], network: Network): boolean {
  if (address.length !== network.bytes.length) return false
  for (let bit = 0; bit < network.bits; bit += 8) {
    const mask = network.bits - bit >= 8 ? 0xff : (0xff00 >> (network.bits - bit)) & 0xff
    const at = bit / 8
    if ((address[at]! & mask) !== (network.bytes[at]! & mask)) return false
  }
  return true
}

function parseIpv4(text: string): readonly number[] | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null
  const bytes = text.split('.').map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes : null
}

function parseIpv6(text: string): readonly number[] | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const head = groups(halves[0]!)
  const tail = halves.length === 2 ? groups(halves[1]!) : []
  if (head === null || tail === null) return null
  const missing = 16 - head.length - tail.length
  if (halves.length === 2 ? missing < 2 : missing !== 0) return null
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail]
}

function groups(text: string): number[] | null {
  if (text === '') return []
  const bytes: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const ipv4 = index === parts.length - 1 ? parseIpv4(part) : null
      if (ipv4 === null) return null
      bytes.push(...ipv4)
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return null
      const group = parseInt(part, 16)
      bytes.push(group >> 8, group & 0xff)
    }
  }
  return bytes
}
