import { describe, expect, it } from 'vitest'
import { cipherSuites } from '../../../shared/registries/cipher-suites.ts'
import { cipherSuiteInfo } from '../../../shared/registries/suite-info.ts'

function summary(code: number): string {
  const info = cipherSuiteInfo(code)!
  return [
    info.keyExchange,
    info.authentication,
    info.cipher,
    info.keyBits,
    info.mode,
    info.mac ?? 'aead',
    info.prfHash,
  ].join(' ')
}

describe('what a cipher suite says', () => {
  it.each([
    [0x1301, 'any any AES 128 gcm aead sha256'],
    [0x1302, 'any any AES 256 gcm aead sha384'],
    [0x1303, 'any any CHACHA20 256 chacha20-poly1305 aead sha256'],
    [0x1305, 'any any AES 128 ccm8 aead sha256'],
    [0xc02f, 'ecdhe rsa AES 128 gcm aead sha256'],
    [0xc02c, 'ecdhe ecdsa AES 256 gcm aead sha384'],
    [0xc028, 'ecdhe rsa AES 256 cbc SHA384 sha384'],
    [0xc013, 'ecdhe rsa AES 128 cbc SHA sha256'],
    [0xcca9, 'ecdhe ecdsa CHACHA20 256 chacha20-poly1305 aead sha256'],
    [0xc0ad, 'ecdhe ecdsa AES 256 ccm aead sha256'],
    [0xc0ab, 'dhe-psk psk AES 256 ccm8 aead sha256'],
    [0x0000, 'null null NULL 0 null NULL sha256'],
    [0x0002, 'rsa rsa NULL 0 null SHA sha256'],
    [0x0003, 'rsa rsa RC4 40 stream MD5 sha256'],
    [0x0006, 'rsa rsa RC2 40 cbc MD5 sha256'],
    [0x0005, 'rsa rsa RC4 128 stream SHA sha256'],
    [0x0009, 'rsa rsa DES 56 cbc SHA sha256'],
    [0x000a, 'rsa rsa 3DES 168 cbc SHA sha256'],
    [0x0011, 'dhe dss DES 40 cbc SHA sha256'],
    [0x0034, 'dh anon AES 128 cbc SHA sha256'],
    [0x003d, 'rsa rsa AES 256 cbc SHA256 sha256'],
    [0x0062, 'rsa rsa DES 56 cbc SHA sha256'],
    [0x0026, 'krb5 krb5 DES 40 cbc SHA sha256'],
    [0x0095, 'rsa-psk rsa AES 256 cbc SHA sha256'],
    [0x00b5, 'dhe-psk psk NULL 0 null SHA384 sha384'],
    [0xc019, 'ecdh anon AES 256 cbc SHA sha256'],
    [0xc01e, 'srp rsa AES 128 cbc SHA sha256'],
    [0xc01d, 'srp srp AES 128 cbc SHA sha256'],
    [0xc0b4, 'any any NULL 0 null SHA256 sha256'],
    [0x00c6, 'any any SM4 128 gcm aead sm3'],
    [0xe013, 'ecc sm2 SM4 128 cbc SM3 sm3'],
    [0xe011, 'ecdhe sm2 SM4 128 cbc SM3 sm3'],
    [0xc103, 'any any KUZNYECHIK 256 mgm aead streebog'],
    [0xc100, 'gost gost KUZNYECHIK 256 stream OMAC streebog'],
  ])('of number %i is written in its name', (code, expected) => {
    expect(summary(code)).toBe(expected)
  })

  it('is null for numbers that are no suite', () => {
    for (const code of [0x00ff, 0x5600, 0x0a0a, 0x1234]) expect(cipherSuiteInfo(code)).toBeNull()
  })

  it('is whole for every suite known', () => {
    for (const code of Object.keys(cipherSuites.names).map(Number)) {
      const info = cipherSuiteInfo(code)
      if (info === null) continue
      expect(info.keyExchange, info.name).toMatch(/^[a-z0-9-]+$/)
      expect(info.authentication, info.name).toMatch(/^[a-z0-9]+$/)
      expect(info.keyBits > 0, info.name).toBe(info.cipher !== 'NULL')
      expect(info.mac === null, info.name).toBe(!['cbc', 'stream', 'null'].includes(info.mode))
    }
  })
})
