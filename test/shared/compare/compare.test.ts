// Two conversations side by side: what is equal, what differs, where they part, and the words for it.

import { describe, expect, it } from 'vitest'
import { compare, type Compared } from '../../../shared/compare/compare.ts'
import type { Comparison, Hello } from '../../../shared/contract/compare.ts'
import { establishedConversation, failedConversation } from '../../support/fixtures.ts'

const offer: Hello = {
  packet: 4,
  stream: [5, 320],
  bytes: 315,
  versions: ['TLS 1.3', 'TLS 1.2'],
  cipherSuites: ['TLS_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
  signals: [],
  groups: ['x25519', 'secp256r1'],
  keyShares: ['x25519'],
  signatureAlgorithms: ['rsa_pss_rsae_sha256', 'rsa_pkcs1_sha256'],
  alpn: null,
  serverName: 'server.example',
  extensions: ['server_name', 'supported_groups'],
  sessionId: 32,
  compression: ['null'],
}
const good: Compared = {
  conversation: establishedConversation,
  hellos: { client: offer, retry: null, server: { ...offer, versions: ['TLS 1.2'], keyShares: null } },
}
const bad: Compared = {
  conversation: {
    ...failedConversation,
    failure: { ...failedConversation.failure!, cause: 'no-common-cipher' },
  },
  hellos: {
    client: { ...offer, bytes: 159, cipherSuites: ['TLS_RSA_WITH_RC4_128_MD5'], keyShares: null },
    retry: null,
    server: null,
  },
}

function rowOf(comparison: Comparison, label: string): Comparison['groups'][number]['rows'][number] {
  const row = comparison.groups.flatMap(({ rows }) => rows).find((each) => each.label === label)
  if (row === undefined) throw new Error(`no row ${label}`)
  return row
}

describe('a comparison', () => {
  it('finds a conversation equal to itself', () => {
    const comparison = compare(good, good)
    expect(comparison.differences).toBe(0)
    expect(comparison.verdict.differs).toBe(false)
    expect(comparison.groups.flatMap(({ rows }) => rows).every(({ mark }) => mark === 'equal')).toBe(true)
    expect(rowOf(comparison, 'Groups').right?.text).toBe('same 2, same order')
  })

  it('marks what only one side has', () => {
    const comparison = compare(good, bad)
    expect(rowOf(comparison, 'Key shares')).toMatchObject({ mark: 'left-only', right: null })
    expect(rowOf(compare(bad, good), 'Key shares')).toMatchObject({ mark: 'right-only', left: null })
  })

  it('tells the members of a set that the other lacks', () => {
    const suites = rowOf(compare(good, bad), 'Cipher suites')
    expect(suites.mark).toBe('different')
    expect(suites.left?.items.every(({ only }) => only)).toBe(true)
    expect(suites.left?.evidence).toMatchObject({ packet: 4, from: 'client' })
  })

  it('calls the same members in another order different', () => {
    const reordered = {
      ...good,
      hellos: { ...good.hellos, client: { ...offer, groups: ['secp256r1', 'x25519'] } },
    }
    const groups = rowOf(compare(good, reordered), 'Groups')
    expect(groups.mark).toBe('different')
    expect(groups.right?.text).toBe('same 2 in another order')
  })

  it('outlines the first call that ends otherwise and what most likely led to it', () => {
    const comparison = compare(good, bad)
    const parting = comparison.groups.flatMap(({ rows }) => rows).filter((row) => row.parting)
    expect(parting.map(({ label }) => label)).toContain('Cipher suites')
    expect(parting).toHaveLength(2)
    expect(comparison.verdict).toMatchObject({ differs: true, confidence: 'likely' })
    expect(comparison.verdict.text).toMatch(/^They part at .* one cipher suite, TLS_RSA_WITH_RC4_128_MD5/)
  })

  const offering = (suites: string[]): Compared => ({
    ...bad,
    hellos: { ...bad.hellos, client: { ...offer, cipherSuites: suites } },
  })

  it.each([
    ['one each', ['A'], ['B'], 'cipher suite A on the left, B on the right'],
    ['one and many', ['A'], ['B', 'C'], 'the left one has one cipher suite, A; the right one 2'],
    ['many each', ['A', 'B'], ['B', 'C', 'D'], '2 cipher suites on the left, 3 on the right, 1 in common'],
    ['none in common', ['A', 'B'], ['C', 'D'], '2 cipher suites on the left, 2 on the right, none in common'],
    ['the same in another order', ['A', 'B'], ['B', 'A'], 'the same 2 cipher suites in another order'],
  ])('names two lists that differ: %s', (_, left, right, words) => {
    const one = { ...good, hellos: { ...good.hellos, client: { ...offer, cipherSuites: left } } }
    expect(compare(one, offering(right)).verdict.text).toMatch(new RegExp(`: ${words}$`))
  })

  it('says of a server that answers in the clear, and of clients without a ClientHello, that this was no TLS', () => {
    const [token] = failedConversation.tokens
    const clear = (text: string): Compared => ({
      conversation: {
        ...failedConversation,
        key: text,
        messages: [],
        tokens: [{ ...token!, from: 'server', kind: 'not-tls' }],
      },
      hellos: { client: null, retry: null, server: null },
    })
    const comparison = compare(clear('one'), clear('two'))
    expect(rowOf(comparison, 'First message').left?.text).toBe('not TLS')
    expect(comparison.reading).not.toContain('offer the same')
  })

  it('says in one paragraph what differs and how each one ended', () => {
    const { reading } = compare(good, bad)
    expect(reading).toContain('cipher suites')
    expect(reading).toMatch(/On the left, conversation \d+ is established\./)
    expect(reading).toMatch(/On the right, conversation \d+ ends: /)
    expect(reading).not.toContain('\n')
  })

  it('knows one connection captured at two places by its client random', () => {
    const seen = (key: string): Compared => ({
      ...good,
      conversation: {
        ...good.conversation,
        key,
        handshakes: good.conversation.handshakes.map((each) => ({ ...each, clientRandom: 'ab'.repeat(32) })),
      },
    })
    const comparison = compare(seen('one'), seen('two'))
    expect(comparison.sameConnection).toBe(true)
    expect(comparison.relation).toBe('one connection, captured at two places')
    expect(rowOf(comparison, 'Client sent').mark).toBe('equal')
    const itself = seen('one')
    expect(compare(itself, itself).sameConnection).toBe(false)
  })

  it('does not depend on who stands where', () => {
    const there = compare(good, bad)
    const back = compare(bad, good)
    expect([back.differences, back.equal]).toEqual([there.differences, there.equal])
  })
})
