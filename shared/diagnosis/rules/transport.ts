// Rules about TCP, UDP and what lies between the two sides.

import { leftBeforeHello } from '../judge/endings.ts'
import type { Side, TransportEvent } from '../../conversation/facts.ts'
import { peerOf, streamOf } from '../../conversation/facts.ts'
import type { ReportEvidence } from '../../contract/report.ts'
import { candidateOf, aboutCandidate, endingEvent, failurePacket, remark } from '../finding.ts'
import type { Context, Rule } from '../finding.ts'
import { isPostQuantum } from '../offer.ts'
import { negotiationSets } from '../sets.ts'
import { atMessage, atPacket, atStream } from '../view.ts'
import { byCause, endedByIcmp, helloRefused } from './by-cause.ts'

/** A TCP segment of full size on Ethernet carries about this much; smaller ones pass where these do not. */
const fullSegment = 1300

export const transportRules: readonly Rule[] = [
  byCause({
    id: 'reset-after-hello',
    scenario: 'S51',
    precondition: 'A TCP reset answers the ClientHello.',
    evidence: 'The reset, its TTL and IP id beside those of the SYN-ACK.',
    confidence: 'observed',
    sources: ['field S51'],
    causes: ['connection-reset'],
    when: helloRefused,
    words: (context) => ({
      title: 'The connection was reset in answer to the ClientHello',
      remedy:
        "Find out who reset it: look at the server's System log (events 36870, 36874), its bindings for this name, and firewalls on the way.",
      sets: () => negotiationSets(context.view),
      evidence: resetOrigin(context).evidence,
    }),
  }),
  {
    id: 'injected-reset',
    scenario: 'S51',
    precondition: "A reset whose TTL differs from its own side's SYN.",
    evidence: 'TTL and IP id of both packets.',
    confidence: 'likely',
    sources: ['field S51'],
    asks: ['reset'],
    check(context) {
      const origin = resetOrigin(context)
      if (!origin.differs) return null
      return remark('warning', 'transport', {
        title: 'The reset was probably made by a device between',
        confidence: 'likely',
        explanation: origin.text,
        remedy:
          'Ask the firewall team for the rule that resets this connection; show them these two packets.',
        evidence: origin.evidence,
      })
    },
  },
  byCause({
    id: 'closed-after-hello',
    scenario: 'S52',
    precondition: 'The server closes (FIN) in answer to the ClientHello, without alert.',
    evidence: 'The FIN.',
    confidence: 'observed',
    sources: ['field S52'],
    causes: ['connection-closed'],
    when: (context) => helloRefused(context) && context.alert === null,
    words: (context) =>
      leftBeforeHello(context.view, endingEvent(context))
        ? {
            title: 'The server closed the connection before the ClientHello had come',
            remedy:
              'Look at what accepts connections on this port: a load balancer or port forwarder without a target behind it, a filter of addresses, or a service at its limit.',
          }
        : {
            title: 'The connection was closed in answer to the ClientHello',
            remedy:
              "Look at the server's System log (events 36870, 36874, 36888) and its bindings; Schannel servers close without alert for several reasons, listed below.",
            sets: () => negotiationSets(context.view),
          },
  }),
  byCause({
    id: 'ended-without-alert',
    scenario: 'S52',
    precondition: 'A FIN or reset later in the handshake, without alert.',
    evidence: 'The FIN or reset and the last message before it.',
    confidence: 'observed',
    sources: ['field S52'],
    causes: ['connection-closed', 'connection-reset'],
    when: (context) =>
      !helloRefused(context) &&
      context.alert === null &&
      !endedByIcmp(context) &&
      !(endingEvent(context)?.from === 'client' && context.view.stage === 'server-flight'),
    words: (context) => ({
      title: 'The connection ended in the middle of the handshake, without an alert',
      remedy: `Look at the log of the ${endingEvent(context)?.from ?? 'side'} that ended it at this time.`,
    }),
  }),
  byCause({
    id: 'no-answer',
    scenario: 'S53',
    precondition: 'The ClientHello (or the first handshake packet) gets no answer.',
    evidence: 'The unanswered packet; whether TCP acknowledged it.',
    confidence: 'observed',
    sources: ['field S53'],
    causes: ['no-answer'],
    when: (context) => !endedByIcmp(context) && context.conversation.carrier.name !== 'rdp-udp',
    words: (context) => ({
      title: 'Nothing answered',
      explanation: acknowledgedText(context),
      remedy: acknowledged(context)
        ? 'Look at the server process: it accepted the connection and did not answer (overload, wrong service, a device that answers for it).'
        : 'Look at the path: the packets do not arrive, or the answers do not come back.',
    }),
  }),
  {
    id: 'big-client-hello',
    scenario: 'S54',
    precondition: 'A ClientHello over several segments is followed by a reset, a close or silence.',
    evidence: 'The size of the ClientHello and its segments; the post-quantum key share.',
    confidence: 'likely; possible where the server answered',
    sources: ['field S54'],
    asks: ['failed', 'tcp'],
    check(context) {
      const { view, conversation } = context
      const hello = view.hello
      if (hello === null || !helloRefused(context) || context.alert !== null) return null
      const parts = conversation.client.chunks.filter(
        (chunk) => chunk.start < hello.message.end && chunk.end > hello.message.start,
      )
      if (parts.length < 2) return null
      const quantum = (hello.body.keyShares ?? []).some(isPostQuantum)
      const words = {
        title: 'A large ClientHello may not get through',
        confidence: 'likely' as const,
        explanation: `It takes ${String(hello.message.end - hello.message.start)} bytes in ${String(parts.length)} segments${quantum ? ', because of its post-quantum key share' : ''}; devices and servers that read only the first segment reset or drop it.`,
        remedy:
          'Update the firewall or server that drops it. To prove it, let the client try once without the post-quantum group (Go: GODEBUG=tlsmlkem=0).',
        evidence: parts.map((part) =>
          atStream(
            'client',
            part.start,
            part.end,
            part.packet,
            `${String(part.end - part.start)} bytes of the ClientHello`,
          ),
        ),
      }
      const candidate = candidateOf(context, 'middlebox')
      return candidate === null
        ? remark('warning', 'transport', words)
        : aboutCandidate(context, candidate, words)
    },
  },
  {
    id: 'mtu-black-hole',
    scenario: 'S55',
    precondition:
      'Full-size segments of one side are sent again and never acknowledged, smaller ones passed.',
    evidence: 'The retransmissions and what was acknowledged.',
    confidence: 'likely',
    sources: ['field S55'],
    asks: ['unfinished', 'tcp', 'repeated'],
    check(context) {
      for (const side of ['server', 'client'] as const) {
        const again = unacknowledged(context, side).filter(({ bytes }) => bytes >= fullSegment)
        if (again.length < 2) continue
        return remark('warning', 'transport', {
          title: 'Full-size segments do not arrive',
          confidence: 'likely',
          explanation: `The ${side} sent the same ${String(again[0]!.bytes)} bytes ${String(again.length + 1)} times without acknowledgement: the path may not carry packets of this size (MTU).`,
          remedy: 'Allow ICMP “fragmentation needed” on the path, or lower the MTU or MSS on the tunnel.',
          evidence: again.slice(0, 4).map((event) => atPacket(event.packet, side, 'sent again')),
        })
      }
      return null
    },
  },
  {
    id: 'retransmissions-unanswered',
    scenario: 'S53',
    precondition: 'The same bytes are sent again at least twice and never acknowledged.',
    evidence: 'The retransmissions.',
    confidence: 'observed',
    sources: ['field S53', 'field §2.1'],
    asks: ['unfinished', 'repeated'],
    check(context) {
      for (const side of ['client', 'server'] as const) {
        const again = unacknowledged(context, side)
        if (again.length < 2 || again.some(({ bytes }) => bytes >= fullSegment)) continue
        return remark('warning', 'transport', {
          title: `The ${side}'s packets vanish`,
          explanation: `It sent ${String(again[0]!.bytes)} bytes again ${String(again.length)} times; the ${peerOf(side)} never acknowledged them.`,
          remedy: `Capture near the ${peerOf(side)} to see whether the packets arrive there.`,
          evidence: again.slice(0, 4).map((event) => atPacket(event.packet, side, 'sent again')),
        })
      }
      return null
    },
  },
  {
    id: 'zero-window',
    scenario: null,
    precondition: 'A side closed its receive window during a handshake that did not complete.',
    evidence: 'The packet with window 0.',
    confidence: 'observed',
    sources: ['RFC 9293 §3.8.6'],
    asks: ['unfinished', 'zeroWindow'],
    check({ conversation }) {
      const event = conversation.events.find(({ kind }) => kind === 'zero-window')
      return event === undefined
        ? null
        : remark('warning', event.from, {
            title: `The ${event.from} stopped reading`,
            explanation: `Its receive window went to 0: the program did not take the bytes from its socket.`,
            remedy: `Look at the ${event.from} process: it is busy, blocked or hung.`,
            evidence: [atPacket(event.packet, event.from, 'window 0')],
          })
    },
  },
  byCause({
    id: 'stalled-flight',
    scenario: 'S55',
    precondition: 'A flight began, then nothing more came.',
    evidence: 'The last bytes that arrived.',
    confidence: 'observed',
    sources: ['field S55'],
    causes: ['stalled-flight'],
    when: (context) => !endedByIcmp(context),
    words: (context) => ({
      title: 'A flight stopped part of the way',
      remedy: 'Look at the path for packets of full size (MTU), and at the sending process.',
      evidence: failurePacket(context, 'the last packet before the silence'),
    }),
  }),
  {
    id: 'idle-reset',
    scenario: 'S62',
    precondition: 'After establishment, a reset follows at least 60 s without packets.',
    evidence: 'The pause and the reset.',
    confidence: 'likely',
    sources: ['field S62'],
    asks: ['established', 'reset'],
    check({ conversation }) {
      const reset = conversation.events.find(({ kind }) => kind === 'rst')
      if (reset === undefined) return null
      const before = Math.max(
        ...[conversation.client, conversation.server].map((stream) => {
          const times = stream.chunks.map(({ time }) => time).filter((time) => time < reset.time)
          return times.length === 0 ? conversation.start : times.at(-1)!
        }),
      )
      const pause = (reset.time - before) / 1e9
      if (!(pause >= 60)) return null
      return remark('info', reset.from, {
        title: 'The connection was reset after a long pause',
        confidence: 'likely',
        explanation: `Nothing was sent for ${pause.toFixed(0)} s before the reset: a NAT or load balancer forgot the connection, or the server's idle limit was reached.`,
        remedy: 'Use keep-alives shorter than the idle limit on the way.',
        evidence: [atPacket(reset.packet, reset.from, 'reset after the pause')],
      })
    },
  },
  byCause({
    id: 'something-between',
    scenario: null,
    precondition: 'An unanswered or reset ClientHello with nothing else to explain it.',
    evidence: 'The ending.',
    confidence: 'possible',
    sources: ['field §2.1'],
    causes: ['middlebox'],
    when: (context) => !endedByIcmp(context) && !helloInParts(context),
    words: () => ({
      title: 'A device between may be the reason',
      remedy: 'Capture on both sides at once and compare what arrives.',
    }),
  }),
  {
    id: 'dtls-cookie-loop',
    scenario: 'S74',
    precondition: 'DTLS: at least two HelloVerifyRequests, or repeated flights, and no completed handshake.',
    evidence: 'The repeated messages.',
    confidence: 'likely',
    sources: ['field S74', 'RFC 6347 §4.2.1'],
    asks: ['unfinished', 'udp'],
    check({ conversation }) {
      const verify = conversation.messages.filter(({ body }) => body?.kind === 'hello-verify-request')
      const repeated = conversation.messages.filter(({ dtls }) => dtls?.retransmission === true)
      if (verify.length < 2 && repeated.length < 2) return null
      const loop = verify.length >= 2
      return remark('warning', loop ? 'client' : 'transport', {
        title: loop ? 'The cookie exchange goes round in a loop' : 'DTLS flights are sent again and again',
        confidence: 'likely',
        explanation: loop
          ? `The server sent ${String(verify.length)} HelloVerifyRequests: the client does not return the cookie, or its second hello does not arrive as it was sent.`
          : `${String(repeated.length)} messages were sent again; large datagrams may be lost on the way.`,
        remedy: loop
          ? 'Look at NAT or load balancing that changes the client address between both hellos.'
          : 'Lower the DTLS MTU on both sides.',
        evidence: (loop ? verify : repeated)
          .slice(0, 4)
          .map((message) => atMessage(conversation, message, loop ? 'HelloVerifyRequest' : 'sent again')),
      })
    },
  },
  {
    id: 'quic-no-answer',
    scenario: 'S75',
    precondition: 'QUIC Initial packets of the client get no answer.',
    evidence: 'The Initial packets.',
    confidence: 'observed',
    sources: ['field S75', 'RFC 9000 §17.2.2'],
    asks: ['unfinished', 'quic'],
    check({ conversation }) {
      if (conversation.server.seen) return null
      return remark('info', 'transport', {
        title: 'QUIC got no answer',
        explanation: 'The client probably fell back to TCP; the user notices a delay at most.',
        remedy: 'Allow UDP 443 to the server, or switch QUIC off in the client to save the delay.',
        evidence: [atPacket(conversation.firstPacket, 'client', 'first Initial packet')],
      })
    },
  },
]

