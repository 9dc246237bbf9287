// What a ClientHello offers, in order and by name, without GREASE and signalling values.

import { isGrease, nameOf } from '../registries/registry.ts'
import type { Registry } from '../registries/registry.ts'
import { cipherSuites } from '../registries/cipher-suites.ts'
import { supportedGroups } from '../registries/groups.ts'
import { signatureSchemes } from '../registries/signatures.ts'
import { cipherSuiteInfo } from '../registries/suite-info.ts'
import type { CipherSuiteInfo } from '../registries/suite-info.ts'
import { versions as versionRegistry } from '../registries/tls.ts'
import type { ClientHello } from '../tls/messages.ts'

export interface OfferedSuite extends CipherSuiteInfo {
  readonly code: number
}

/** The suites known to the registry. */
export function suitesOf(hello: ClientHello): readonly OfferedSuite[] {
  const suites: OfferedSuite[] = []
  for (const code of hello.cipherSuites) {
    const suite = offeredSuite(code)
    if (suite !== null) suites.push(suite)
  }
  return suites
}

const offered = new Map<number, OfferedSuite>()

function offeredSuite(code: number): OfferedSuite | null {
  const known = offered.get(code)
  if (known !== undefined) return known
  const info = cipherSuiteInfo(code)
  if (info === null) return null
  const suite = { ...info, code }
  offered.set(code, suite)
  return suite
}

/** Suites that current stacks refuse to enable: NULL, export, RC4, single and triple DES, anonymous. */
export function isBroken(suite: CipherSuiteInfo): boolean {
  return (
    suite.authentication === 'anon' || suite.keyBits < 128 || /^(RC4|RC2|3DES|DES|NULL)$/.test(suite.cipher)
  )
}

/**
 * Versions the client accepts, best first: supported_versions, else what legacy_version allows, of which TLS names the
 * highest only (RFC 5246 appendix E.1).
 */
export function offeredVersions(hello: ClientHello): readonly number[] {
  const listed = (hello.supportedVersions ?? [hello.version]).filter((version) => !isGrease(version))
  return listed.length < 2 ? listed : listed.sort((a, b) => versionRank(b) - versionRank(a))
}

export function offersTls13(hello: ClientHello): boolean {
  return offeredVersions(hello).some((version) => versionRank(version) === 5)
}

/** Orders TLS and DTLS versions by age: 2 TLS 1.0, 3 TLS 1.1 and DTLS 1.0, 4 TLS 1.2, 5 TLS 1.3; 0 and 1 are SSL. */
export function versionRank(version: number): number {
  if (version >> 8 === 0xfe) return version === 0xfeff ? 3 : version === 0xfefd ? 4 : 5
  if (version >> 8 === 0x7f) return 5
  return version >> 8 === 3 ? (version & 0xff) + 1 : 0
}

export function usefulNumbers(numbers: readonly number[] | null): readonly number[] {
  return (numbers ?? []).filter((number) => !isGrease(number))
}

/** RSASSA-PKCS1-v1_5 schemes, which TLS 1.3 does not sign with (RFC 8446 §4.2.3). */
export function isPkcs1(scheme: number): boolean {
  return scheme >> 8 <= 6 && (scheme & 0xff) === 1
}

export function cipherName(code: number): string {
  return nameOf(cipherSuites, code)
}

export function groupName(group: number): string {
  return nameOf(supportedGroups, group)
}

export function schemeName(scheme: number): string {
  return nameOf(signatureSchemes, scheme)
}

export function versionName(version: number): string {
  return nameOf(versionRegistry, version)
}

/** Names joined for a sentence, the tail counted where there are many. */
export function listed(registry: Registry, numbers: readonly number[], most = 4): string {
  const names = numbers.slice(0, most).map((number) => nameOf(registry, number))
  const more = numbers.length - names.length
  return names.join(', ') + (more > 0 ? ` and ${String(more)} more` : '')
}

/** Hybrids with ML-KEM (0x11eb to 0x11ed), pure ML-KEM (0x0200 to 0x0202), and the Kyber drafts that went before. */
export function isPostQuantum(group: number): boolean {
  return (
    (group >= 0x11eb && group <= 0x11ee) ||
    (group >= 0x0200 && group <= 0x0202) ||
    group === 0x6399 ||
    group === 0x639a
  )
}
