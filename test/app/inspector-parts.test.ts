// Pure parts of timeline and inspector: folds, the carrier's dialogue, signatures, finding, copying.

import { describe, expect, it } from 'vitest'
import { copyText } from '../../renderer/inspector/copying.ts'
import { closedAtFirst, valueOf } from '../../renderer/inspector/fields.ts'
import { findsOf } from '../../renderer/inspector/finding.ts'
import { checkedValue, fieldsOf, messagesOfRoots } from '../../renderer/inspector/roots.ts'
import { beatsOf } from '../../renderer/timeline/beats.ts'
import { signatureOf, signatureText } from '../../renderer/timeline/signature.ts'
import { verdictOf } from '../../renderer/conversation/verdict.ts'
import { comparisonMarkdown } from '../../renderer/compare/markdown.ts'
import { judged } from '../../renderer/certificates/validity.ts'
import type { ReportCall, ReportConversation } from '../../shared/contract/report.ts'
import { establishedConversation, failedConversation } from '../support/fixtures.ts'

const none: ReadonlySet<string> = new Set()

describe('validity in words', () => {
  const certificate = {
    ...failedConversation.certificates.server![0]!,
    notBefore: '2026-11-21T00:00:00Z',
    notAfter: '2027-12-23T00:00:00Z',
  }

  it.each([
    ['2026-11-21T10:00:00Z', 'valid, day 1 of 397'],
    ['2027-12-22T23:00:00Z', 'valid, day 397 of 397'],
    ['2027-12-25T00:00:00Z', 'expired 2 days ago'],
    ['2026-11-20T00:00:00Z', 'not valid for 1 day'],
  ])('at %s: %s', (at, text) => {
    expect(judged(certificate, Date.parse(at)).text).toBe(text)
  })
})

/** An established conversation whose client takes in three tickets, one a round. */
function ticketed(): ReportConversation {
  const { client } = establishedConversation.contexts
  const last = client.calls.at(-1)!
  const round = (index: number): ReportCall[] => {
    const shared = { ...last, tokens: [], packets: [], outToken: null, carried: 0, time: null }
    const n = 100 + index * 2
    return [
      { ...shared, n, ordinal: index, function: 'DecryptMessage', status: 'SEC_I_RENEGOTIATE' },
      { ...shared, n: n + 1, ordinal: index, function: 'InitializeSecurityContext', status: 'SEC_E_OK' },
    ]
  }
  const before = client.calls.filter((call) => call.function === 'InitializeSecurityContext')
  return {
    ...establishedConversation,
    contexts: {
      ...establishedConversation.contexts,
      client: { ...client, calls: [...before, ...round(1), ...round(2), ...round(3)] },
    },
  }
}

function clientCards(conversation: ReportConversation, opened: ReadonlySet<string>): number[] {
  return beatsOf(conversation, opened).flatMap((beat) =>
    beat.kind === 'call' && beat.group.side === 'client' && beat.group.calls[0]!.n >= 100
      ? [beat.group.calls.length]
      : [],
  )
}

