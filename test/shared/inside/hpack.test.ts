// HPACK by the examples of RFC 7541 appendix C, every octet of its Huffman code, and blocks that break it.

import { describe, expect, it } from 'vitest'
import { HpackDecoder } from '../../../shared/inside/hpack.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { unhex } from '../../support/packets.ts'

const lines = (decoder: HpackDecoder, hex: string) =>
  decoder.decode(unhex(hex))?.map(([name, value]) => `${name}: ${value}`) ?? null

const first = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com']

describe('HPACK', () => {
  it.each([
    [
      'without Huffman code (C.3)',
      [
        '828684410f7777772e6578616d706c652e636f6d',
        '828684be58086e6f2d6361636865',
        '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
      ],
    ],
    [
      'with Huffman code (C.4)',
      [
        '828684418cf1e3c2e5f23a6ba0ab90f4ff',
        '828684be5886a8eb10649cbf',
        '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
      ],
    ],
  ])('reads requests %s', (_, blocks) => {
    const decoder = new HpackDecoder()
    expect(blocks.map((block) => lines(decoder, block))).toEqual([
      first,
      [...first, 'cache-control: no-cache'],
      [
        ':method: GET',
        ':scheme: https',
        ':path: /index.html',
        ':authority: www.example.com',
        'custom-key: custom-value',
      ],
    ])
  })

  it('drops the oldest entries of a table that is full (C.6: 256 octets)', () => {
    const decoder = new HpackDecoder()
    const blocks = [
      '3fe101488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
      '4883640effc1c0bf',
      '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
    ]
    const [one, two, three] = blocks.map((block) => lines(decoder, block))
    expect(one?.[0]).toBe(':status: 302')
    expect(two).toEqual([
      ':status: 307',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'location: https://www.example.com',
    ])
    expect(three?.at(-1)).toBe('set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1')
  })

  it('takes changes of the table at the beginning of a block, two of them too (§4.2)', () => {
    expect(lines(new HpackDecoder(), '203fe10182')).toEqual([':method: GET'])
  })

  it('counts the octets of a name, not of how it is shown (§4.1)', () => {
    // A table of 70 octets: the name ff with the value a, then the same name, by its index, with b. Both fit by octets (34 each).
    const decoder = new HpackDecoder()
    expect(lines(decoder, '3f274001ff0161')).toEqual(['\\xff: a'])
    expect(lines(decoder, '7e0162bebf')).toEqual(['\\xff: b', '\\xff: b', '\\xff: a'])
  })

  it('knows the code of every octet', () => {
    const [field] = new HpackDecoder().decode(unhex(everyOctet)) ?? []
    const plain = Array.from({ length: 256 }, (_, i) =>
      i > 0x1f && i < 0x7f && i !== 0x5c ? String.fromCharCode(i) : `\\x${i.toString(16).padStart(2, '0')}`,
    )
    expect(field).toEqual(['x-all', plain.join('')])
  })

  it.each([
    ['an index beyond the table', 'ff80'],
    ['index 0', '80'],
    ['a string longer than the block', '400a6375'],
    ['an integer without end', '7fffffffffffff'],
    ['a table that is too large', '3fffffff7f'],
    ['padding of zeros', '4081 00 81 00'],
    ['a change of the table behind a field (§4.2)', '8220'],
  ])('gives up at %s, and reads no block behind it', (_, hex) => {
    const decoder = new HpackDecoder()
    expect(decoder.decode(unhex(hex))).toBeNull()
    expect(decoder.decode(unhex('82'))).toBeNull()
  })

  it('never throws, whatever was changed', () => {
    const random = new Random(7541)
    for (let round = 0; round < 2000; round++)
      new HpackDecoder().decode(mutate(unhex('828684418cf1e3c2e5f23a6ba0ab90f4ff5886a8eb10649cbf'), random))
  })
})

/** As python3-hpack of Debian encodes it. */
const everyOctet =
  '4084f2b0e8a3ffc803ffc7fffd8fffffe2fffffe3fffffe4fffffe5fffffe6fffffe7fffffe8ffffeafffffff3fffffa7fffffabffffffdfffffebfffffecfffffedfffffeefffffefffffff0ffffff1ffffff2fffffffbfffffcffffffd3fffffd7fffffdbfffffdffffffe3fffffe7fffffebfffffed4fe3f9ffaffcabf1febfafefe7fdfd2cbb00089969b71d79fb9f7fff20ffbff3ff50ddbd7f061c58f265cd9f469d5af66dddbf871e5f9cff7ff7fffc3ff9ffe45fff4719242cb34e6e9d68a6a3d7dac426defe3cfaf7fffbfe7ffbffdffffffcfffe6ffff4bfff9ffffa3fffd3ffff53fffd5ffffb3fffeb7fffdaffffb7ffff73fffeeffffdeffffebffffbfffffd9ffffdbfffebffffe0ffffeeffffc3ffff8bffff1ffffe4fffee7fffb1ffff97fffd9ffffcdffff9fffffbffffdafffeeffff4ffffb7fffee7fffe8ffffd3fffdeffffd5fffeeffffbdffffe1fffdfffff7fffff5ffffecffff07fff87fffe0ffff17fffedffff87ffff77fffeffffeaffff8bfffe3ffff93ffff87fffcbffff37ffff1fffff83ffffe1fffebfffe3ffff3fffff2ffffa3ffffd9fffff17ffffc7fffff27ffffdefffffbffffff2fffff8fffffb7fff97fff8fffffe6fffffc1fffff87ffffe7fffffc5ffffe5fffe4ffff2fffffd1fffff4ffffffefffffe3fffffc9fffff97fffb3ffffcffffb7fffcdffff4ffff9ffffd1ffffcffffeaffffafffffddffffeffffff4fffff5fffffabffffa7ffffd7fffff9bffffecfffffb7fffff3fffffe8fffffd3fffffabfffff5fffffff7ffffecfffffdbfffffbbfffff7ffffff0fffffbbf'
