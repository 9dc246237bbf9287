// Whether a certificate is for a name, as TLS clients decide it (RFC 6125 §6.4, RFC 9525 §6.3).

import type { Certificate } from '../x509/certificate.ts'

/** The names a certificate is for: its SAN entries; its common names only where it has no DNS or IP entry. */
export function namesOf(certificate: Certificate): readonly string[] {
  const alternatives = certificate.extensions.subjectAltNames ?? []
  const useful = alternatives.filter(({ kind }) => kind === 'dns' || kind === 'ip')
  return useful.length > 0 ? useful.map(({ value }) => value) : [...certificate.subject.commonNames]
}

export function matchesName(certificate: Certificate, host: string): boolean {
  return namesOf(certificate).some((name) => matches(name, host))
}

/** A wildcard stands for exactly one whole left-most label. */
function matches(pattern: string, host: string): boolean {
  const wanted = plain(pattern)
  const name = plain(host)
  if (!wanted.startsWith('*.')) return wanted === name
  const dot = name.indexOf('.')
  return dot > 0 && name.slice(dot) === wanted.slice(1) && wanted.slice(2).includes('.')
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
