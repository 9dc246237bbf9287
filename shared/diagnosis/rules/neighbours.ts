// Rules that look at the other conversations of the capture, run once at its end.

import type { ReportEvidence } from '../../contract/report.ts'
import { cipherSuites } from '../../registries/cipher-suites.ts'
import { supportedGroups } from '../../registries/groups.ts'
import { nameOf } from '../../registries/registry.ts'
import type { Registry } from '../../registries/registry.ts'
import { signatureSchemes } from '../../registries/signatures.ts'
import { cipherSuiteInfo } from '../../registries/suite-info.ts'
import type { Cause } from '../candidate.ts'
import type { FindingDraft, SetRow } from '../finding.ts'
import type { NeighbourFacts, NeighbourIndex } from '../neighbours.ts'
import { schemeName, usefulNumbers, versionName, versionRank } from '../offer.ts'
import { atPacket } from '../view.ts'

export interface NeighbourRule {
  readonly id: string
  readonly scenario: string
  readonly precondition: string
  readonly evidence: string
  readonly confidence: string
  readonly sources: readonly string[]
  check(self: NeighbourFacts, index: NeighbourIndex): FindingDraft | null
}

/** Seconds within which a second attempt counts as a retry of the first. */
const retrySeconds = 30
/** A ClientHello that fits one TCP segment on every usual path. */
const smallHello = 1300

const refusals: readonly (Cause | null)[] = [
  'no-common-cipher',
  'no-common-group',
  'no-common-signature-algorithm',
  'no-common-version',
  'peer-alert',
  'connection-reset',
  'connection-closed',
  'no-answer',
]

