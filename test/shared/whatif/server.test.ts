// What Windows servers would answer, as rows: the hello, the version, and what it comes to.

import { describe, expect, it } from 'vitest'
import { whatIf as whatIfSchema, type WhatIfRow } from '../../../shared/contract/whatif.ts'
import { changeProfile, type Profile, profileById, profiles } from '../../../shared/schannel/profiles.ts'
import type { ClientHello } from '../../../shared/tls/messages.ts'
import { whatIf } from '../../../shared/whatif/whatif.ts'
import { clientHello, conversationOf, message, type Settings, type Step } from '../../support/conversation.ts'
import { certificateMessage, issue } from '../../support/certificates.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'

type ServerKey = 'captured' | 'rsa' | 'ecdsa'

function ask(
  hello: Partial<ClientHello>,
  asked: readonly Profile[],
  serverKey: ServerKey = 'captured',
  more: readonly Step[] = [],
  settings: Settings = {},
) {
  const conversation = conversationOf([message('client', clientHello(hello)), ...more], settings)
  const replay = {
    tokens: [],
    client: { side: 'client', made: 0, statuses: [], calls: [], final: null },
    server: { side: 'server', made: 0, statuses: [], calls: [], final: null },
    failing: null,
  } as const
  const answer = whatIf(
    { conversation, outcome: outcomeOf(conversation), replay },
    { side: 'server', serverKey },
    asked,
  )
  expect(whatIfSchema.parse(answer)).toEqual(answer)
  return answer
}

function line({ cells, verdict, call, alert }: WhatIfRow): string {
  const { version, cipherSuite, group, signature } = cells
  return [
    version.value,
    cipherSuite.value,
    group.value ?? group.state,
    signature.value ?? signature.state,
    verdict,
    call?.status,
    alert?.code,
  ]
    .map((part) => String(part ?? '-'))
    .join(' | ')
}

function rowOf(hello: Partial<ClientHello>, id: string, key: ServerKey = 'captured'): WhatIfRow {
  return ask(hello, [profileById(id)!], key).rows[1]!
}

const old = { supportedVersions: null, keyShares: null }
const goes = 'accepts | SEC_I_CONTINUE_NEEDED | -'
const noSuite = 'refuses | SEC_E_ALGORITHM_MISMATCH | 40'

