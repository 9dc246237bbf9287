// Telnet's START_TLS option: agreed, refused by either side, glued to its ClientHello, and other options, which are none.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, talk, told } from '../../support/carried.ts'

const [will, wont, does, dont] = [
  [255, 251, 46],
  [255, 252, 46],
  [255, 253, 46],
  [255, 254, 46],
]
const follows = [255, 250, 46, 1, 255, 240]
/** Terminal type, which every session begins with. */
const others = [255, 253, 24]

describe('Telnet with START_TLS', () => {
  const agreed: readonly Said[] = [
    ['server', others, does],
    ['client', [255, 251, 24], will, follows],
    ['server', follows],
    ['client', clientHello],
    ['server', serverHello],
  ]

  it('begins TLS once both sides said FOLLOWS', () => {
    expect(told(agreed)).toEqual({
      carrier: 'telnet',
      steps: ['s DO START_TLS', 'c WILL START_TLS', 'c+ START_TLS FOLLOWS', 's+ START_TLS FOLLOWS'],
      name: 'server.example',
    })
  })

  it('finds a ClientHello glued to FOLLOWS (S59)', () => {
    const found = told([
      ['server', does],
      ['client', will, follows, clientHello],
      ['server', follows],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'telnet', name: 'server.example' })
  })

  it('is a conversation where one side refuses', () => {
    expect(
      told([
        ['server', others, does],
        ['client', wont],
      ]).steps,
    ).toEqual(['s DO START_TLS', 'c! WONT START_TLS'])
    expect(
      told([
        ['client', will],
        ['server', dont],
      ]).steps,
    ).toEqual(['c WILL START_TLS', 's! DONT START_TLS'])
    expect(
      talk([
        ['client', will],
        ['server', dont],
      ])[0]?.clientEndpoint.port,
    ).toBe(50000)
  })

  it('is none without the option', () => {
    expect(
      told([
        ['server', others],
        ['client', [255, 251, 24]],
        ['server', 'login: '],
      ]),
    ).toEqual({ conversations: 0 })
  })
})
