// A machine's Schannel policy, as its registry says it, put on a Windows version: what it switches on and off.

import { type ProfileFile, profileSchemaName } from '../contract/whatif.ts'
import type { Profile } from '../schannel/profiles.ts'
import { restrictionsOf } from './restrictions.ts'
import type { RegistryKeys, RegistryValue } from './registry-file.ts'

export type Policy =
  | {
      readonly ok: true
      readonly profile: ProfileFile
      /** What the keys say that this version has no switch for, or that is not modelled. */
      readonly unused: readonly string[]
    }
  | { readonly ok: false; readonly message: string }

/**
 * Reads what Microsoft documents (TLS registry settings; Manage TLS; Restrict cryptographic algorithms in Schannel): Protocols,
 * Ciphers, Hashes and KeyExchangeAlgorithms below SCHANNEL, the lists Functions and EccCurves, and the FIPS policy. A list names all that
 * stays on; its order is not taken over.
 */
export function policyOf(keys: RegistryKeys, base: Profile, side: 'client' | 'server'): Policy {
  const profile: ProfileFile = {
    schema: profileSchemaName,
    base: base.id,
    name: `${base.name}, as the policy has it`,
    versions: {},
    cipherSuites: {},
    groups: {},
  }
  const unused: string[] = []
  let found = 0
  // The group policy's list overrides the machine's own: it comes last.
  const sorted = [...keys].sort(
    ([one], [two]) => Number(one.includes('\\policies\\')) - Number(two.includes('\\policies\\')),
  )
  for (const [path, values] of sorted) {
    if (
      path.endsWith('\\cryptography\\configuration\\ssl\\00010002') ||
      path.endsWith('\\local\\ssl\\00010002')
    ) {
      found++
      keepOnly(profile.cipherSuites, base.cipherSuites, listOf(values.get('functions')), unused)
      keepOnly(profile.groups, base.groups, listOf(values.get('ecccurves')), unused)
    } else if (path.endsWith('\\lsa\\fipsalgorithmpolicy')) {
      found++
      if (values.get('enabled') === 1) restrict(profile, base, 'fips')
    } else {
      const key =
        /\\securityproviders\\schannel\\(protocols|ciphers|hashes|keyexchangealgorithms)\\([^\\]+)(?:\\(client|server))?$/.exec(
          path,
        )
      if (key === null) continue
      found++
      const [, kind, name = '', of] = key
      const on = isOn(values)
      if (on === null) continue
      if (kind === 'protocols') {
        if (of === undefined || of === side) switchVersion(profile, base, name, on, unused)
      } else if (!on) {
        const uses = algorithms[name]
        if (uses === undefined) unused.push(name)
        else
          for (const suite of base.cipherSuites)
            if (uses.test(suite.name)) profile.cipherSuites[suite.name] = 'off'
      }
    }
  }
  if (found === 0)
    return {
      ok: false,
      message:
        'This file has no key of Schannel: nothing below SCHANNEL, no cipher suite list, no FIPS policy.',
    }
  return { ok: true, profile, unused: [...new Set(unused)] }
}

/** Enabled decides, then DisabledByDefault; null where neither is set. */
function isOn(values: ReadonlyMap<string, RegistryValue>): boolean | null {
  const enabled = values.get('enabled')
  if (enabled === 0) return false
  const byDefault = values.get('disabledbydefault')
  if (typeof byDefault === 'number') return byDefault === 0
  return typeof enabled === 'number' ? true : null
}

function switchVersion(
  profile: ProfileFile,
  base: Profile,
  key: string,
  on: boolean,
  unused: string[],
): void {
  const all = [...base.versions.client, ...base.versions.server]
  const known = all.find(({ name }) => name.toLowerCase() === key)
  if (known === undefined) {
    if (key !== 'multi-protocol unified hello' && key !== 'pct 1.0') unused.push(key.toUpperCase())
  } else profile.versions[known.name] = on ? 'on' : 'off'
}

/** What is not in a list is not used. */
function keepOnly(
  switches: Record<string, 'on' | 'off'>,
  known: readonly { readonly name: string }[],
  list: readonly string[],
  unused: string[],
): void {
  if (list.length === 0) return
  const wanted = new Set(list.map((name) => name.toLowerCase()))
  for (const { name } of known) switches[name] = wanted.has(name.toLowerCase()) ? 'on' : 'off'
  const names = new Set(known.map(({ name }) => name.toLowerCase()))
  unused.push(...list.filter((name) => !names.has(name.toLowerCase())))
}

function restrict(profile: ProfileFile, base: Profile, id: string): void {
  const off = restrictionsOf(base).find((each) => each.id === id)?.off
  for (const kind of ['versions', 'cipherSuites', 'groups'] as const)
    for (const name of off?.[kind] ?? []) profile[kind][name] = 'off'
}

/** A REG_MULTI_SZ, or the comma list that group policy writes. */
function listOf(value: RegistryValue | undefined): string[] {
  const texts = typeof value === 'string' ? value.split(',') : typeof value === 'object' ? value : []
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

/** The suites that each key of Ciphers, Hashes and KeyExchangeAlgorithms stands for. */
const algorithms: Readonly<Record<string, RegExp>> = {
  null: /NULL/,
  'des 56/56': /_DES_CBC_|EXPORT1024_WITH_DES/,
  'rc2 40/128': /RC2/,
  'rc2 56/128': /RC2/,
  'rc2 128/128': /RC2/,
  'rc4 40/128': /RC4_40/,
  'rc4 56/128': /RC4_56/,
  'rc4 64/128': /RC4_64/,
  'rc4 128/128': /RC4_128/,
  'triple des 168': /3DES/,
  'triple des 168/168': /3DES/,
  'aes 128/128': /AES_128/,
  'aes 256/256': /AES_256/,
  md5: /_MD5/,
  sha: /_SHA(?:_P\d+)?$/,
  sha256: /_SHA256/,
  sha384: /_SHA384/,
  sha512: /_SHA512/,
  'diffie-hellman': /^TLS_DHE_/,
  pkcs: /^TLS_RSA_/,
  ecdh: /^TLS_ECDHE_/,
}
