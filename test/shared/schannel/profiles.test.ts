// The defaults of each Windows version, as rows to be read beside schannel §9.

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  changeProfile,
  isBeforeWindows10,
  profileById,
  profiles,
  suiteFits,
  type Switch,
} from '../../../shared/schannel/profiles.ts'
import { schemesOf } from '../../../shared/whatif/signatures.ts'

const on = (switches: readonly Switch[]) => switches.filter((each) => each.on)
const names = (switches: readonly Switch[]) =>
  on(switches)
    .map(({ name }) => name.replace(/^TLS /, ''))
    .join(' ')
const codes = (switches: readonly Switch[]) =>
  on(switches)
    .map(({ code }) => code.toString(16))
    .join(' ')

// schannel §9.1 (client and server versions), §9.2 (suites on, the first four and the last), §9.4 (groups on)
const rows: readonly (readonly [string, number, string, string, number, string, string, string])[] = [
  [
    'win7',
    7601,
    'SSL 3.0 1.0 DTLS 1.0',
    'SSL 2.0 SSL 3.0 1.0 DTLS 1.0',
    36,
    'c028 c028 c027 c027',
    '4',
    '17 18',
  ],
  [
    'win8',
    9200,
    'SSL 3.0 1.0 1.1 1.2 DTLS 1.0',
    'SSL 3.0 1.0 1.1 1.2 DTLS 1.0',
    34,
    'c028 c028 c027 c027',
    '4',
    '17 18',
  ],
  [
    'win81',
    9600,
    'SSL 3.0 1.0 1.1 1.2 DTLS 1.0',
    'SSL 3.0 1.0 1.1 1.2 DTLS 1.0',
    36,
    'c028 c028 c027 c027',
    '4',
    '17 18',
  ],
  [
    'win10-1507',
    10240,
    'SSL 3.0 1.0 1.1 1.2 DTLS 1.0',
    'SSL 3.0 1.0 1.1 1.2 DTLS 1.0',
    30,
    'c030 c02f c028 c027',
    '4',
    '17 18',
  ],
  [
    'win10-1511',
    10586,
    'SSL 3.0 1.0 1.1 1.2 DTLS 1.0',
    'SSL 3.0 1.0 1.1 1.2 DTLS 1.0',
    30,
    'c02c c02b c030 c02f',
    '4',
    '17 18',
  ],
  [
    'win10-1607',
    14393,
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    30,
    'c02c c02b c030 c02f',
    '4',
    '1d 17 18',
  ],
  [
    'win10-1703',
    15063,
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    23,
    'c02c c02b c030 c02f',
    '4',
    '1d 17 18',
  ],
  [
    'win10-1709',
    16299,
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    21,
    'c02c c02b c030 c02f',
    'a',
    '1d 17 18',
  ],
  [
    'win10-1803',
    17134,
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    21,
    'c02c c02b c030 c02f',
    'a',
    '1d 17 18',
  ],
  [
    'win10-1809',
    17763,
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    21,
    'c02c c02b c030 c02f',
    'a',
    '1d 17 18',
  ],
  [
    'win10-1903',
    18362,
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    21,
    'c02c c02b c030 c02f',
    'a',
    '1d 17 18',
  ],
  [
    'win10-20h2',
    19042,
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    21,
    'c02c c02b c030 c02f',
    'a',
    '1d 17 18',
  ],
  [
    'win10-22h2',
    19045,
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 DTLS 1.0 DTLS 1.2',
    18,
    'c02c c02b c030 c02f',
    '2f',
    '1d 17 18',
  ],
  [
    'server-2022',
    20348,
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    23,
    '1302 1301 c02c c02b',
    'a',
    '1d 17 18',
  ],
  [
    'win11-21h2',
    22000,
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    23,
    '1302 1301 c02c c02b',
    'a',
    '1d 17 18',
  ],
  [
    'win11-22h2',
    22621,
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    20,
    '1302 1301 c02c c02b',
    '2f',
    '1d 17 18',
  ],
  [
    'win11-24h2',
    26100,
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    20,
    '1302 1301 c02c c02b',
    '2f',
    '1d 17 18',
  ],
  [
    'server-2025',
    26100,
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    '1.0 1.1 1.2 1.3 DTLS 1.0 DTLS 1.2',
    20,
    '1302 1301 c02c c02b',
    '2f',
    '1d 17 18',
  ],
]

describe('the profiles', () => {
  it.each(rows)(
    '%s is as Microsoft documents it',
    (id, build, client, server, count, first, last, groups) => {
      const profile = profileById(id)!
      const suites = codes(profile.cipherSuites).split(' ')
      expect(profile.build).toBe(build)
      expect(names(profile.versions.client)).toBe(client)
      expect(names(profile.versions.server)).toBe(server)
      expect(suites).toHaveLength(count)
      expect(suites.slice(0, 4).join(' ')).toBe(first)
      expect(suites.at(-1)).toBe(last)
      expect(codes(profile.groups)).toBe(groups)
    },
  )

  it('are eighteen, oldest first, and have numbers for every name', () => {
    expect(profiles.map(({ id }) => id)).toEqual(rows.map(([id]) => id))
    for (const { cipherSuites, groups, versions } of profiles)
      for (const { code, name } of [...cipherSuites, ...groups, ...versions.client, ...versions.server])
        expect(code, name).toBeTypeOf('number')
  })

  it('tie suites to curves up to Windows 8.1, and only there', () => {
    for (const { id, cipherSuites } of profiles)
      expect(cipherSuites.some(({ group }) => group !== null)).toBe(isBeforeWindows10(id))
    const suite = profileById('win81')!.cipherSuites.find(({ name }) => name.endsWith('GCM_SHA384_P384'))
    expect(suite).toMatchObject({ code: 0xc02c, group: 0x18, on: true })
  })
})