// hello, profile, key, answer
const rows: readonly (readonly [string, Partial<ClientHello>, string, ServerKey, string])[] = [
  [
    'takes its own first suite in TLS 1.3, with the share that came',
    {},
    'win11-22h2',
    'rsa',
    `TLS 1.3 | TLS_AES_256_GCM_SHA384 | x25519 | rsa_pss_rsae_sha256 | ${goes}`,
  ],
  [
    'goes by the version field where it does not know TLS 1.3',
    {},
    'win10-1809',
    'rsa',
    `TLS 1.2 | TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 | x25519 | rsa_pss_rsae_sha256 | ${goes}`,
  ],
  [
    'asks for another share (HelloRetryRequest) where the hello has none it can use',
    { keyShares: [0x1e], supportedGroups: [0x1e, 0x18] },
    'server-2022',
    'rsa',
    'TLS 1.3 | TLS_AES_256_GCM_SHA384 | secp384r1 | rsa_pss_rsae_sha256 | retries | SEC_I_CONTINUE_NEEDED | -',
  ],
  [
    'prefers a group with a share to its first',
    { keyShares: [0x18], supportedGroups: [0x1d, 0x18] },
    'server-2022',
    'rsa',
    `TLS 1.3 | TLS_AES_256_GCM_SHA384 | secp384r1 | rsa_pss_rsae_sha256 | ${goes}`,
  ],
  [
    'does not try TLS 1.2 once TLS 1.3 is chosen and no group meets',
    { keyShares: [0x1e], supportedGroups: [0x1e] },
    'server-2022',
    'rsa',
    `TLS 1.3 | TLS_AES_256_GCM_SHA384 | missing | not-reached | ${noSuite}`,
  ],
  [
    'misses the extension that TLS 1.3 demands',
    { signatureAlgorithms: null },
    'server-2025',
    'rsa',
    'TLS 1.3 | TLS_AES_256_GCM_SHA384 | x25519 | missing | refuses | SEC_E_ILLEGAL_MESSAGE | 109',
  ],
  [
    'has ChaCha20 off by default',
    { cipherSuites: [0x1303] },
    'server-2025',
    'rsa',
    `TLS 1.3 | - | not-reached | not-reached | ${noSuite}`,
  ],
  [
    'signs TLS 1.3 with an ECDSA key only on its own curve',
    { signatureAlgorithms: [0x0503] },
    'server-2022',
    'ecdsa',
    `TLS 1.3 | TLS_AES_256_GCM_SHA384 | x25519 | missing | ${noSuite}`,
  ],
  [
    'knew no ECDHE_RSA with GCM up to Windows 8.1',
    { ...old, cipherSuites: [0xc02f] },
    'win81',
    'rsa',
    `TLS 1.2 | - | not-reached | not-reached | ${noSuite}`,
  ],
  [
    'ties the curve to the suite up to Windows 8.1: the second row of the suite has the curve',
    { ...old, cipherSuites: [0xc028], supportedGroups: [0x18] },
    'win81',
    'rsa',
    `TLS 1.2 | TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P384 | secp384r1 | rsa_pkcs1_sha256 | ${goes}`,
  ],
  [
    'goes past ECDHE to RSA where no curve meets',
    { ...old, cipherSuites: [0xc028, 0x009c], supportedGroups: [0x1d] },
    'win81',
    'rsa',
    `TLS 1.2 | TLS_RSA_WITH_AES_128_GCM_SHA256 | not-needed | not-needed | ${goes}`,
  ],
  [
    'says that the group was missing where only ECDHE was offered',
    { ...old, cipherSuites: [0xc02f], supportedGroups: [0x1d] },
    'win10-1511',
    'rsa',
    `TLS 1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | missing | not-reached | ${noSuite}`,
  ],
  [
    'takes any curve of its own where the client names none (RFC 8422 §4)',
    { ...old, cipherSuites: [0xc030], supportedGroups: null },
    'win10-1511',
    'rsa',
    `TLS 1.2 | TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 | secp256r1 | rsa_pkcs1_sha256 | ${goes}`,
  ],
  [
    'has no suite for an ECDSA key where the client offers RSA only',
    { ...old, cipherSuites: [0xc02f, 0x009c] },
    'win10-22h2',
    'ecdsa',
    `TLS 1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | not-reached | not-reached | ${noSuite}`,
  ],
  [
    'signs with SHA-1 where a TLS 1.2 client names nothing (RFC 5246 §7.4.1.4.1)',
    { ...old, cipherSuites: [0xc02f], signatureAlgorithms: null },
    'win10-22h2',
    'rsa',
    `TLS 1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | x25519 | rsa_pkcs1_sha1 | ${goes}`,
  ],
  [
    'has no RSA-PSS before Windows 10 1607',
    { ...old, cipherSuites: [0xc02f], signatureAlgorithms: [0x0804] },
    'win10-1511',
    'rsa',
    `TLS 1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | secp256r1 | missing | ${noSuite}`,
  ],
  [
    'has TLS 1.2 off by default on Windows 7, and the client that lists its versions must refuse TLS 1.0',
    { cipherSuites: [0x1301, 0xc014] },
    'win7',
    'rsa',
    'TLS 1.0 | TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA_P256 | secp256r1 | not-needed | peer-refuses | SEC_I_CONTINUE_NEEDED | 70',
  ],
  [
    'has SSL 3.0 off from Windows 10 1607 on',
    { ...old, version: 0x0300, cipherSuites: [0x000a] },
    'win10-1607',
    'rsa',
    '- | - | not-reached | not-reached | refuses | SEC_E_UNSUPPORTED_FUNCTION | 70',
  ],
  [
    'still speaks SSL 3.0 before that, with suites listed for it',
    { ...old, version: 0x0300, cipherSuites: [0x0005] },
    'win10-1511',
    'rsa',
    `SSL 3.0 | TLS_RSA_WITH_RC4_128_SHA | not-needed | not-needed | ${goes}`,
  ],
  [
    'has no answer to a pure SSL 2.0 hello',
    { ...old, version: 0x0002, cipherSuites: [0x000a], sslv2: true },
    'win10-22h2',
    'rsa',
    '- | - | not-reached | not-reached | refuses | SEC_E_ALGORITHM_MISMATCH | -',
  ],
]

