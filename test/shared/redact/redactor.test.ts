import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Report,
  type ReportConversation,
  report as reportSchema,
} from '../../../shared/contract/report.ts'
import { redactionKinds, type RedactionKind } from '../../../shared/contract/redaction.ts'
import { Redactor } from '../../../shared/redact/redactor.ts'
import { printerFor, reportFormats } from '../../../shared/report/formats.ts'
import { printReport } from '../../../shared/report/printer.ts'
import { plainPaint } from '../../../shared/report/text.ts'
import { reportFixture } from '../../support/fixtures.ts'
import { unbroken } from '../../support/reports.ts'
import { rowOf } from '../../support/rows.ts'

interface Originals {
  readonly client: string
  readonly server: string
  readonly serverName: string
  readonly subject: string
  readonly issuer: string
  readonly alternative: string
  readonly serial: string
  readonly sha256: string
  readonly helo: string
  readonly user: string
  readonly file: string
}

/** The sample's first failed conversation with these originals wherever a capture brings them in, also in running text. */
function conversationWith(originals: Originals): ReportConversation {
  const failed = reportFixture.conversations.find(({ outcome }) => outcome === 'failed')!
  const finding = failed.findings[0]!
  const { client, server, serverName, subject, issuer, alternative } = originals
  const quoting = `The peer ${client}:443 asked ${server} for ${serverName}, got CN=${subject},O=Lab by "${issuer}" (${alternative}).`
  return {
    ...failed,
    client: { ...failed.client, address: client },
    server: { ...failed.server, address: server },
    serverName,
    handshakes: failed.handshakes.map((handshake) => ({ ...handshake, serverName })),
    carrier: {
      name: 'smtp',
      steps: [
        { time: null, packets: [1], from: 'client', text: `EHLO ${originals.helo}`, result: 'ok' },
        {
          time: null,
          packets: [2],
          from: 'server',
          text: `550 ${originals.user}@${serverName} unknown`,
          result: 'refused',
        },
      ],
    },
    failure: { ...failed.failure!, summary: quoting },
    certificates: {
      client: [],
      server: failed.certificates.server!.map((certificate) => ({
        ...certificate,
        subject: `CN=${subject},O=Lab`,
        issuer: `CN=${issuer}`,
        san: [`DNS:${alternative}`, `DNS:${serverName}`],
        serial: originals.serial,
        sha256: originals.sha256,
        der: btoa(subject),
        checks: [
          { check: 'name', verdict: 'bad', status: null, text: `${alternative} against ${serverName}` },
        ],
      })),
    },
    findings: [
      {
        ...finding,
        title: quoting,
        explanation: quoting,
        remedy: `Install CN=${issuer} for serial ${originals.serial}.`,
        neighbours: [{ key: 'ab', id: 2, text: `${client} to ${serverName}, established` }],
        evidence: finding.evidence.map((item) => ({ ...item, text: quoting })),
      },
    ],
  }
}

function redacted(conversation: ReportConversation, kinds: readonly RedactionKind[], file = 'trace.pcapng') {
  const redactor = new Redactor(kinds)
  const row = rowOf(conversation)
  redactor.learnRow(row)
  redactor.learn(conversation)
  const capture = redactor.capture({ ...reportFixture.captures[0]!, file })
  return { redactor, capture, row: redactor.row(row), conversation: redactor.conversation(conversation) }
}

/** Every format, everything drawn. */
function printed({ capture, row, conversation }: ReturnType<typeof redacted>): string {
  return reportFormats
    .map((format) => {
      const printer = printerFor(format, { title: null, full: true, paint: plainPaint, width: 500 })
      const head = { tool: reportFixture.tool, capture, model: reportFixture.model }
      const pieces = [...printReport(printer, head, [row], () => conversation)]
      return unbroken([printer.open(1), ...pieces, printer.close()].join(''))
    })
    .join('\n')
}

const sample: Originals = {
  client: '10.20.14.31',
  server: '2001:db8:85a3::8a2e',
  serverName: 'mail.corp.contoso.com',
  subject: 'Contoso Mail Gateway',
  issuer: 'Contoso Issuing CA 7',
  alternative: 'autodiscover.contoso.com',
  serial: '4fa31b0077c2d1',
  sha256: 'aa11bb22cc33dd44ee55ff6600778899aa11bb22cc33dd44ee55ff6600778899',
  helo: 'DESKTOP-7QK2',
  user: 'jane.doe',
  file: 'C:\\Cases\\4711\\contoso.pcapng',
}