export const neighbourRules: readonly NeighbourRule[] = [
  {
    id: 'server-accepts-others',
    scenario: 'S01',
    precondition: 'A refused hello, and a good handshake with the same server in the capture.',
    evidence: 'What the server chose there, held against what was offered here.',
    confidence: 'likely where the choice is missing here',
    sources: ['field S01', 'field S07', 'field S09'],
    check(self, index) {
      const good = refused(self) ? index.established(self) : null
      if (good === null) return null
      const sets = [
        meeting('cipher suites', cipherSuites, self.offeredSuites, good.cipherSuite),
        meeting('groups', supportedGroups, self.offeredGroups, good.group),
        meeting('signature algorithms', signatureSchemes, self.offeredSchemes, good.scheme),
      ].filter((set) => set !== null)
      const missing = sets.filter((set) => set.common?.length === 0)
      return about(self, good, {
        confidence: missing.length > 0 ? 'likely' : 'possible',
        title: 'The same server accepted another handshake',
        explanation:
          missing.length > 0
            ? `Conversation ${String(good.id)} with this server went well; what it chose there is missing from this offer: ${missing.map(({ what, server }) => `${what} (${(server ?? []).join(', ')})`).join('; ')}.`
            : `Conversation ${String(good.id)} with this server went well, and everything it chose there was offered here too: the reason is not in these lists.`,
        remedy:
          missing.length > 0
            ? 'Enable on this client what the other one used.'
            : 'Compare both ClientHellos: server name, size and versions.',
        sets,
      })
    },
  },
  {
    id: 'retry-with-lower-version',
    scenario: 'S05',
    precondition:
      'A failed handshake that the same client tried again with a lower version or a smaller hello.',
    evidence: 'Both attempts.',
    confidence: 'observed',
    sources: ['field S05', 'field S54'],
    check(self, index) {
      if (self.outcome !== 'failed') return null
      const retry = index.retryOf(self, retrySeconds)
      if (retry?.offeredVersion == null || self.offeredVersion === null) return null
      if (versionRank(retry.offeredVersion) >= versionRank(self.offeredVersion)) return null
      return about(self, retry, {
        confidence: 'observed',
        title: 'The client tried again with a lower version',
        explanation: `After this failure it offered at most ${versionName(retry.offeredVersion)} instead of ${versionName(self.offeredVersion)}, and that attempt ${ended(retry)}.`,
        remedy: 'Find the device or server that does not stand the newer ClientHello, and update it.',
      })
    },
  },
  {
    id: 'fallback-after-failure',
    scenario: 'S05',
    precondition: 'A hello with TLS_FALLBACK_SCSV, and an earlier failed attempt of the same client.',
    evidence: 'The earlier attempt.',
    confidence: 'observed',
    sources: ['field S05', 'RFC 7507 §3'],
    check(self, index) {
      const before = self.fallbackScsv ? index.attemptBefore(self, retrySeconds) : null
      if (before?.outcome !== 'failed') return null
      return about(self, before, {
        confidence: 'observed',
        title: 'This attempt is a fallback; the one before is the real failure',
        explanation: `Conversation ${String(before.id)} failed first${before.cause === null ? '' : ` (${before.cause})`}; the client then lowered its version.`,
        remedy: 'Look at the earlier conversation.',
      })
    },
  },
  {
    id: 'small-hello-passes',
    scenario: 'S54',
    precondition:
      'A large ClientHello without answer or with a reset, and a small one of the same client that passed.',
    evidence: 'Both sizes.',
    confidence: 'likely',
    sources: ['field S54'],
    check(self, index) {
      if (!refused(self) || self.helloBytes <= smallHello) return null
      const small = index
        .sameServer(self)
        .find(
          (other) =>
            other.outcome === 'established' && other.helloBytes > 0 && other.helloBytes <= smallHello,
        )
      if (small === undefined) return null
      return about(self, small, {
        confidence: 'likely',
        title: 'Only the large ClientHello fails',
        explanation: `This hello has ${String(self.helloBytes)} bytes and failed; one of ${String(small.helloBytes)} bytes to the same server went well.`,
        remedy: 'Update the firewall or server that cannot take a ClientHello in two segments.',
      })
    },
  },
  {
    id: 'session-without-extended-master-secret',
    scenario: 'S18',
    precondition: 'A failed resumption of a session that was issued without extended master secret.',
    evidence: 'The conversation that issued the session.',
    confidence: 'likely',
    sources: ['field S18', 'RFC 7627 §5.3'],
    check(self, index) {
      const issuer = self.outcome === 'failed' ? index.issuerOf(self) : null
      if (issuer?.extendedMasterSecret !== false) return null
      return about(self, issuer, {
        confidence: 'likely',
        title: 'The session was issued without extended master secret',
        explanation: `Conversation ${String(issuer.id)} issued the session that was to be resumed here, without extended_master_secret; Windows refuses such resumptions.`,
        remedy: 'Update the side that lacks RFC 7627.',
      })
    },
  },
  {
    id: 'certificate-type-elsewhere',
    scenario: 'S13',
    precondition:
      "A refused hello whose suites need one key type, and a good handshake that shows the server's certificate is of the other.",
    evidence: "The server's certificate in the other conversation.",
    confidence: 'likely',
    sources: ['field S13'],
    check(self, index) {
      const good = refused(self) ? index.established(self) : null
      if (good?.leaf == null) return null
      const infos = self.offeredSuites.map(cipherSuiteInfo).filter((info) => info !== null)
      if (infos.length === 0 || infos.some(({ tls13 }) => tls13)) return null
      const wanted = good.leaf.keyType === 'EC' ? 'ecdsa' : good.leaf.keyType.startsWith('RSA') ? 'rsa' : null
      if (wanted === null || infos.some(({ authentication }) => authentication === wanted)) return null
      return about(self, good, {
        confidence: 'likely',
        title: `The server has ${wanted === 'ecdsa' ? 'an ECDSA' : 'an RSA'} certificate, and no offered suite can use it`,
        explanation: `Conversation ${String(good.id)} shows the certificate ${good.leaf.subject}.`,
        remedy:
          'Enable suites for this key type on the client, or bind a certificate of the other type on the server.',
      })
    },
  },
  {
    id: 'certificate-hash-elsewhere',
    scenario: 'S10',
    precondition:
      'A refused hello, and a certificate of the server seen elsewhere whose signature hash was not offered here.',
    evidence: "The server's certificate in the other conversation.",
    confidence: 'likely',
    sources: ['field S10'],
    check(self, index) {
      const good = refused(self) ? index.established(self) : null
      const hash = good?.leaf?.hash ?? null
      if (good === null || hash === null || self.offeredSchemes.length === 0) return null
      if (self.offeredSchemes.some((scheme) => schemeName(scheme).includes(hash))) return null
      return about(self, good, {
        confidence: 'likely',
        title: "The server's certificate is signed with a hash the client does not offer",
        explanation: `Its certificate (seen in conversation ${String(good.id)}) is signed with ${hash}.`,
        remedy: 'Have the certificate issued again with a SHA-256 signature.',
      })
    },
  },
  {
    id: 'fails-now-and-then',
    scenario: 'S19',
    precondition:
      'Of several handshakes of one client with one server and suite, some fail and some succeed.',
    evidence: 'The counts.',
    confidence: 'likely',
    sources: ['field S19', 'field §5 no. 12'],
    check(self, index) {
      if (self.outcome !== 'failed' || self.cipherSuite === null) return null
      const same = index
        .sameServer(self)
        .filter((other) => other.client === self.client && other.cipherSuite === self.cipherSuite)
      const good = same.filter(({ outcome }) => outcome === 'established')
      if (good.length < 3) return null
      const failed = same.filter(({ outcome }) => outcome === 'failed').length + 1
      const dhe = cipherSuiteInfo(self.cipherSuite)?.keyExchange === 'dhe'
      return about(self, good[0]!, {
        confidence: 'likely',
        title: 'It fails only now and then',
        explanation: `${String(failed)} of ${String(failed + good.length)} handshakes of this pair with ${nameOf(cipherSuites, self.cipherSuite)} failed${dhe ? '; with DHE, dropped leading zeros fail about 1 in 256' : ''}.`,
        remedy: dhe
          ? 'Install the fix on the side that drops leading zeros (Windows: KB4557473), or prefer ECDHE suites.'
          : 'Compare the failing node of the farm with the others.',
      })
    },
  },
  {
    id: 'sql-browser-named-port',
    scenario: 'S64',
    precondition: 'SQL Server Browser told the client of this port, and the conversation did not go well.',
    evidence: 'The answer of SQL Server Browser.',
    confidence: 'observed',
    sources: ['field S64', 'MC-SQLR §2.2.5'],
    check(self, index) {
      const fact = index.sqlInstanceOf(self)
      if (fact === null || self.outcome === 'established') return null
      const old = Number(/^\d+/.exec(fact.version)?.[0]) < firstWithTls12
      return {
        ...draftOf(self, {
          confidence: 'observed',
          title: `This is SQL Server's instance ${fact.name}`,
          explanation: `SQL Server Browser named this port for instance ${fact.name}, version ${fact.version}.${old ? ' That version speaks TLS 1.2 only with an update.' : ''}`,
          remedy: old
            ? 'Install the update that brings TLS 1.2 to this version of SQL Server (KB3135244), or update SQL Server.'
            : 'Look at this instance in SQL Server Configuration Manager: its certificate and Force Encryption.',
        }),
        evidence: [
          atPacket(fact.packet, null, `SQL Server Browser: ${fact.name}, port ${String(fact.port)}`),
        ],
      }
    },
  },
  {
    id: 'quic-fell-back',
    scenario: 'S75',
    precondition: 'QUIC without answer, then TCP from the same client to the same server.',
    evidence: 'The TCP conversation.',
    confidence: 'observed',
    sources: ['field S75'],
    check(self, index) {
      if (self.transport !== 'quic' || self.outcome === 'established') return null
      const tcp = index
        .sameServer(self)
        .find(
          (other) => other.transport === 'tcp' && other.client === self.client && other.start >= self.start,
        )
      return tcp === undefined
        ? null
        : about(self, tcp, {
            confidence: 'observed',
            title: 'The client fell back from QUIC to TCP',
            explanation: `Conversation ${String(tcp.id)} is the same client over TCP, which ${ended(tcp)}.`,
            remedy: 'Allow UDP 443 to the server, or switch QUIC off in the client.',
          })
    },
  },
]