interface Reference {
  readonly id: string
  readonly name: string
  readonly build: string
  readonly protocols: Record<'client' | 'server', string[]>
  readonly protocolsSupportedButDisabled: Record<'client' | 'server', string[]>
  readonly cipherSuites: {
    name: string
    code: string
    enabledByDefault: boolean
    protocols: string[]
    curve?: string
  }[]
  readonly groups: { name: string; code: string; enabledByDefault: boolean }[]
  readonly signatureAlgorithmsObserved?: { codes: string[] }
}

const file = '../shared/reference/windows-profiles.json'

describe.skipIf(!existsSync(file))('the reference the profiles were reduced from', () => {
  const reference = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Reference[]) : []

  it.each(reference)('agrees on $id in every switch and every number', (expected) => {
    const profile = profileById(expected.id)!
    for (const side of ['client', 'server'] as const) {
      expect(on(profile.versions[side]).map(({ name }) => name)).toEqual(expected.protocols[side])
      expect(profile.versions[side].filter((each) => !each.on).map(({ name }) => name)).toEqual(
        expected.protocolsSupportedButDisabled[side],
      )
    }
    const suites = expected.cipherSuites.filter(({ name }) => !name.startsWith('SSL_CK'))
    const flat = ({ name, code, on: enabled }: Switch) => [name, code, enabled]
    const wanted = (each: { name: string; code: string; enabledByDefault: boolean }) => [
      each.name,
      Number(each.code),
      each.enabledByDefault,
    ]
    expect(on(profile.cipherSuites).map(flat)).toEqual(
      suites.filter((each) => each.enabledByDefault).map(wanted),
    )
    expect(new Set(profile.cipherSuites.map((each) => JSON.stringify(flat(each))))).toEqual(
      new Set(suites.map((each) => JSON.stringify(wanted(each)))),
    )
    expect(profile.groups.filter((each) => each.on).map(flat)).toEqual(
      expected.groups.filter((each) => each.enabledByDefault).map(wanted),
    )
    expect(new Set(profile.groups.map((each) => JSON.stringify(flat(each))))).toEqual(
      new Set(expected.groups.map((each) => JSON.stringify(wanted(each)))),
    )
    expect(profile.name).toBe(expected.name)
    expect(String(profile.build)).toBe(expected.build)
    const curves: Record<string, number> = { P256: 0x17, P384: 0x18, P521: 0x19 }
    const tied = (curve?: string) => (curve === undefined ? null : curves[curve])
    for (const suite of profile.cipherSuites)
      expect(suite.group, suite.name).toBe(tied(suites.find(({ name }) => name === suite.name)?.curve))
  })

  it('agrees on the signature algorithms where they were observed', () => {
    const observed = reference.filter((each) => each.signatureAlgorithmsObserved !== undefined)
    expect(observed.length).toBeGreaterThan(0)
    for (const { id, signatureAlgorithmsObserved } of observed)
      expect(schemesOf(profileById(id)!), id).toEqual(signatureAlgorithmsObserved!.codes.map(Number))
  })

  it('agrees on the versions in which each suite can be used', () => {
    const versions = {
      'SSL 3.0': 0x0300,
      'TLS 1.0': 0x0301,
      'TLS 1.1': 0x0302,
      'TLS 1.2': 0x0303,
      'TLS 1.3': 0x0304,
    }
    for (const { id, cipherSuites } of reference) {
      const suites = profileById(id)!.cipherSuites
      for (const { name, protocols } of cipherSuites) {
        const suite = suites.find((each) => each.name === name)
        if (suite === undefined) continue
        for (const [version, code] of Object.entries(versions))
          expect(suiteFits(suite, code), `${name} in ${version}`).toBe(protocols.includes(version))
      }
    }
  })
})

describe('a changed profile', () => {
  const base = profileById('win10-1809')!

  it('switches what it names, by Windows name, registered name or number, and nothing else', () => {
    const changed = changeProfile(base, {
      versions: { 'tls 1.0': 'off' },
      cipherSuites: { '0xc02c': 'off', TLS_RSA_WITH_RC4_128_SHA: 'on' },
      groups: { NistP384: 'off', secp521r1: 'on' },
    })
    if (!changed.ok) throw new Error(changed.name)
    const { versions, cipherSuites, groups, edited } = changed.profile
    expect(edited).toBe(true)
    expect(names(versions.server)).toBe('1.1 1.2 DTLS 1.0 DTLS 1.2')
    expect(codes(cipherSuites)).toBe(`${codes(base.cipherSuites).replace('c02c ', '')} 5`)
    expect(codes(groups)).toBe('1d 17 19 19')
  })

  it('switches all curves of a suite at once where Windows lists it once for each', () => {
    const changed = changeProfile(profileById('win7')!, {
      cipherSuites: { TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384: 'off' },
    })
    expect(changed.ok && codes(changed.profile.cipherSuites)).toMatch(/^c027 c027 /)
  })

  it('refuses what the version does not know', () => {
    expect(changeProfile(base, { versions: { 'TLS 1.3': 'on' } })).toEqual({
      ok: false,
      kind: 'versions',
      name: 'TLS 1.3',
    })
    expect(changeProfile(base, { cipherSuites: { '0x1301': 'on' } }).ok).toBe(false)
    expect(changeProfile(base, { groups: { x25519_mlkem768: 'on' } }).ok).toBe(false)
  })
})
