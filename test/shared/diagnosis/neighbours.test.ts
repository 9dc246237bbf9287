// What other conversations of a capture say about a failed one.

import { describe, expect, it } from 'vitest'
import { diagnoseNeighbours } from '../../../shared/diagnosis/diagnose-neighbours.ts'
import { NeighbourIndex, type NeighbourFacts } from '../../../shared/diagnosis/neighbours.ts'

let count = 0

function facts(parts: Partial<NeighbourFacts>): NeighbourFacts {
  count++
  return {
    id: count,
    key: `key-${String(count)}`,
    start: count * 1e9,
    end: count * 1e9 + 5e8,
    client: '10.0.0.1',
    server: '10.0.0.2 443',
    transport: 'tcp',
    outcome: 'established',
    cause: null,
    packet: count * 10,
    serverName: 'server.example',
    clientRandom: null,
    helloBytes: 300,
    offeredVersion: 0x0303,
    version: 0x0303,
    cipherSuite: 0xc030,
    group: 0x17,
    scheme: 0x0401,
    alpn: null,
    offeredSuites: [0xc030],
    offeredGroups: [0x17],
    offeredSchemes: [0x0401],
    fallbackScsv: false,
    offeredSessions: [],
    issuedSessions: [],
    extendedMasterSecret: true,
    revocationHosts: [],
    leaf: { subject: 'CN=server.example', keyType: 'RSA', hash: 'sha256' },
    ...parts,
  }
}

const refused = {
  outcome: 'failed',
  cause: 'no-common-cipher',
  version: null,
  cipherSuite: null,
  group: null,
} as const

function rulesFor(self: NeighbourFacts, others: readonly NeighbourFacts[]) {
  const index = new NeighbourIndex()
  for (const each of [...others, self].sort((a, b) => a.id - b.id)) index.add(each)
  index.addDns({
    time: self.start + 1e8,
    packet: 99,
    client: self.client,
    name: 'crl.example',
    answers: [],
    failed: true,
  })
  return diagnoseNeighbours(self, index)
}

describe('a failed conversation with neighbours', () => {
  it('is compared with a good handshake to the same server', () => {
    const self = facts({ ...refused, offeredSuites: [0x002f] })
    const good = facts({})
    const [finding] = rulesFor(self, [good])
    expect(finding).toMatchObject({ rule: 'server-accepts-others', confidence: 'likely' })
    expect(finding?.sets.find(({ what }) => what === 'cipher suites')?.common).toEqual([])
    expect(finding?.neighbours).toMatchObject([{ key: good.key, id: good.id }])
  })

  it('is linked to the retry with a lower version, and the retry to it', () => {
    const self = facts({ ...refused, cause: 'connection-reset', offeredVersion: 0x0304 })
    const retry = facts({ offeredVersion: 0x0303, fallbackScsv: true })
    expect(rulesFor(self, [retry]).map(({ rule }) => rule)).toContain('retry-with-lower-version')
    expect(rulesFor(retry, [self]).map(({ rule }) => rule)).toContain('fallback-after-failure')
  })

  it('shows that only the large hello fails', () => {
    const self = facts({ ...refused, cause: 'connection-reset', helloBytes: 1700 })
    expect(rulesFor(self, [facts({ helloBytes: 500 })]).map(({ rule }) => rule)).toContain(
      'small-hello-passes',
    )
  })

  it('finds the session that was issued without extended master secret', () => {
    const issuer = facts({ issuedSessions: ['aa'], extendedMasterSecret: false })
    const self = facts({ outcome: 'failed', cause: 'bad-record-mac', offeredSessions: ['aa'] })
    expect(rulesFor(self, [issuer]).map(({ rule }) => rule)).toContain(
      'session-without-extended-master-secret',
    )
  })

  it("sees the key type of the server's certificate elsewhere", () => {
    const self = facts({ ...refused, offeredSuites: [0xc02b] })
    expect(rulesFor(self, [facts({})]).map(({ rule }) => rule)).toContain('certificate-type-elsewhere')
  })

  it('counts what fails only now and then', () => {
    const self = facts({ outcome: 'failed', cause: 'bad-record-mac', cipherSuite: 0x009e })
    const others = [1, 2, 3].map(() => facts({ cipherSuite: 0x009e }))
    expect(rulesFor(self, others).find(({ rule }) => rule === 'fails-now-and-then')?.explanation).toContain(
      '1 of 4',
    )
  })

  it('is tied to the revocation host that could not be found', () => {
    const self = facts({ outcome: 'failed', cause: 'connection-closed', revocationHosts: ['crl.example'] })
    const found = rulesFor(self, []).find(({ scenario }) => scenario === 'S25')
    expect(found).toMatchObject({ windows: { status: 'CRYPT_E_REVOCATION_OFFLINE' } })
    expect(found?.evidence[0]?.packet).toBe(99)
  })

  it('knows the instance whose port SQL Server Browser named', () => {
    const self = facts({ ...refused, server: '10.0.0.2 50123' })
    const told = { time: self.start - 1, packet: 7, client: self.client, server: '10.0.0.2' }
    const index = new NeighbourIndex()
    index.addSqlInstance({ ...told, name: 'OTHER', version: '16.0.1000.6', port: 50124 })
    index.addSqlInstance({ ...told, name: 'SQLEXPRESS', version: '12.0.2000.8', port: 50123 })
    const [found] = diagnoseNeighbours(self, index).filter(({ rule }) => rule === 'sql-browser-named-port')
    expect(found?.explanation).toContain('instance SQLEXPRESS, version 12.0.2000.8')
    expect(found?.remedy).toContain('KB3135244')
    expect(found?.evidence.map(({ packet }) => packet)).toEqual([7])
    expect(diagnoseNeighbours({ ...self, client: '10.0.0.9' }, index)).toEqual([])
  })

  it('knows QUIC that fell back to TCP', () => {
    const self = facts({ transport: 'quic', outcome: 'failed', cause: 'no-answer', version: null })
    expect(rulesFor(self, [facts({})]).map(({ rule }) => rule)).toContain('quic-fell-back')
  })
})

describe('an established conversation', () => {
  it('has no neighbour findings without a reason', () => {
    expect(rulesFor(facts({}), [facts({}), facts({ ...refused })])).toEqual([])
  })
})
