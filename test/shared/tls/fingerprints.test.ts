import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ja3, ja3s, ja3Text, ja4 } from '../../../shared/tls/fingerprints.ts'
import { parseHandshake } from '../../../shared/tls/handshake.ts'
import type { ClientHello, ServerHello } from '../../../shared/tls/messages.ts'
import {
  alpnExtension,
  bytes,
  clientHello,
  contextOf,
  extension,
  serverHello,
  u16,
  vector,
  type HelloParts,
} from './build.ts'
import { crypto } from './captures.ts'

function hello(parts: HelloParts): ClientHello {
  const outcome = parseHandshake(clientHello(parts), contextOf(), null)
  if (!outcome.ok || outcome.value.kind !== 'client-hello') throw new Error('not a hello')
  return outcome.value
}

function groups(...values: number[]): Uint8Array {
  return extension(10, vector(2, u16(...values)))
}

// The example of FoxIO's technical details, with GREASE added where browsers put it.
const browser: HelloParts = {
  suites: [
    0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
    0x009d, 0x002f, 0x0035,
  ],
  extensions: [
    extension(0x1a1a),
    extension(0x001b, vector(1, u16(2))),
    extension(0, vector(2, 0, vector(2, 97))),
    extension(0x0033, vector(2)),
    alpnExtension('h2', 'http/1.1'),
    extension(0x4469, vector(2)),
    extension(0x0017),
    extension(0x002d, vector(1, 1)),
    extension(0x000d, vector(2, u16(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601))),
    extension(0x0005, 1, vector(2), vector(2)),
    extension(0x0023),
    extension(0x0012),
    extension(0x002b, vector(1, u16(0x2a2a, 0x0304, 0x0303))),
    extension(0xff01, vector(1)),
    extension(0x000b, vector(1, 0)),
    groups(0x3a3a, 29, 23),
    extension(0x0015, 0, 0),
  ],
}

describe('JA3', () => {
  it('agrees with the published examples', () => {
    const first = hello({
      version: 0x0301,
      suites: [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
      extensions: [
        extension(0, vector(2, 0, vector(2, 97))),
        groups(23, 24, 25),
        extension(11, vector(1, 0)),
      ],
    })
    expect(ja3Text(first)).toBe('769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0')
    expect(ja3(first, crypto)).toBe('ada70206e40642a3e4461f35503241d5')
    const bare = hello({
      version: 0x0301,
      suites: [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99],
      extensions: null,
    })
    expect(ja3Text(bare)).toBe('769,4-5-10-9-100-98-3-6-19-18-99,,,')
    expect(ja3(bare, crypto)).toBe('de350869b8c85de67a350c8d186f11e6')
  })

  it('leaves GREASE out', () => {
    expect(ja3Text(hello(browser))).toMatch(/^771,4865-.*,27-0-51-16-17513-.*-21,29-23,0$/)
  })

  it('is remembered by content, not by a hash of it alone', () => {
    const seen = new Map<string, string>()
    for (let suite = 1; suite < 3000; suite++) {
      const client = hello({ suites: [suite, suite * 7], extensions: [groups(suite)] })
      const text = ja3Text(client)!
      seen.set(text, ja3(client, crypto)!)
    }
    expect(new Set(seen.values()).size).toBe(seen.size)
  })
})

describe('JA3S', () => {
  it('is the MD5 of version, suite and extensions', () => {
    const outcome = parseHandshake(
      serverHello({
        version: 0x0301,
        suite: 47,
        extensions: [
          extension(65281, vector(1)),
          extension(0),
          extension(11, vector(1, 0)),
          extension(35),
          extension(5),
          alpnExtension('h2'),
        ],
      }),
      contextOf(),
      null,
    )
    if (!outcome.ok) throw new Error(outcome.malformed.what)
    expect(ja3s(outcome.value as ServerHello, crypto)).toBe(
      createHash('md5').update('769,47,65281-0-11-35-5-16').digest('hex'),
    )
  })
})

describe('JA4', () => {
  it('agrees with the example of its technical details', () => {
    expect(ja4(hello(browser), 'tcp', crypto)).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1')
  })

  it('does not depend on the order of suites and extensions', () => {
    const shuffled = {
      suites: [...browser.suites!].reverse(),
      extensions: [...browser.extensions!].reverse(),
    }
    expect(ja4(hello(shuffled), 'quic', crypto)).toBe('q13d1516h2_8daaf6152771_e5627efa2ab1')
  })

  it('hashes extensions alone where no signature algorithms are offered', () => {
    const extensions = browser.extensions!.filter((data) => !(data[0] === 0 && data[1] === 13))
    const client = hello({ suites: browser.suites!, extensions: [...extensions, extension(13, 0)] })
    expect(ja4(client, 'tcp', crypto)).toBe('t13d1516h2_8daaf6152771_6d807ffa2a79')
  })

  it('says zero where there is nothing to hash', () => {
    const client = hello({ version: 0x0301, suites: [0x0a0a], extensions: null })
    expect(ja4(client, 'tcp', crypto)).toBe('t10i000000_000000000000_000000000000')
  })

  it('takes the version of DTLS and counts to 99 at most', () => {
    const suites = Array.from({ length: 120 }, (_, i) => 0xc000 + i)
    expect(ja4(hello({ version: 0xfefd, suites }), 'dtls', crypto)).toMatch(/^dd2i990000_/)
    expect(ja4(hello({ version: 0x1234 }), 'tcp', crypto)).toMatch(/^t00i/)
  })

  it.each([
    [[0xab], 'ab'],
    [[0xab, 0xcd], 'ad'],
    [[0x30, 0xab], '3b'],
    [[0x30, 0x31, 0xab, 0xcd], '3d'],
    [[0x30, 0xab, 0xcd, 0x31], '01'],
    [[0x68], 'hh'],
    [[0x68, 0x74, 0x74, 0x70], 'hp'],
  ])('writes the ends of the protocol name %j as %s', (name, ends) => {
    const alpn = extension(16, vector(2, vector(1, bytes(...name))))
    expect(ja4(hello({ extensions: [alpn] }), 'tcp', crypto)?.slice(8, 10)).toBe(ends)
  })

  it('writes 00 where no protocol name is offered', () => {
    expect(ja4(hello({ extensions: [extension(16, vector(2))] }), 'tcp', crypto)?.slice(8, 10)).toBe('00')
  })
})