describe('the score', () => {
  it('folds ticket rounds after the first, and opens them again', () => {
    expect(clientCards(ticketed(), none)).toEqual([1, 1, 4])
    expect(clientCards(ticketed(), new Set(['tickets:104']))).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('draws what the carrier said before the first call', () => {
    const step = {
      time: null,
      packets: [3],
      from: 'server' as const,
      text: '220 ready',
      result: 'info' as const,
    }
    const time = failedConversation.start
    const carried = { ...failedConversation, carrier: { name: 'smtp', steps: [{ ...step, time }] } }
    const kinds = beatsOf(carried, none).map((beat) => beat.kind)
    expect(kinds.indexOf('carrier')).toBeGreaterThanOrEqual(0)
    expect(kinds.indexOf('carrier')).toBeLessThan(kinds.indexOf('call'))
  })

  it('draws what was said inside TLS where it was said, as such', () => {
    const step = { time: null, packets: [9], from: 'client' as const, text: 'GET /', result: 'info' as const }
    const steps = [{ ...step, time: '2099-01-01T00:00:00.000000000Z' }]
    const beats = beatsOf({ ...failedConversation, inside: { name: 'http', steps } }, none)
    const said = beats.filter((beat) => beat.kind === 'carrier')
    expect(said.map(({ inside, step: { text } }) => [inside, text])).toEqual([[true, 'GET /']])
    const at = beats.findIndex((beat) => beat.kind === 'carrier')
    expect(at).toBeGreaterThan(beats.findLastIndex((beat) => beat.kind === 'call'))
  })
})

describe('the verdict', () => {
  const of = (summary: string) =>
    verdictOf({ ...failedConversation, failure: { ...failedConversation.failure!, summary } })

  it('is the first sentence, also where a name has full stops; the rest follows below', () => {
    expect(of('The client gave up: it does not trust “otherca Root”. The chain ends there.')).toEqual({
      sentence: 'The client gave up: it does not trust “otherca Root”',
      more: 'The chain ends there.',
    })
    expect(of('The client asked for www.Example.com, but got another.')).toEqual({
      sentence: 'The client asked for www.Example.com, but got another',
      more: '',
    })
  })
})

describe('a signature', () => {
  it('has no context on the first call and the flags with their values', () => {
    const call = failedConversation.contexts.client.calls[0]!
    const first = signatureOf({ ...call, handle: 'new' }, 'client', failedConversation)
    const of = (name: string) => first.arguments.find((each) => each.name === name)
    expect(of('phContext')?.value).toBe('NULL')
    expect(of('fContextReq')?.value).toMatch(/^0x[0-9a-f]{8}$/)
    expect(of('fContextReq')?.parts).toHaveLength(call.requested.length)
    const later = signatureOf({ ...call, handle: 'held' }, 'client', failedConversation)
    expect(later.arguments.find((each) => each.name === 'phContext')?.value).toBe('&hClientContext')
  })

  it('is copied as text, an argument a line', () => {
    const call = failedConversation.contexts.client.calls.at(-1)!
    const text = signatureText(
      signatureOf(
        {
          ...call,
          function: 'InitializeSecurityContext',
          status: 'SEC_E_UNTRUSTED_ROOT',
          code: '0x80090325',
        },
        'client',
        failedConversation,
      ),
    )
    for (const name of [
      'phCredential',
      'phContext',
      'pszTargetName',
      'fContextReq',
      'Reserved1',
      'TargetDataRep',
    ])
      expect(text).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
    for (const name of ['pInput', 'Reserved2', 'phNewContext', 'pOutput', 'pfContextAttr', 'ptsExpiry'])
      expect(text).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
    expect(text).toMatch(/^InitializeSecurityContext\(\n[^]*\n\) returns SEC_E_UNTRUSTED_ROOT 0x80090325\n$/)
  })

  it('shows each buffer with its type number and what the call left in it', () => {
    const call = failedConversation.contexts.client.calls.find((each) => each.input.before.length > 0)!
    const { arguments: passed } = signatureOf(call, 'client', failedConversation)
    expect(passed.find(({ name }) => name === 'pInput')?.parts[0]?.value).toMatch(/^TOKEN \(2\), cbBuffer /)
  })
})

describe('the field tree', () => {
  const field = (name: string, depth: number, start: number, value = '') => ({
    name,
    depth,
    start,
    end: start + 2,
    value,
    malformed: null,
  })
  const suites = [1, 2, 3, 4, 5].map((n) =>
    field('cipher suite', 2, 10 + n, `SUITE_${String(n)} (0x000${String(n)})`),
  )
  const hello = [
    field('ClientHello', 0, 0, 'TLS 1.2, 5 suites'),
    field('record header', 1, 0, 'handshake, 40 bytes'),
    field('content type', 2, 0, 'handshake (22)'),
    field('cipher suites', 1, 8),
    field('cipher suites length', 2, 8, '10'),
    ...suites,
    field('random', 1, 40, '01 02 03'),
  ]
  const many = [
    ...hello,
    ...Array.from({ length: 20 }, (_, n) => field('extension', 1, 60 + n, 'x')),
    field('Finished', 0, 90),
    field('verify data', 1, 91, 'aa bb'),
  ]

  it('tells a list by its first members and keeps values that are there', () => {
    expect(valueOf(hello, 3)).toBe('SUITE_1, SUITE_2, SUITE_3, SUITE_4 …')
    expect(valueOf(hello, 0)).toBe('TLS 1.2, 5 suites')
    expect(valueOf(many, many.length - 2)).toBe('')
  })

  it('says of a message that keys opened what was checked, and of a call what it read', () => {
    const message = (name: string, verified: boolean | null) => ({
      ...establishedConversation.messages[0]!,
      name,
      verified,
      token: 1,
      protection: 'opened' as const,
    })
    const messages = [message('CertificateVerify', true), message('Finished', false)]
    const conversation = { ...establishedConversation, messages }
    const fields = [
      field('record', 0, 0, 'on the wire'),
      field('CertificateVerify', 0, 20, 'ed25519'),
      field('signature', 1, 24, 'aa'),
      field('Finished', 0, 30),
    ]
    const roots = messagesOfRoots(fields, conversation, establishedConversation.tokens[0]!, 20)
    expect([...roots.keys()]).toEqual([1, 3])
    expect(checkedValue('ed25519', roots.get(1))).toBe('verified, ed25519')
    expect(checkedValue('', roots.get(3))).toBe('does not verify')
    expect(fieldsOf(fields, roots, new Set([messages[0]!])).map(({ name }) => name)).toEqual([
      'CertificateVerify',
      'signature',
    ])
    expect(fieldsOf(fields, roots, new Set())).toBe(fields)
  })

  it('opens the message that holds the marked field, and of it what is no list', () => {
    const names = (kept: number) => [...closedAtFirst(many, kept)].map((index) => many[index]!.name)
    expect(names(-1)).toEqual(['record header', 'cipher suites', 'Finished'])
    expect(names(many.length - 1)).toEqual(['ClientHello', 'record header', 'cipher suites'])
    expect([...closedAtFirst(hello)].map((index) => hello[index]!.name)).toEqual(['record header'])
  })
})

describe('finding', () => {
  const bytes = Uint8Array.from([0x16, 3, 1, 0, 5, 0x68, 0x6f, 0x73, 0x74, 0x16, 3, 1])
  const fields = [{ name: 'record', depth: 0, start: 0, end: 5, value: 'handshake', malformed: null }]

  it('finds bytes in hex and as text, and fields by name and value', () => {
    expect(findsOf(fields, bytes, '16 03 01').map(({ start }) => start)).toEqual([0, 9])
    expect(findsOf(fields, bytes, 'host')).toEqual([{ start: 5, end: 9 }])
    expect(findsOf(fields, bytes, 'HANDSHAKE')).toEqual([{ start: 0, end: 5 }])
    expect(findsOf(fields, bytes, '  ')).toEqual([])
    expect(findsOf(fields, bytes, 'ff ff')).toEqual([])
  })
})

describe('copying', () => {
  const bytes = Uint8Array.from([0x48, 0x69, 0, 0xff])
  it('writes each form', () => {
    expect(copyText(bytes, 'hex')).toBe('48 69 00 ff')
    expect(copyText(bytes, 'c-array')).toBe(
      'const unsigned char bytes[4] = {\n  0x48, 0x69, 0x00, 0xff,\n};\n',
    )
    expect(copyText(bytes, 'base64')).toBe('SGkA/w==')
    expect(copyText(bytes, 'printable')).toBe('Hi..')
    expect(copyText(bytes, 'dump', 0x20)).toBe(`0020  48 69 00 ff${' '.repeat(38)}Hi..`)
  })
})

describe('a comparison as Markdown', () => {
  it('keeps bars in values from breaking its tables', () => {
    const cell = (text: string) => ({
      text,
      items: [],
      failing: false,
      status: null,
      aside: null,
      evidence: null,
    })
    const text = comparisonMarkdown(
      {
        relation: '',
        sameConnection: false,
        verdict: { text: 'They part', confidence: null, differs: true },
        reading: 'One <b>reading</b>.',
        groups: [
          {
            title: 'ClientHello',
            rows: [
              { label: 'Size', mark: 'different', left: cell('a|b'), right: cell('c'), parting: false },
              { label: 'Name', mark: 'equal', left: cell('x'), right: cell('x'), parting: false },
            ],
          },
        ],
        differences: 1,
        equal: 1,
      },
      ['one', 'two'],
      true,
    )
    expect(text).toContain('| Size | a\\|b | ≠ | c |')
    expect(text).not.toContain('<b>')
    expect(text).not.toContain('| Name |')
  })
})
