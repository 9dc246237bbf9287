// Number → name lookups over the registries: every number has a text, known or not.

/** One number space: how many octets a number takes on the wire, how people write it, and the names known. */
export interface Registry {
  readonly octets: 1 | 2 | 3
  readonly written: 'hex' | 'decimal'
  /** Whether RFC 8701 reserves values of this space (0x0a0a, 0x1a1a …). */
  readonly grease: boolean
  readonly names: Readonly<Record<number, string>>
}

/** The name, or `unknown (0x…)`; GREASE values are named as such. */
export function nameOf(registry: Registry, number: number): string {
  return (
    registry.names[number] ??
    `${registry.grease && isGrease(number) ? 'GREASE' : 'unknown'} (${hexNumber(number, registry.octets)})`
  )
}

/** The name with its number beside it, as field trees show it: `TLS 1.2 (0x0303)`, `server_name (0)`. */
export function labelOf(registry: Registry, number: number): string {
  const name = registry.names[number]
  if (name === undefined) return nameOf(registry, number)
  return `${name} (${registry.written === 'hex' ? hexNumber(number, registry.octets) : String(number)})`
}

/** RFC 8701 §2: two equal octets, each ending in 0xa. */
export function isGrease(number: number): boolean {
  return (number & 0x0f0f) === 0x0a0a && number >> 8 === (number & 0xff)
}

/** `0x` and two digits an octet. */
export function hexNumber(number: number, octets: number): string {
  return `0x${number.toString(16).padStart(octets * 2, '0')}`
}
