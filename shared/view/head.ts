// What a list shows of a conversation: the part that rows and full conversations have in common.

import { hex } from '../bytes/fields.ts'
import { clipped } from '../bytes/text.ts'
import { Fnv64 } from '../bytes/fnv.ts'
import type { Analysis } from '../analyse.ts'
import type { CaptureClock, CarrierFacts, Conversation } from '../conversation/facts.ts'
import type { ReportFailure, ReportHandshake, ReportRow } from '../contract/report.ts'
import { maxListed, maxSentenceLength } from '../limits.ts'
import type { Crypto } from '../ports.ts'
import { cipherSuites } from '../registries/cipher-suites.ts'
import { supportedGroups } from '../registries/groups.ts'
import { nameOf } from '../registries/registry.ts'
import { alertDescriptions, versions } from '../registries/tls.ts'
import type { HandshakeSummary } from '../schannel/handshakes.ts'
import { statusCode } from '../sspi/status.ts'
import { type FingerprintTransport, ja3, ja3s, ja4 } from '../tls/fingerprints.ts'
import { historyOf } from './history.ts'
import { Shared } from '../bytes/shared.ts'
import { hexCode, isoTime, millisecondsBetween } from './time.ts'

export type Head = Omit<ReportRow, 'contexts' | 'statuses' | 'calls' | 'findings' | 'events'>

/** What views need of the capture. */
export interface ViewHost {
  readonly clock: CaptureClock
  readonly crypto: Crypto
}

export function headOf(analysis: Analysis, host: ViewHost): Head {
  const { conversation, outcome } = analysis
  const handshakes = analysis.handshakes.map((summary) => handshakeView(summary))
  const first = handshakes[0]
  const start = isoTime(host.clock, conversation.start)
  const { ja3, ja4, ja3s } = fingerprints(conversation, host.crypto)
  return {
    id: conversation.id,
    key: keyOf(conversation, start),
    parent: conversation.parent,
    transport: conversation.transport,
    tunnels: [...conversation.tunnels],
    client: conversation.clientEndpoint,
    server: conversation.serverEndpoint,
    start,
    durationMs: millisecondsBetween(conversation.start, conversation.end),
    packets: conversation.packets,
    carrier: carrierView(conversation.carrier, host),
    inside: insideView(conversation, host),
    handshakes,
    protocol: first?.protocol ?? null,
    serverName: first?.serverName ?? null,
    cipherSuite: first?.cipherSuite ?? null,
    group: first?.group ?? null,
    alpn: first?.alpn ?? noAlpn,
    resumed: first?.resumed ?? null,
    ja3,
    ja4,
    ja3s,
    history: historyOf(conversation),
    outcome: outcome.outcome,
    failure: failureView(analysis),
    alerts: alertViews(conversation),
    uninspectedRecords: conversation.client.uninspectedRecords + conversation.server.uninspectedRecords,
  }
}

/** Stable over runs and free of addresses: a hash of both ends, the start and the client's random. */
function keyOf(conversation: Conversation, start: string | null): string {
  const { clientEndpoint: c, serverEndpoint: s } = conversation
  const random = conversation.messages
    .find((message) => message.type === 1 && message.body?.kind === 'client-hello')
    ?.bytes.subarray(6, 38)
  const ends = [
    conversation.transport,
    c.address,
    c.port,
    s.address,
    s.port,
    start ?? conversation.firstPacket,
  ]
  identity.begin()
  identity.text(`${ends.join(' ')} `)
  if (random !== undefined) identity.hex(random)
  return identity.end()
}

const identity = new Fnv64()

function carrierView(carrier: CarrierFacts, host: ViewHost): Head['carrier'] {
  const { name, steps } = carrier
  if (steps.length === 0) return bareCarriers.get(name, () => ({ name, steps: [] }))
  return {
    name,
    steps: steps.map(({ time, packets, from, text, result }) => ({
      time: isoTime(host.clock, time),
      packets: [...packets],
      from,
      text,
      result,
    })),
  }
}

function insideView({ inside }: Conversation, host: ViewHost): Head['inside'] {
  return inside === null ? null : carrierView(inside, host)
}

const bareCarriers = new Shared<Head['carrier']>()

function handshakeView(summary: HandshakeSummary): ReportHandshake {
  const { cipherSuite, group, clientRandom } = summary
  return {
    n: summary.n,
    kind: summary.kind,
    protocol: summary.version === null ? null : nameOf(versions, summary.version),
    serverName: summary.serverName,
    cipherSuite: cipherSuite === null ? null : cipherSuiteView(cipherSuite),
    group: group === null ? null : nameOf(supportedGroups, group),
    alpn: alpnView(summary.alpn),
    resumed: summary.resumed,
    clientRandom: clientRandom === null ? null : hex(clientRandom),
    outcome: summary.outcome,
  }
}