/** TLS 1.2 came with updates to SQL Server 2008 to 2014 only (KB3135244); this is 2016. */
const firstWithTls12 = 13

/** Rules that also need what a certificate names: CRL and OCSP hosts, fetched beside the handshake. */
export function revocationFinding(self: NeighbourFacts, index: NeighbourIndex): FindingDraft | null {
  const hosts = self.revocationHosts
  if (self.outcome !== 'failed' || hosts.length === 0) return null
  const { dns, http } = index.fetches(self.client, self.start, self.end, hosts)
  const badName = dns.find(({ failed }) => failed)
  const badFetch = http.find(({ status }) => status === null || status >= 400)
  if (badName === undefined && badFetch === undefined) return null
  const evidence: ReportEvidence[] = []
  if (badName !== undefined) evidence.push(atPacket(badName.packet, null, `no address for ${badName.name}`))
  if (badFetch !== undefined)
    evidence.push(
      atPacket(
        badFetch.packet,
        null,
        `${badFetch.host}: ${badFetch.status === null ? 'no answer' : String(badFetch.status)}`,
      ),
    )
  return {
    ...draftOf(self, {
      confidence: 'likely',
      title: 'The revocation server could not be reached during the handshake',
      explanation: `While the client judged the certificate, it could not fetch from ${badName?.name ?? badFetch?.host ?? 'the revocation server'}.`,
      remedy:
        'Allow the client to reach the CRL and OCSP addresses of the certificate (DNS, proxy, firewall).',
    }),
    evidence,
    status: 'CRYPT_E_REVOCATION_OFFLINE',
  }
}