describe('a redacted report', () => {
  const word = fc.stringMatching(/^[a-z]{4}[a-z0-9]{3,8}q$/)
  const host = fc.tuple(word, word).map(([a, b]) => `${a}.${b}.net`)
  const originals: fc.Arbitrary<Originals> = fc.record({
    client: fc.ipV4().filter((text) => !/^[0-2]\.|^127/.test(text)),
    server: fc.oneof(
      fc.ipV4(),
      fc.tuple(fc.integer({ min: 1, max: 0xfffe })).map(([n]) => `fd00:1:2::${n.toString(16)}`),
    ),
    serverName: fc.oneof(host, word),
    subject: fc.oneof(
      host,
      fc.tuple(word, word).map(([a, b]) => `${a} ${b}`),
    ),
    issuer: fc.tuple(word, word).map(([a, b]) => `${a} Root ${b}`),
    alternative: host,
    serial: fc.stringMatching(/^[0-9a-f]{12}$/),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    helo: fc.oneof(word, host),
    user: word,
    file: word.map((name) => `/cases/${name}/${name}.pcap`),
  })

  it('holds no original of the chosen kinds in any format', () => {
    fc.assert(
      fc.property(originals, (given) => {
        const text = printed(redacted(conversationWith(given), redactionKinds, given.file)).toLowerCase()
        const found = Object.values<string>({ ...given }).filter((original) =>
          text.includes(original.toLowerCase()),
        )
        expect(found).toEqual([])
      }),
      { numRuns: 60, seed: 20261122 },
    )
  })

  it('keeps what was not chosen', () => {
    const text = printed(redacted(conversationWith(sample), ['addresses']))
    expect(text).toContain(sample.serverName)
    expect(text).toContain(sample.serial)
    expect(text).not.toContain(sample.client)
    expect(text).not.toContain(sample.server)
  })

  it.each(redactionKinds)('still keeps to the contract with %s alone', (kind) => {
    const { capture, conversation } = redacted(conversationWith(sample), [kind])
    const made: Report = { ...reportFixture, captures: [capture], conversations: [conversation] }
    expect(reportSchema.parse(made)).toEqual(made)
  })

  it('gives an original the same stand-in everywhere', () => {
    const { conversation, row } = redacted(conversationWith(sample), redactionKinds)
    expect(conversation.client.address).toBe('client-1')
    expect(conversation.server.address).toBe('host-2')
    expect(row.serverName).toBe('server-1.example')
    expect(conversation.certificates.server![0]!.san).toContain('DNS:server-1.example')
    expect(conversation.findings[0]!.title).toMatch(
      /^The peer client-1:443 asked host-2 for server-1\.example, got CN=subject-\d+ by "issuer-\d+" \(server-\d+\.example\)\.$/,
    )
    expect(conversation.certificates.server![0]!.issuer).toMatch(/^CN=issuer-\d+$/)
  })

  it('keeps numbers from one conversation to the next', () => {
    const redactor = new Redactor(['addresses', 'names'])
    const first = conversationWith(sample)
    const second = { ...conversationWith({ ...sample, client: '10.20.14.99' }), id: 21 }
    for (const each of [first, second]) redactor.learn(each)
    expect(redactor.conversation(second).client.address).toBe('client-3')
    expect(redactor.conversation(second).serverName).toBe(redactor.conversation(first).serverName)
  })

  it('lists what stands for what, for a look before writing', () => {
    const { redactor } = redacted(conversationWith(sample), redactionKinds, sample.file)
    const list = redactor.replacements()
    expect(list).toContainEqual({ kind: 'addresses', original: sample.client, standIn: 'client-1' })
    expect(list).toContainEqual({ kind: 'names', original: sample.serverName, standIn: 'server-1.example' })
    expect(list).toContainEqual({ kind: 'files', original: sample.file, standIn: 'capture-1.pcapng' })
  })

  it('leaves statuses, versions, object identifiers and the program’s own words alone', () => {
    const redactor = new Redactor(redactionKinds)
    const text =
      'TLS 1.2, 1.3.6.1.5.5.7.3.1, 2.5.29.37, javax.net.ssl.SSLException, SEC_E_UNTRUSTED_ROOT at 10:14:03.595, gpedit.msc'
    expect(redactor.text(text, 0)).toBe(text)
  })

  it('replaces what looks like an address or a name in a note', () => {
    const redactor = new Redactor(redactionKinds)
    expect(redactor.text('Ask jane@contoso.com about 10.1.2.3 and db.contoso.com', 0)).toBe(
      'Ask mailbox-1@mail.example about host-1 and server-1.example',
    )
  })

  it('replaces addresses that are written as names: the way back from IPv6, and with dashes where the address is known', () => {
    const redactor = new Redactor(['addresses'])
    const back = '1.e.e.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.a.5.8.8.b.d.0.1.0.0.2.ip6.arpa'
    expect(redactor.text('Asked for 5.0.20.10.in-addr.arpa', 0)).toBe('Asked for host-1.in-addr.arpa')
    expect(redactor.text(`Asked for ${back}`, 0)).toBe('Asked for host-2')
    expect(redactor.text('10.20.0.5 is ip-10-20-0-5.internal, on 2026-11-29', 0)).toBe(
      'host-3 is ip-10-20-0-5.internal, on 2026-11-29',
    )
    expect(redactor.text('10.20.0.5 is ip-10-20-0-5.internal, on 2026-11-29', 0)).toBe(
      'host-3 is ip-host-3.internal, on 2026-11-29',
    )
  })
})
