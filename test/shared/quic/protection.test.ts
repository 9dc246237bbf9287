// QUIC packets against the examples of the specifications (RFC 9001 Appendix A, RFC 9369 Appendix A).

import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../../../electron/worker/crypto.ts'
import { hex } from '../../../shared/bytes/fields.ts'
import { readFrames } from '../../../shared/quic/frames.ts'
import { type LongPacket, readLongPacket } from '../../../shared/quic/packet.ts'
import { initialKeys, openPacket, retryIsGenuine } from '../../../shared/quic/protection.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { unhex } from '../../support/packets.ts'

const connectionId = unhex('8394c8f03e515708')
const serverInitial = unhex(`
  cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a
  5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3
  dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84
  022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4
  2158407dd074ee`)
const retry = unhex('ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba')

function packetOf(bytes: Uint8Array): LongPacket {
  const read = readLongPacket(bytes, 0, bytes.length)
  if (!read.ok || read.value.kind === 'version-negotiation') throw new Error('no packet')
  return read.value
}

describe('Initial keys', () => {
  it('are those of RFC 9001 §A.1 for QUIC 1', () => {
    const { client, server } = initialKeys(nodeCrypto, 1, connectionId)!
    expect([client.key, client.iv, client.headerKey].map((bytes) => hex(bytes))).toEqual([
      '1f369613dd76d5467730efcbe3b1a22d',
      'fa044b2f42a3fd3b46fb255c',
      '9f50449e04a0e810283a1e9933adedd2',
    ])
    expect([server.key, server.iv, server.headerKey].map((bytes) => hex(bytes))).toEqual([
      'cf3a5331653c364c88f0f379b6067e37',
      '0ac1493ca1905853b0bba03e',
      'c206b8d9b9f0f37644430b490eeaa314',
    ])
  })

  it('are those of RFC 9369 §A.1 for QUIC 2', () => {
    const { client, server } = initialKeys(nodeCrypto, 0x6b3343cf, connectionId)!
    expect([client.key, client.iv, client.headerKey].map((bytes) => hex(bytes))).toEqual([
      '8b1a0bc121284290a29e0971b5cd045d',
      '91f73e2351d8fa91660e909f',
      '45b95e15235d6f45a6b19cbcb0294ba9',
    ])
    expect([server.key, server.iv, server.headerKey].map((bytes) => hex(bytes))).toEqual([
      '82db637861d55e1d011f19ea71d5d2a7',
      'dd13c276499c0249d3310652',
      'edf6d05c83121201b436e16877593c3a',
    ])
  })

  it('do not exist for a version nobody knows', () => {
    expect(initialKeys(nodeCrypto, 0x12345678, connectionId)).toBeNull()
  })
})

describe('the server Initial of RFC 9001 §A.3', () => {
  const keys = initialKeys(nodeCrypto, 1, connectionId)!.server

  it('opens with an acknowledgement and a ServerHello', () => {
    const opened = openPacket(nodeCrypto, keys, serverInitial, packetOf(serverInitial), 0)
    expect(opened?.number).toBe(1)
    const { crypto, close } = readFrames(opened!.payload)
    expect(close).toBeNull()
    expect(crypto.map(({ offset, bytes }) => [offset, bytes.length, bytes[0]])).toEqual([[0, 90, 2]])
  })

  it('does not open once a bit of it is turned', () => {
    for (const at of [0, 20, 60, serverInitial.length - 1]) {
      const changed = serverInitial.slice()
      changed[at]! ^= 4
      const read = readLongPacket(changed, 0, changed.length)
      const { value } = read as { value: LongPacket }
      if (read.ok && value.kind === 'initial')
        expect(openPacket(nodeCrypto, keys, changed, value, 0)).toBeNull()
    }
  })

  it('is refused in every strict prefix, and its end is found where more follows', () => {
    for (let length = 0; length < serverInitial.length; length++) {
      expect(readLongPacket(serverInitial, 0, length).ok).toBe(false)
    }
    const longer = Uint8Array.from([...serverInitial, 0xee, 0xee])
    expect(packetOf(longer).end).toBe(serverInitial.length)
  })
})

describe('the Retry of RFC 9001 §A.4', () => {
  it('belongs to the connection it answers and to no other', () => {
    const packet = packetOf(retry)
    expect(packet.kind).toBe('retry')
    expect(retryIsGenuine(nodeCrypto, retry, packet, connectionId)).toBe(true)
    expect(retryIsGenuine(nodeCrypto, retry, packet, unhex('8394c8f03e515709'))).toBe(false)
  })
})

describe('packets and frames', () => {
  it('never make their readers throw, whatever was changed', () => {
    const random = new Random(9000)
    const keys = initialKeys(nodeCrypto, 1, connectionId)!.server
    const payload = openPacket(nodeCrypto, keys, serverInitial, packetOf(serverInitial), 0)!.payload
    for (let round = 0; round < 2000; round++) {
      const bytes = mutate(round % 2 === 0 ? serverInitial : retry, random)
      const read = readLongPacket(bytes, 0, bytes.length)
      if (read.ok && read.value.kind === 'initial' && round % 10 === 0)
        openPacket(nodeCrypto, keys, bytes, read.value, 0)
      readFrames(mutate(payload, random))
    }
  })
})