type Words = Pick<FindingDraft, 'confidence' | 'title' | 'explanation' | 'remedy'> & {
  readonly sets?: readonly SetRow[]
}

function about(self: NeighbourFacts, other: NeighbourFacts, words: Words): FindingDraft {
  return {
    ...draftOf(self, words),
    neighbours: [
      {
        key: other.key,
        id: other.id,
        text: `${other.client} to ${other.serverName ?? other.server}, ${ended(other)}`,
      },
    ],
    evidence: [self, other].flatMap((each) =>
      each.packet === null ? [] : [atPacket(each.packet, null, `conversation ${String(each.id)}`)],
    ),
  }
}

function draftOf(self: NeighbourFacts, { sets = [], ...words }: Words): FindingDraft {
  return {
    cause: null,
    severity: self.outcome === 'failed' ? 'warning' : 'info',
    side: null,
    lookNext: null,
    neighbours: [],
    evidence: [],
    status: null,
    sets: () => sets,
    ...words,
  }
}

function refused(self: NeighbourFacts): boolean {
  return self.outcome === 'failed' && self.version === null && refusals.includes(self.cause)
}

function ended(facts: NeighbourFacts): string {
  return facts.outcome === 'established'
    ? 'went well'
    : facts.outcome === 'failed'
      ? 'failed'
      : 'is unfinished'
}

function meeting(
  what: string,
  registry: Registry,
  offered: readonly number[],
  chosen: number | null,
): SetRow | null {
  if (chosen === null || offered.length === 0) return null
  const name = (number: number) => nameOf(registry, number)
  return {
    what,
    client: usefulNumbers(offered).map(name),
    server: [name(chosen)],
    common: offered.includes(chosen) ? [name(chosen)] : [],
  }
}
