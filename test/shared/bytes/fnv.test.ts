import { expect, test } from 'vitest'
import { Fnv64 } from '../../../shared/bytes/fnv.ts'

function hashed(write: (hash: Fnv64) => void): string {
  const hash = new Fnv64()
  hash.begin()
  write(hash)
  return hash.end()
}

// Vectors of the authors' test suite (draft-eastlake-fnv, appendix C).
test.each([
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['foobar', '85944171f73967e8'],
])('the hash of "%s" is %s', (text, expected) => {
  expect(hashed((hash) => hash.text(text))).toBe(expected)
  expect(hashed((hash) => hash.bytes(new TextEncoder().encode(text)))).toBe(expected)
})

test('bytes as hex digits hash like their text, and a hash begun anew forgets', () => {
  const hash = new Fnv64()
  hash.begin()
  hash.text('something before')
  hash.begin()
  hash.hex(Uint8Array.of(0x00, 0x9a, 0xff))
  expect(hash.end()).toBe(hashed((other) => other.text('009aff')))
})
