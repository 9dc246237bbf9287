import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameBytes } from '../../../shared/bytes/same.ts'

/** Any length around the border at which words are compared, and any alignment. */
const placed = fc.record({
  bytes: fc.uint8Array({ minLength: 0, maxLength: 150 }),
  shift: fc.nat(7),
})

function copyAt(bytes: Uint8Array, shift: number): Uint8Array {
  const room = new Uint8Array(bytes.length + shift + 3).fill(0xee)
  room.set(bytes, shift)
  return room.subarray(shift, shift + bytes.length)
}

describe('sameBytes', () => {
  it('finds a copy equal wherever it lies, and any one byte that differs', () => {
    fc.assert(
      fc.property(placed, fc.nat(), ({ bytes, shift }, at) => {
        const copy = copyAt(bytes, shift)
        expect(sameBytes(bytes, copy)).toBe(true)
        expect(sameBytes(copy, bytes)).toBe(true)
        expect(sameBytes(bytes, bytes.subarray(1))).toBe(bytes.length === 0)
        if (bytes.length === 0) return
        copy[at % bytes.length]! ^= 0x10
        expect(sameBytes(bytes, copy)).toBe(false)
      }),
    )
  })
})
