// XMPP with starttls: agreed, refused, glued together.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, told } from '../../support/carried.ts'

const opening: readonly Said[] = [
  ['client', "<?xml version='1.0'?><stream:stream to='a' version='1.0'>"],
  ['server', "<?xml version='1.0'?><stream:stream from='a'>"],
  ['server', "<stream:features><starttls xmlns='x'/></stream:features>"],
]
const begins = ["c <stream:stream to='a' version='1.0'>", 's server offers <starttls/>']

describe('XMPP with starttls', () => {
  it('begins TLS once the server agrees', () => {
    expect(
      told([
        ...opening,
        ['client', "<starttls xmlns='x'/>"],
        ['server', "<proceed xmlns='x'/>"],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'xmpp',
      steps: [...begins, `c <starttls xmlns='x'/>`, `s+ <proceed xmlns='x'/>`],
      name: 'server.example',
    })
  })

  it('is a conversation where the server refuses, and tells its words', () => {
    expect(
      told([...opening, ['client', "<starttls xmlns='x'/>"], ['server', "<failure xmlns='x'/>"]]),
    ).toEqual({
      carrier: 'xmpp',
      steps: [...begins, `c <starttls xmlns='x'/>`, `s! <failure xmlns='x'/>`],
      name: null,
    })
  })

  it('finds a ClientHello glued to the command (S59)', () => {
    const found = told([
      ...opening,
      ['client', "<starttls xmlns='x'/>", clientHello],
      ['server', "<proceed xmlns='x'/>"],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'xmpp', name: 'server.example' })
  })

  it('is read the same from segments of seven bytes', () => {
    const said: readonly Said[] = [
      ...opening,
      ['client', "<starttls xmlns='x'/>"],
      ['server', "<failure xmlns='x'/>"],
    ]
    expect(told(said, { segment: 7 })).toEqual(told(said))
  })
})
