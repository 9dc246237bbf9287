import { createCipheriv, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../../electron/worker/crypto.ts'
import { recorded } from '../shared/secrets/captured.ts'

const certificate = (name: string) => {
  const text = readFileSync(`${recorded}${name}.crt`, 'latin1')
  return new Uint8Array(Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
}
const key = (name: string) => readFileSync(`${recorded}${name}.key`, 'latin1')
const data = new TextEncoder().encode('signed data')

describe('ciphers of the host', () => {
  it('are told from wrong keys', () => {
    for (const cipher of ['aes-128-gcm', 'aes-256-ccm', 'chacha20-poly1305', 'aes-256-cbc', 'des-ede3-cbc']) {
      expect(nodeCrypto.offers(cipher)).toBe(true)
    }
    expect(nodeCrypto.offers('no-such-cipher')).toBe(false)
    expect(nodeCrypto.decipher('no-such-cipher', new Uint8Array(16), null, data)).toBeNull()
  })

  it.each([
    ['aes-128-gcm', 16, 16],
    ['aes-256-ccm', 32, 8],
    ['chacha20-poly1305', 32, 16],
  ] as const)('open %s, and only what was sealed', (cipher, keyLength, tagLength) => {
    const secret = new Uint8Array(keyLength).fill(5)
    const nonce = new Uint8Array(12).fill(6)
    const aad = Uint8Array.of(1, 2, 3)
    const sealer = createCipheriv(cipher as 'aes-128-ccm', secret, nonce, { authTagLength: tagLength })
    sealer.setAAD(aad, { plaintextLength: data.length })
    const sealed = new Uint8Array(Buffer.concat([sealer.update(data), sealer.final(), sealer.getAuthTag()]))
    const input = { cipher, key: secret, nonce, aad, sealed, tagLength }
    expect(nodeCrypto.openAead(input)).toEqual(new Uint8Array(data))
    expect(nodeCrypto.openAead({ ...input, aad: Uint8Array.of(1, 2, 4) })).toBeNull()
    expect(nodeCrypto.openAead({ ...input, nonce: new Uint8Array(12) })).toBeNull()
    for (let end = 0; end < sealed.length; end++) {
      expect(nodeCrypto.openAead({ ...input, sealed: sealed.subarray(0, end) })).toBeNull()
    }
  })

  it('encrypt one AES block (FIPS 197 appendix C.1)', () => {
    const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
    const block = nodeCrypto.aesEcb(
      bytes('000102030405060708090a0b0c0d0e0f'),
      bytes('00112233445566778899aabbccddeeff'),
    )
    expect(block).toEqual(bytes('69c4e0d86a7b0430d8cdb78070b4c55a'))
  })
})

describe('a signature', () => {
  const pss = (hash: number) => ({ key: key('rsa'), padding: 6, saltLength: hash })

  it.each([
    ['rsa', 0x0401, () => sign('sha256', data, key('rsa'))],
    ['rsa', 0x0201, () => sign('sha1', data, key('rsa'))],
    ['rsa', 0x0804, () => sign('sha256', data, pss(32))],
    ['rsa', 0x0806, () => sign('sha512', data, pss(64))],
    ['rsa', 0, () => sign('md5-sha1', data, key('rsa'))],
    ['ecdsa', 0x0403, () => sign('sha256', data, key('ecdsa'))],
    ['ecdsa', 0x0603, () => sign('sha512', data, key('ecdsa'))],
    ['ecdsa', 0, () => sign('sha1', data, key('ecdsa'))],
    ['ed25519', 0x0807, () => sign(null, data, key('ed25519'))],
  ])('by %s under scheme %i is right over its data, and wrong over other data', (name, scheme, make) => {
    const signature = new Uint8Array(make())
    expect(nodeCrypto.verifySignature(certificate(name), scheme, data, signature)).toBe(true)
    expect(nodeCrypto.verifySignature(certificate(name), scheme, data.subarray(1), signature)).toBe(false)
  })

  it('that the host cannot judge is neither right nor wrong', () => {
    const { privateKey }: { privateKey: KeyObject } = generateKeyPairSync('ed25519')
    const signature = new Uint8Array(sign(null, data, privateKey))
    expect(nodeCrypto.verifySignature(certificate('rsa'), 0x0904, data, signature)).toBeNull()
    expect(nodeCrypto.verifySignature(certificate('rsa'), 0x0403, data, signature)).toBeNull()
    expect(nodeCrypto.verifySignature(new Uint8Array(40), 0x0401, data, signature)).toBeNull()
  })
})
