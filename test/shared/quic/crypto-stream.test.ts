// CRYPTO frames in any order give the same stream.

import { describe, expect, it } from 'vitest'
import { maxCryptoBytesHeld, maxCryptoFramesHeld } from '../../../shared/limits.ts'
import { CryptoStream } from '../../../shared/quic/crypto-stream.ts'
import { Random } from '../../support/mutation.ts'
import { pattern } from '../../support/packets.ts'

describe('a CRYPTO stream', () => {
  it('hands on every byte once and in order, however its frames come', () => {
    const random = new Random(6)
    const whole = pattern(3000)
    for (let round = 0; round < 50; round++) {
      const stream = new CryptoStream()
      const got: number[] = []
      for (let sent = 0; sent < 400 && got.length < whole.length; sent++) {
        const offset = random.below(whole.length)
        const frame = { offset, bytes: whole.subarray(offset, offset + 1 + random.below(600)) }
        got.push(...stream.add(frame))
      }
      for (let offset = 0; offset < whole.length; offset += 500)
        got.push(...stream.add({ offset, bytes: whole.subarray(offset, offset + 500) }))
      expect(got).toEqual([...whole])
      expect(stream.holding).toBe(false)
    }
  })

  it('drops what lies further ahead than it may hold, and says so', () => {
    const stream = new CryptoStream()
    expect(stream.add({ offset: maxCryptoBytesHeld, bytes: pattern(1) })).toHaveLength(0)
    expect(stream.overflowed).toBe(true)
  })

  it('holds a bounded number of frames, be they of one byte each', () => {
    const stream = new CryptoStream()
    for (let i = 1; i <= maxCryptoFramesHeld; i++) stream.add({ offset: 2 * i, bytes: pattern(1) })
    expect([stream.overflowed, stream.heldBytes]).toEqual([false, maxCryptoFramesHeld])
    stream.add({ offset: 2 * maxCryptoFramesHeld + 2, bytes: pattern(1) })
    expect([stream.overflowed, stream.heldBytes]).toEqual([true, maxCryptoFramesHeld])
    stream.add({ offset: 0, bytes: pattern(2 * maxCryptoFramesHeld + 1) })
    expect([stream.holding, stream.heldBytes]).toEqual([false, 0])
  })
})
