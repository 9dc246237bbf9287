import { describe, expect, it } from 'vitest'
import { changeProfile, profileById, profiles } from '../../../shared/schannel/profiles.ts'
import { policyOf } from '../../../shared/whatif/policy.ts'
import { readRegFile, readRegistryJson, type RegistryFile } from '../../../shared/whatif/registry-file.ts'
import { restrictionsOf } from '../../../shared/whatif/restrictions.ts'

const version = profileById('win10-22h2')!
const schannel = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL'
const policies =
  'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002'

function put(file: RegistryFile, side: 'client' | 'server' = 'server') {
  if (!file.ok) throw new Error(file.message)
  const policy = policyOf(file.keys, version, side)
  if (!policy.ok) throw new Error(policy.message)
  expect(changeProfile(version, policy.profile).ok).toBe(true)
  return policy
}

describe('a policy from the registry', () => {
  const reg = [
    'Windows Registry Editor Version 5.00',
    '',
    `[${schannel}\\Protocols\\TLS 1.0\\Server]`,
    '"Enabled"=dword:00000000',
    '"DisabledByDefault"=dword:00000001',
    `[${schannel}\\Protocols\\TLS 1.1\\Client]`,
    '"Enabled"=dword:00000000',
    `[${schannel}\\Ciphers\\Triple DES 168]`,
    '"Enabled"=dword:00000000',
    `[${schannel}\\KeyExchangeAlgorithms\\PKCS]`,
    '"Enabled"=dword:00000000',
    `[${schannel}\\Ciphers\\RC9 128/128]`,
    '"Enabled"=dword:00000000',
    `[${policies}]`,
    // NistP384, as REG_MULTI_SZ over two lines.
    '"EccCurves"=hex(7):4e,00,69,00,73,00,74,00,50,00,\\',
    '  33,00,38,00,34,00,00,00,00,00',
    '',
  ].join('\r\n')

  it('switches versions of the side asked for, algorithms and curves', () => {
    const { profile, unused } = put(readRegFile(reg))
    expect(profile.versions).toEqual({ 'TLS 1.0': 'off' })
    expect(profile.cipherSuites).toMatchObject({
      TLS_RSA_WITH_3DES_EDE_CBC_SHA: 'off',
      TLS_RSA_WITH_AES_128_GCM_SHA256: 'off',
    })
    expect(profile.cipherSuites).not.toHaveProperty('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
    expect(profile.groups['NistP384']).toBe('on')
    expect(profile.groups['curve25519']).toBe('off')
    expect(unused).toEqual(['rc9 128/128'])
    expect(put(readRegFile(reg), 'client').profile.versions).toEqual({ 'TLS 1.1': 'off' })
  })

  it('keeps only the suites of a list, and lets group policy override the machine’s own', () => {
    const { profile, unused } = put(
      readRegistryJson({
        [policies.replace('HKEY_LOCAL_MACHINE', 'HKLM')]: {
          Functions: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_OF_TOMORROW',
        },
        'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002':
          {
            Functions: ['TLS_RSA_WITH_AES_128_CBC_SHA'],
          },
      }),
    )
    expect(Object.keys(profile.cipherSuites).filter((name) => profile.cipherSuites[name] === 'on')).toEqual([
      'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    ])
    expect(unused).toEqual(['TLS_OF_TOMORROW'])
  })

  it('says what is wrong with a file that is none', () => {
    expect(readRegFile('the printer does not print')).toMatchObject({ ok: false })
    expect(readRegistryJson(['TLS 1.0'])).toMatchObject({ ok: false })
    const other = readRegFile(
      'REGEDIT4\n\n[HKEY_CURRENT_USER\\Software\\Printer]\n"Enabled"=dword:00000000\n',
    )
    expect(other.ok && policyOf(other.keys, version, 'server')).toMatchObject({
      ok: false,
      message: expect.stringContaining('no key of Schannel') as string,
    })
  })

  it('takes no harm from damaged exports', () => {
    for (let end = 0; end < reg.length; end += 7) {
      const file = readRegFile(reg.slice(0, end))
      if (file.ok) policyOf(file.keys, version, 'server')
    }
    const odd = readRegFile(
      'REGEDIT4\n[' + '\\'.repeat(5000) + ']\n"' + '\\'.repeat(5001) + '\n"a"=hex(7):zz,,ff\n',
    )
    expect(odd.ok).toBe(true)
  })
})

describe('restrictions', () => {
  const off = (id: string, base: string): readonly string[] =>
    restrictionsOf(profileById(base)!).find((each) => each.id === id)!.off.cipherSuites

  it('are switches that each version has', () => {
    for (const profile of profiles)
      for (const { off: names } of restrictionsOf(profile)) {
        const switches = (list: readonly string[]) =>
          Object.fromEntries(list.map((name) => [name, 'off' as const]))
        const changes = {
          versions: switches(names.versions),
          cipherSuites: switches(names.cipherSuites),
          groups: switches(names.groups),
        }
        expect(changeProfile(profile, changes).ok).toBe(true)
      }
  })

  it('leave no RC4 with strong crypto, and from Windows Server 2022 on no 3DES', () => {
    expect(off('strong-crypto', 'win7')).toContain('TLS_RSA_WITH_RC4_128_SHA')
    expect(off('strong-crypto', 'win7')).not.toContain('TLS_RSA_WITH_3DES_EDE_CBC_SHA')
    expect(off('strong-crypto', 'server-2025')).toContain('TLS_RSA_WITH_3DES_EDE_CBC_SHA')
    expect(off('strong-crypto', 'server-2025')).not.toContain('TLS_AES_256_GCM_SHA384')
  })

  it('leave ephemeral AES and NIST curves in FIPS mode', () => {
    const fips = restrictionsOf(profileById('win10-22h2')!).find((each) => each.id === 'fips')!
    expect(fips.off.groups).toContain('curve25519')
    expect(fips.off.groups).not.toContain('NistP256')
    expect(fips.off.versions).toContain('SSL 3.0')
    expect(fips.off.cipherSuites).toContain('TLS_RSA_WITH_AES_128_CBC_SHA')
    expect(fips.off.cipherSuites).not.toContain('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')
  })
})
