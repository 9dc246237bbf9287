// Whether a certificate is for a host: RFC 9525 (and RFC 6125 where a certificate has no alternative names).

import { addressText } from './names.ts'
import type { Certificate } from './certificate.ts'

/**
 * Compares DNS names without regard to case, a `*` standing for exactly the leftmost label; IP addresses only with
 * IP alternative names. The common name counts only in a certificate without DNS or IP alternative names, as Windows
 * and old clients do. `host` is a DNS name in A-label form (a final dot is ignored) or an address.
 */
export function matchesName(certificate: Certificate, host: string): boolean {
  const names = certificate.extensions.subjectAltNames ?? []
  const dns = names.filter((name) => name.kind === 'dns')
  const ips = names.filter((name) => name.kind === 'ip')
  const address = addressOf(host)
  if (address !== null) return ips.some((name) => name.value === address)
  const candidates =
    dns.length + ips.length === 0 ? certificate.subject.commonNames : dns.map((name) => name.value)
  return candidates.some((pattern) => matchesPattern(pattern, host))
}

/** The names a certificate is for: its DNS and IP alternative names; its common names only where it has neither. */
export function namesOf(certificate: Certificate): readonly string[] {
  const useful = (certificate.extensions.subjectAltNames ?? []).filter(
    ({ kind }) => kind === 'dns' || kind === 'ip',
  )
  return useful.length > 0 ? useful.map(({ value }) => value) : certificate.subject.commonNames
}

// RFC 9525 §6.3
function matchesPattern(pattern: string, host: string): boolean {
  const wanted = normal(host)
  const offered = normal(pattern)
  if (!isHostName(wanted)) return false
  if (offered === wanted) return true
  if (!offered.startsWith('*.')) return false
  const dot = wanted.indexOf('.')
  const parent = offered.slice(2)
  return dot > 0 && parent.includes('.') && wanted.slice(dot + 1) === parent
}

function normal(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
}

function isHostName(name: string): boolean {
  return name !== '' && name.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(label))
}

/** The address in the form `addressText` writes; null where the host is a name. */
function addressOf(host: string): string | null {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const octets = ipv4(bare) ?? ipv6(bare)
  return octets === null ? null : addressText(Uint8Array.from(octets))
}

function ipv4(text: string): number[] | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null
  return parts.map(Number)
}

// RFC 4291 §2.2
function ipv6(text: string): number[] | null {
  if (!text.includes(':')) return null
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [before, after] = halves.map(octetsOf)
  if (before === null || before === undefined || after === null) return null
  if (after === undefined) return before.length === 16 ? before : null
  const missing = 16 - before.length - after.length
  return missing < 2 ? null : [...before, ...Array<number>(missing).fill(0), ...after]
}

function octetsOf(half: string): number[] | null {
  if (half === '') return []
  const octets: number[] = []
  const groups = half.split(':')
  for (const [i, group] of groups.entries()) {
    const last = i === groups.length - 1 ? ipv4(group) : null
    if (last !== null) octets.push(...last)
    else if (/^[0-9a-f]{1,4}$/i.test(group)) octets.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff)
    else return null
  }
  return octets
}