describe('a Windows server', () => {
  it.each(rows)('%s', (_, hello, id, key, expected) => {
    expect(line(rowOf(hello, id, key))).toBe(expected)
  })

  it('shows the sets that meet, and the events of a refusal', () => {
    const row = rowOf({ ...old, cipherSuites: [0xc02f, 0x00ff, 0x0a0a] }, 'win81', 'rsa')
    expect(row.firstMissing).toBe('cipherSuite')
    expect(row.cells.cipherSuite).toMatchObject({
      state: 'missing',
      text: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 unknown to it',
      client: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
      common: [],
    })
    expect(row.cells.cipherSuite.server).toHaveLength(36)
    expect(row.events.map(({ id, on, alert }) => [id, on, alert])).toEqual([
      [36874, 'server', null],
      [36888, 'server', 40],
      [36887, 'client', 40],
    ])
    expect(row.call).toMatchObject({
      ordinal: 1,
      code: '0x80090331',
      basis: 'seen-in-apps',
      source: 'schannel §6.3 row 1',
    })
  })

  it('says what is only switched off', () => {
    expect(rowOf({ ...old, cipherSuites: [0x0005] }, 'win10-22h2').cells.cipherSuite.text).toBe(
      'off: TLS_RSA_WITH_RC4_128_SHA',
    )
    expect(rowOf({ ...old, version: 0x0300 }, 'server-2025').cells.version.text).toBe('SSL 3.0 off')
  })

  it('speaks DTLS 1.0 to a DTLS 1.2 client before Windows 10 1607, on its second call', () => {
    const dtls = { ...old, version: 0xfefd, cipherSuites: [0xc014, 0xc030, 0x0005] }
    const row = (id: string) => ask(dtls, [profileById(id)!], 'rsa', [], { transport: 'udp' }).rows[1]!
    expect(line(row('win10-1607'))).toContain('DTLS 1.2 | TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384')
    expect(line(row('win10-1511'))).toContain('DTLS 1.0 | TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA |')
    expect(row('win10-1607').call?.ordinal).toBe(2)
  })

  it('never takes RC4 in DTLS (RFC 6347 §4.1.2.2)', () => {
    const dtls = { ...old, version: 0xfeff, cipherSuites: [0x0005] }
    expect(ask(dtls, [profileById('win7')!], 'rsa', [], { transport: 'udp' }).rows[1]?.verdict).toBe(
      'refuses',
    )
  })

  it('up to Windows 8.1 wants the hash under its certificate to be offered (schannel §9.5)', () => {
    const leaf = issue({ name: 'server.example', hash: 'sha1' })
    const sent = [message('server', certificateMessage(leaf))]
    const hello = { ...old, cipherSuites: [0xc027], signatureAlgorithms: [0x0401] }
    const row = (id: string) => ask(hello, [profileById(id)!], 'captured', sent).rows[1]!
    expect(row('win81').cells.certificate).toMatchObject({
      state: 'missing',
      text: 'signed with rsa_pkcs1_sha1, not offered',
    })
    expect(row('win10-1511').verdict).toBe('accepts')
    expect(ask(hello, profiles, 'captured', sent).serverKey).toEqual({ text: 'RSA 2048', from: 'captured' })
  })

  it('answers with its switches changed', () => {
    const changed = changeProfile(profileById('server-2022')!, {
      versions: { 'TLS 1.3': 'off' },
      cipherSuites: { TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'off' },
      groups: { curve25519: 'off' },
    })
    if (!changed.ok) throw new Error(changed.name)
    const row = ask({}, [changed.profile], 'rsa').rows[1]!
    expect(row).toMatchObject({ profile: 'server-2022', edited: true })
    expect(line(row)).toBe(
      `TLS 1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | secp256r1 | rsa_pss_rsae_sha256 | ${goes}`,
    )
  })
})

describe('the matrix', () => {
  it('has the captured side first, then the newest version', () => {
    const { rows: all, summary } = ask({ ...old, cipherSuites: [0xc02f] }, profiles, 'rsa')
    expect(all.map(({ profile }) => profile)).toEqual([null, ...profiles.map(({ id }) => id).reverse()])
    expect(summary).toBe(
      '15 of 18 Windows versions would accept this ClientHello with their defaults. The other 3 first miss a common cipher suite.',
    )
  })

  it('says what it rests on, and only what bears on the answer', () => {
    const ids = (hello: Partial<ClientHello>, id: string) =>
      ask(hello, [profileById(id)!]).assumptions.map((each) => each.id)
    expect(ids(old, 'win10-22h2')).toEqual([
      'defaults',
      'signature-algorithms',
      'server-key',
      'server-order',
      'full-handshake',
    ])
    expect(ids({}, 'win10-1903')).toEqual(expect.arrayContaining(['version-field', 'profile-note']))
    expect(ids({}, 'server-2025')).toContain('version-first')
    expect(ids({}, 'server-2025')).not.toContain('version-field')
  })

  it('cannot be made without a ClientHello', () => {
    const conversation = conversationOf([message('server', { kind: 'other' })])
    const none = { side: 'client', made: 0, statuses: [], calls: [], final: null } as const
    const answer = whatIf(
      {
        conversation,
        outcome: outcomeOf(conversation),
        replay: { tokens: [], client: none, server: { ...none, side: 'server' }, failing: null },
      },
      { side: 'server', serverKey: 'captured' },
      profiles,
    )
    expect(answer).toMatchObject({
      problem: expect.stringContaining('no readable ClientHello') as string,
      rows: [],
    })
  })
})
