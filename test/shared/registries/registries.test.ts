import { describe, expect, it } from 'vitest'
import { cipherSuites, ssl2CipherKinds } from '../../../shared/registries/cipher-suites.ts'
import { extensionTypes } from '../../../shared/registries/extensions.ts'
import { supportedGroups } from '../../../shared/registries/groups.ts'
import {
  curveOids,
  extensionOids,
  hashOids,
  keyOids,
  keyPurposes,
  nameAttributes,
  signatureOids,
} from '../../../shared/registries/oids.ts'
import { isGrease, labelOf, nameOf, type Registry } from '../../../shared/registries/registry.ts'
import {
  hashAlgorithms,
  signatureAlgorithms,
  signatureSchemes,
} from '../../../shared/registries/signatures.ts'
import * as tls from '../../../shared/registries/tls.ts'

const registries: [string, Registry][] = [
  ['cipherSuites', cipherSuites],
  ['ssl2CipherKinds', ssl2CipherKinds],
  ['extensionTypes', extensionTypes],
  ['supportedGroups', supportedGroups],
  ['signatureSchemes', signatureSchemes],
  ['hashAlgorithms', hashAlgorithms],
  ['signatureAlgorithms', signatureAlgorithms],
  ...Object.entries(tls).filter((entry): entry is [string, Registry] => typeof entry[1] === 'object'),
]

describe.each(registries)('%s', (_, registry) => {
  it('keeps its numbers in range and its names apart', () => {
    const numbers = Object.keys(registry.names).map(Number)
    expect(numbers.length).toBeGreaterThan(0)
    expect(
      numbers.every((number) => Number.isInteger(number) && number >= 0 && number < 256 ** registry.octets),
    ).toBe(true)
    const names = Object.values(registry.names)
    expect(names.filter((name, i) => name === '' || names.indexOf(name) !== i)).toEqual([])
  })

  it('has no name for a GREASE value', () => {
    if (!registry.grease) return
    for (let octet = 0x0a; octet < 0x100; octet += 0x10) expect(registry.names[octet * 0x101]).toBeUndefined()
  })
})

describe('names of numbers', () => {
  it('are the registered ones', () => {
    expect(nameOf(cipherSuites, 0xc02f)).toBe('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
    expect(nameOf(cipherSuites, 0x1302)).toBe('TLS_AES_256_GCM_SHA384')
    expect(nameOf(cipherSuites, 0x00c5)).toBe('TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256')
    expect(nameOf(cipherSuites, 0xc0af)).toBe('TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8')
    expect(nameOf(supportedGroups, 0x11ec)).toBe('X25519MLKEM768')
    expect(nameOf(supportedGroups, 0x6399)).toBe('X25519Kyber768Draft00')
    expect(nameOf(signatureSchemes, 0x0804)).toBe('rsa_pss_rsae_sha256')
    expect(nameOf(extensionTypes, 65037)).toBe('encrypted_client_hello')
    expect(nameOf(tls.alertDescriptions, 40)).toBe('handshake_failure')
    expect(labelOf(tls.versions, 0x0303)).toBe('TLS 1.2 (0x0303)')
    expect(labelOf(extensionTypes, 0)).toBe('server_name (0)')
  })

  it('say what is unknown, and what is GREASE', () => {
    expect(nameOf(cipherSuites, 0x1234)).toBe('unknown (0x1234)')
    expect(nameOf(tls.alertDescriptions, 7)).toBe('unknown (0x07)')
    expect(nameOf(cipherSuites, 0xdada)).toBe('GREASE (0xdada)')
    expect(nameOf(ssl2CipherKinds, 0xffffff)).toBe('unknown (0xffffff)')
  })

  it('know GREASE by its form', () => {
    const values = Array.from({ length: 0x10000 }, (_, i) => i).filter(isGrease)
    expect(values).toHaveLength(16)
    expect(values.slice(0, 2)).toEqual([0x0a0a, 0x1a1a])
  })

  it('cover every registered extension of the first block', () => {
    for (let type = 0; type <= 62; type++) expect(extensionTypes.names[type]).toBeDefined()
  })

  it('hold the whole registered list of cipher suites', () => {
    expect(
      Object.values(cipherSuites.names).filter((name) => name.startsWith('TLS_')).length,
    ).toBeGreaterThan(350)
  })
})

describe('object identifiers', () => {
  it.each([
    ['curves', curveOids],
    ['extensions', extensionOids],
    ['hashes', hashOids],
    ['keys', keyOids],
    ['key purposes', keyPurposes],
    ['name attributes', nameAttributes],
    ['signatures', signatureOids],
  ])('of %s are written as numbers with dots', (_, table) => {
    for (const oid of Object.keys(table)) expect(oid).toMatch(/^[012](\.(0|[1-9]\d*))+$/)
  })
})