function cipherSuiteView(number: number): NonNullable<ReportHandshake['cipherSuite']> {
  return cipherSuiteViews.get(number, () => ({ code: hexCode(number), name: nameOf(cipherSuites, number) }))
}

const cipherSuiteViews = new Shared<NonNullable<ReportHandshake['cipherSuite']>, number>()
const alpnViews = new Shared<ReportHandshake['alpn']>()
const noAlpn: ReportHandshake['alpn'] = { offered: null, chosen: null, visible: false }

function alpnView({ offered, chosen, visible }: HandshakeSummary['alpn']): ReportHandshake['alpn'] {
  const listed = offered === null ? null : firstOf(offered)
  const key = `${String(visible)} ${chosen ?? '-'} ${listed === null ? '-' : `+${listed.join('\n')}`}`
  return alpnViews.get(key, () => ({ offered: listed === null ? null : [...listed], chosen, visible }))
}

/** The first names, as many as a row keeps, and in words that there were more. */
function firstOf(names: readonly string[]): readonly string[] {
  let count = 0
  for (let room = maxSentenceLength; count < names.length && count < maxListed; count++) {
    room -= names[count]!.length
    if (room < 0) break
  }
  return count === names.length
    ? names
    : [...names.slice(0, count), `and ${String(names.length - count)} more`]
}

/** Of the first ClientHello and the first ServerHello that is no HelloRetryRequest. */
function fingerprints(conversation: Conversation, crypto: Crypto): Pick<Head, 'ja3' | 'ja3s' | 'ja4'> {
  let client: Pick<Head, 'ja3' | 'ja4'> | null = null
  let server: string | null = null
  for (const message of conversation.messages) {
    if (message.contentType !== 22 && message.contentType !== 128) continue
    if (message.type === 1 && client === null && message.body?.kind === 'client-hello') {
      client = {
        ja3: ja3(message.body, crypto),
        ja4: ja4(message.body, fingerprintTransport(conversation), crypto),
      }
    } else if (
      message.type === 2 &&
      message.body?.kind === 'server-hello' &&
      !message.body.helloRetryRequest
    ) {
      server = ja3s(message.body, crypto)
      break
    }
  }
  return { ja3: client?.ja3 ?? null, ja4: client?.ja4 ?? null, ja3s: server }
}

function fingerprintTransport(conversation: Conversation): FingerprintTransport {
  return conversation.transport === 'udp' ? 'dtls' : conversation.transport === 'quic' ? 'quic' : 'tcp'
}

function alertViews(conversation: Conversation): Head['alerts'] {
  const alerts: Head['alerts'] = []
  for (const message of conversation.messages) {
    if (message.contentType !== 21 || message.body?.kind !== 'alert') continue
    if (alerts.length === maxListed) break
    const { level, description } = message.body
    alerts.push({
      from: message.from,
      packet: message.packet,
      level,
      code: description,
      name: nameOf(alertDescriptions, description),
      protection: message.protection,
    })
  }
  return alerts.length === 0 ? noAlerts : alerts
}

const noAlerts: Head['alerts'] = []

function failureView(analysis: Analysis): ReportFailure | null {
  const { candidates, outcome, replay, findings } = analysis
  const top = candidates[0]
  const failure = outcome.failure
  if (top === undefined) return null
  const side = failure === null || outcome.outcome === 'incomplete' ? null : failure.side
  const call = side === 'client' || side === 'server' ? replay.failing : null
  return {
    by: failure?.by ?? 'transport',
    side,
    cause: top.cause,
    confidence: top.confidence,
    handshake: failure?.handshake ?? 1,
    call: call?.n ?? null,
    status: call?.status ?? null,
    code: call === null ? null : statusCode(call.status),
    trigger: { packet: failure?.trigger ?? null },
    packet: failure?.packet ?? null,
    summary: clipped(top.summary, maxSentenceLength),
    candidates: candidates.map((candidate) => ({
      cause: candidate.cause,
      confidence: candidate.confidence,
      finding: findings.find((finding) => finding.cause === candidate.cause)?.id ?? null,
      lookNext: candidate.lookNext === null ? null : clipped(candidate.lookNext, maxSentenceLength),
    })),
  }
}