/** Whether the ClientHello came in more than one segment: then its size is the better suspect. */
function helloInParts({ view, conversation }: Context): boolean {
  const end = view.hello?.message.end ?? 0
  return conversation.client.chunks.filter((chunk) => chunk.start < end).length > 1
}

interface Origin {
  readonly differs: boolean
  readonly text: string
  readonly evidence: readonly ReportEvidence[]
}

/** Field S51: a reset that a device makes up usually has another TTL than the packets of the host it pretends to be. */
function resetOrigin(context: Context): Origin {
  const { events } = context.conversation
  const reset = events.find(({ kind }) => kind === 'rst')
  const syn =
    reset === undefined ? undefined : events.find(({ kind, from }) => kind === 'syn' && from === reset.from)
  if (reset === undefined || syn === undefined || reset.ttl < 0 || syn.ttl < 0)
    return { differs: false, text: '', evidence: [] }
  const differs = reset.ttl !== syn.ttl && !sameAfterDefault(reset, syn)
  const text = `The reset has TTL ${String(reset.ttl)} and IP id ${String(reset.ipId)}, the ${syn.from}'s SYN has TTL ${String(syn.ttl)} and IP id ${String(syn.ipId)}.`
  return {
    differs,
    text,
    evidence: [
      atPacket(reset.packet, reset.from, text),
      atPacket(syn.packet, syn.from, 'the SYN of the same side'),
    ],
  }
}

/** Stacks may send resets for closed sockets with another default TTL (64, 128, 255); the hop count is then the same. */
function sameAfterDefault(a: TransportEvent, b: TransportEvent): boolean {
  const hops = ({ ttl }: TransportEvent) => (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl
  return hops(a) === hops(b)
}

function unacknowledged(context: Context, side: Side): readonly TransportEvent[] {
  const { acknowledged } = streamOf(context.conversation, side)
  return context.conversation.events.filter(
    ({ kind, from, at }) =>
      kind === 'retransmission' && from === side && acknowledged >= 0 && at >= acknowledged,
  )
}

function acknowledged(context: Context): boolean {
  const { client } = context.conversation
  return client.acknowledged >= client.length && client.length > 0
}

function acknowledgedText(context: Context): string {
  if (context.conversation.transport !== 'tcp') return 'The datagrams left and none came back.'
  return acknowledged(context)
    ? "The server's TCP acknowledged the bytes, so they arrived at its host or at a device that answers for it."
    : 'TCP never acknowledged the bytes.'
}
