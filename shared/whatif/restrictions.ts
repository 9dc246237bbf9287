// Restrictions that a switch of Windows or a flag of the application puts on a version: what of it they turn off.

import type { WindowsRestriction } from '../contract/whatif.ts'
import type { Profile } from '../schannel/profiles.ts'

/** Windows Server 2022: from this build on Microsoft's tables disallow 3DES with SCH_USE_STRONG_CRYPTO too. */
const without3des = 20348

/**
 * SCH_USE_STRONG_CRYPTO "filters out RC4, DES, export and null cipher suites" (Microsoft's pages on the cipher suites of each
 * version), since Windows 10 1507 MD5 too (TLS changes in Windows 10). Of FIPS mode Microsoft says that it leaves TLS only, that a suite
 * complies "only when using NIST elliptic curves", and for the combinations refers to NIST SP 800-52r2 §3.3.1: ephemeral key
 * exchange with AES.
 */
export function restrictionsOf(profile: Profile): WindowsRestriction[] {
  const weak = profile.build >= without3des ? /RC4|DES|EXPORT|NULL|MD5/ : /RC4|_DES_|DES40|EXPORT|NULL|MD5/
  const suites = (refused: (name: string) => boolean): string[] =>
    profile.cipherSuites.map(({ name }) => name).filter(refused)
  const versions = [...profile.versions.client, ...profile.versions.server].map(({ name }) => name)
  return [
    {
      id: 'strong-crypto',
      name: 'Strong crypto only',
      says: 'As an application with SCH_USE_STRONG_CRYPTO, or .NET Framework with SchUseStrongCrypto: no RC4, DES, export, null or MD5 suites.',
      off: { versions: [], cipherSuites: suites((name) => weak.test(name)), groups: [] },
    },
    {
      id: 'fips',
      name: 'FIPS only',
      says: 'With the policy “Use FIPS compliant algorithms”: TLS only, suites of NIST SP 800-52r2 §3.3.1, NIST curves. Which suites stay is inferred from there, as Microsoft refers to it.',
      off: {
        versions: [...new Set(versions)].filter((name) => name.startsWith('SSL')),
        cipherSuites: suites((name) => !/^TLS_(?:(?:ECDHE|DHE)_(?:RSA|ECDSA|DSS)_WITH_)?AES_/.test(name)),
        groups: profile.groups.filter(({ code }) => !nistCurves.includes(code)).map(({ name }) => name),
      },
    },
  ]
}

/** secp256r1, secp384r1, secp521r1. */
const nistCurves: readonly number[] = [0x0017, 0x0018, 0x0019]
