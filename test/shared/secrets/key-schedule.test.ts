import { describe, expect, it } from 'vitest'
import { nodeCrypto as crypto } from '../../../electron/worker/crypto.ts'
import { hex } from '../../../shared/bytes/fields.ts'
import {
  ascii,
  deriveSecret,
  expandLabel,
  finished13,
  masterSecret,
  nextTrafficSecret,
  prf,
} from '../../../shared/secrets/key-schedule.ts'
import { opener13 } from '../../../shared/secrets/record-opener.ts'
import { suiteProtection } from '../../../shared/secrets/suites.ts'

const bytes = (text: string) =>
  Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (pair) => parseInt(pair, 16))
const none = new Uint8Array(0)

describe('the PRF of TLS 1.2', () => {
  it('gives the published values for SHA-256 and SHA-384', () => {
    const sha256 = prf(
      crypto,
      'sha256',
      bytes('9bbe436ba940f017b17652849a71db35'),
      'test label',
      bytes('a0ba9f936cda311827a6f796ffd5198c'),
      100,
    )
    expect(hex(sha256)).toBe(
      'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66',
    )
    const sha384 = prf(
      crypto,
      'sha384',
      bytes('b80b733d6ceefcdc71566ea48e5567df'),
      'test label',
      bytes('cd665cf6a8447dd6ff8b27555edb7465'),
      16,
    )
    expect(hex(sha384)).toBe('7b0c18e9ced410ed1804f2cfa34a336a')
  })

  it('derives the master secret from randoms, or from the session hash', () => {
    const premaster = new Uint8Array(48).fill(3)
    const randoms = { client: new Uint8Array(32).fill(1), server: new Uint8Array(32).fill(2) }
    const plain = masterSecret(crypto, 'sha256', premaster, randoms, null)
    expect(plain).toHaveLength(48)
    expect(masterSecret(crypto, 'sha256', premaster, randoms, new Uint8Array(32))).not.toEqual(plain)
  })
})

describe('the PRF of TLS 1.0', () => {
  it('joins MD5 over the first half of the secret with SHA-1 over the second, sharing the middle byte', () => {
    const odd = prf(crypto, null, bytes('0102030405'), 'x', none, 20)
    const halves = [
      prf(crypto, 'md5', bytes('010203'), 'x', none, 20),
      prf(crypto, 'sha1', bytes('030405'), 'x', none, 20),
    ]
    expect(odd).toEqual(halves[0]!.map((byte, i) => byte ^ halves[1]![i]!))
  })
})

// RFC 8448 §3, "Simple 1-RTT Handshake"
describe('the key schedule of TLS 1.3', () => {
  const early = bytes('33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a')
  const clientHandshake = bytes('b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21')
  const serverHandshake = bytes('b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38')

  it('derives secrets as the trace does', () => {
    const empty = crypto.hash('sha256', none)
    expect(crypto.hmac('sha256', none, new Uint8Array(32))).toEqual(early)
    expect(hex(deriveSecret(crypto, 'sha256', early, 'derived', empty))).toBe(
      '6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba',
    )
  })

  it('derives record keys as the trace does', () => {
    expect(hex(expandLabel(crypto, 'sha256', serverHandshake, 'key', none, 16))).toBe(
      '3fce516009c21727d0f2e4e86ee403bc',
    )
    expect(hex(expandLabel(crypto, 'sha256', serverHandshake, 'iv', none, 12))).toBe(
      '5d313eb2671276ee13000b30',
    )
    expect(hex(expandLabel(crypto, 'sha256', clientHandshake, 'key', none, 16))).toBe(
      'dbfaa693d1762c5b666af5d950258d01',
    )
  })

  it('derives the finished keys as the trace does', () => {
    expect(hex(expandLabel(crypto, 'sha256', serverHandshake, 'finished', none, 32))).toBe(
      '008d3b66f816ea559f96b537e885c31fc068bf492c652f01f288a1d8cdc19fc8',
    )
    const key = expandLabel(crypto, 'sha256', clientHandshake, 'finished', none, 32)
    expect(hex(key)).toBe('b80ad01015fb2f0bd65ff7d4da5d6bf83f84821d1f87fdc7d3c75b5a7b42d9c4')
    expect(finished13(crypto, 'sha256', clientHandshake, ascii('x'))).toEqual(
      crypto.hmac('sha256', key, ascii('x')),
    )
  })

  it('opens the client Finished of the trace', () => {
    const suite = suiteProtection(0x1301)!
    if (suite.cipher.kind !== 'aead') throw new Error('TLS 1.3 has AEADs only')
    const key = expandLabel(crypto, 'sha256', clientHandshake, 'key', none, 16)
    const iv = expandLabel(crypto, 'sha256', clientHandshake, 'iv', none, 12)
    const body = bytes(
      '75ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384bd1caeacab6867d726c40546',
    )
    const record = { contentType: 23, version: 0x0303, epoch: 0, sequence: 0, body }
    const opened = opener13(crypto, suite.cipher, key, iv).open(record)
    expect(opened?.innerType).toBe(22)
    expect(hex(opened!.content)).toBe(
      '14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61',
    )
    expect(opener13(crypto, suite.cipher, key, iv).open({ ...record, sequence: 1 })).toBeNull()
    for (let end = 0; end < body.length; end++) {
      const cut = { ...record, body: body.subarray(0, end) }
      expect(opener13(crypto, suite.cipher, key, iv).open(cut)).toBeNull()
    }
  })

  it('goes on to other secrets with each KeyUpdate', () => {
    const next = nextTrafficSecret(crypto, 'sha256', clientHandshake)
    expect(next).toHaveLength(32)
    expect(nextTrafficSecret(crypto, 'sha256', next)).not.toEqual(next)
  })
})

describe('the protection of a suite', () => {
  it.each([
    [0x1301, { kind: 'aead', cipher: 'aes-128-gcm', keyLength: 16, tagLength: 16, fixedNonce: 4 }],
    [0x1305, { kind: 'aead', cipher: 'aes-128-ccm', keyLength: 16, tagLength: 8, fixedNonce: 4 }],
    [0xc02f, { kind: 'aead', cipher: 'aes-128-gcm', keyLength: 16, tagLength: 16, fixedNonce: 4 }],
    [0xc0af, { kind: 'aead', cipher: 'aes-256-ccm', keyLength: 32, tagLength: 8, fixedNonce: 4 }],
    [0xcca8, { kind: 'aead', cipher: 'chacha20-poly1305', keyLength: 32, tagLength: 16, fixedNonce: 12 }],
    [0xc028, { kind: 'cbc', cipher: 'aes-256-cbc', keyLength: 32, blockLength: 16, mac: 'sha384' }],
    [0x000a, { kind: 'cbc', cipher: 'des-ede3-cbc', keyLength: 24, blockLength: 8, mac: 'sha1' }],
    [0x0005, { kind: 'stream', cipher: 'rc4', keyLength: 16, mac: 'sha1' }],
    [0x003b, { kind: 'stream', cipher: null, keyLength: 0, mac: 'sha256' }],
  ])('is read from the name of 0x%x', (code, cipher) => {
    expect(suiteProtection(code)?.cipher).toEqual(cipher)
  })

  it.each([0x0003, 0x0000, 0x00ff, 0x0a0a, 0xc050, 0xc101, 0x9999])('is unknown for 0x%x', (code) => {
    expect(suiteProtection(code)).toBeNull()
  })

  it('knows where the private key of the server is enough', () => {
    expect([0x002f, 0x009c, 0xc02f, 0x1301].map((code) => suiteProtection(code)?.staticRsa)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
