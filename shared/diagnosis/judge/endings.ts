// Endings without an alert, and captures that cannot tell: what was observed first, then what may lie behind it.

import type { Side, TransportEvent } from '../../conversation/facts.ts'
import { peerOf, streamOf } from '../../conversation/facts.ts'
import type { ReportEvidence } from '../../contract/report.ts'
import type { FailurePoint } from '../../schannel/model.ts'
import type { Candidate, Cause, World } from '../candidate.ts'
import { certificateFaults } from '../certificates.ts'
import { atMessage, atPacket } from '../view.ts'
import type { HandshakeView } from '../view.ts'
import { faultCandidates } from './certificates.ts'
import { inferredFromRow, statusOfRow } from './status.ts'
import { judgeUnreachable } from './unreachable.ts'

/** Candidates for a handshake that TCP or silence ended. The first names what was seen; the rest what can cause it. */
export function judgeTransport(
  view: HandshakeView,
  failure: FailurePoint,
  world: World,
): readonly Candidate[] {
  const event = failure.event === null ? null : (view.conversation.events[failure.event] ?? null)
  const evidence = endEvidence(view, failure, event)
  const by = event?.from ?? null
  if (event?.icmp != null) {
    const refused = judgeUnreachable(view, failure, event, event.icmp, evidence)
    return failure.ending === 'closed' ? [...refused, ...behind(view, failure, by, evidence, world)] : refused
  }
  const seen = observation(view, failure, event, evidence)
  if (failure.ending === 'gap') return [seen]
  if (leftBeforeHello(view, event)) return [seen, closedAtOnce(evidence)]
  return [seen, ...behind(view, failure, by, evidence, world)]
}

/** Whether the server left before it can have read a ClientHello. */
export function leftBeforeHello(view: HandshakeView, event: TransportEvent | null): boolean {
  const hello = view.firstHello
  return (
    event?.from === 'server' && event.icmp === null && hello !== null && event.order < hello.message.order
  )
}

function closedAtOnce(evidence: readonly ReportEvidence[]): Candidate {
  return possible(
    'middlebox',
    'What accepted the connection closed it at once: a forwarder without a target, an address filter, or a service that is full or starting.',
    evidence,
    null,
  )
}

/** What keeps the capture from telling the outcome; every candidate is about the capture, not about a side. */
export function judgeIncomplete(view: HandshakeView): readonly Candidate[] {
  const { conversation } = view
  const found: Candidate[] = []
  for (const side of ['client', 'server'] as const) {
    const stream = streamOf(conversation, side)
    if (!stream.seen)
      found.push(
        capture(
          'one-sided-capture',
          `The capture holds nothing that the ${side} sent.`,
          [atPacket(conversation.firstPacket, peerOf(side), `only the ${peerOf(side)}'s packets are there`)],
          'Capture again where both directions pass.',
        ),
      )
  }
  for (const side of ['client', 'server'] as const) {
    for (const gap of streamOf(conversation, side).gaps) {
      const cut = gap.reason === 'truncated'
      found.push(
        capture(
          cut ? 'truncated-capture' : 'capture-gap',
          cut
            ? `Packets of the ${side} were cut short when captured.`
            : `${String(gap.end - gap.start)} bytes of the ${side} are missing from the capture.`,
          [
            {
              packet: gap.packet,
              from: side,
              space: 'stream',
              index: null,
              offset: gap.start,
              length: gap.end - gap.start,
              text: cut ? 'cut packet' : 'missing bytes',
            },
          ],
          cut
            ? 'Capture again without a snap length.'
            : 'Capture again with a larger buffer or nearer to a host.',
        ),
      )
      break
    }
  }
  const cutDatagram = conversation.events.find(({ kind }) => kind === 'truncated')
  if (found.length === 0 && cutDatagram !== undefined)
    found.push(
      capture(
        'truncated-capture',
        `Packets of the ${cutDatagram.from} were cut short when captured.`,
        [atPacket(cutDatagram.packet, cutDatagram.from, 'cut packet')],
        'Capture again without a snap length.',
      ),
    )
  for (const side of ['client', 'server'] as const) {
    const stream = streamOf(conversation, side)
    const unbegun =
      conversation.transport === 'udp' &&
      conversation.carrier.name === 'none' &&
      side === 'client' &&
      view.hello === null
    if (stream.seen && (!stream.fromStart || unbegun))
      found.push(
        capture(
          'capture-gap',
          'The capture begins in the middle of the conversation.',
          [atPacket(conversation.firstPacket, side, 'first packet of the conversation in this capture')],
          'Start the capture before the connection is made.',
        ),
      )
  }
  if (found.length > 0) return found
  return [
    {
      ...capture(
        'unknown',
        'The capture ends before the handshake does; what came after is not in it.',
        [atPacket(conversation.lastPacket, null, 'last packet of the conversation in this capture')],
        'Capture for longer after the connection is made.',
      ),
      confidence: 'possible',
    },
  ]
}

function capture(
  cause: Cause,
  summary: string,
  evidence: readonly ReportEvidence[],
  lookNext: string,
): Candidate {
  return { cause, confidence: 'observed', status: null, summary, evidence, lookNext }
}

/** How far a handshake had come, as the end of a sentence. */
export const where: Readonly<Record<HandshakeView['stage'], string>> = {
  nothing: 'before any ClientHello',
  'client-hello': 'after the ClientHello',
  retry: 'after the HelloRetryRequest',
  'server-hello': 'after ServerHello',
  'server-flight': "after the server's flight",
  'client-flight': "after the client's key exchange",
  'client-finished': "after the client's Finished",
  'both-finished': 'at the end of the handshake',
}

/** Bytes of an alert, and of a flight before it; a made-up reset may lie anywhere. */
const unseenAtMost = 1024

function observation(
  view: HandshakeView,
  failure: FailurePoint,
  event: TransportEvent | null,
  evidence: readonly ReportEvidence[],
): Candidate {
  const begun = beganHello(view)
  const at = leftBeforeHello(view, event)
    ? 'before the ClientHello had come'
    : begun
      ? 'in the middle of the ClientHello'
      : where[view.stage]
  const sayEnd = (cause: Cause, summary: string, lookNext: string): Candidate => ({
    cause,
    confidence: 'observed',
    status: null,
    summary,
    evidence,
    lookNext,
  })
  const sender = event?.from ?? 'peer'
  switch (failure.ending) {
    case 'reset': {
      const missing = event === null ? 0 : event.at - streamOf(view.conversation, event.from).length
      const unseen = missing > 0 && missing <= unseenAtMost
      const seen = sayEnd(
        'connection-reset',
        `The connection was reset from the ${sender}'s direction ${at}, ${unseen ? `after ${String(missing)} bytes that were not captured: perhaps an alert` : 'without an alert'}.`,
        `Look at the ${sender}'s log, and capture on its side to see whether it sent the reset itself.`,
      )
      return unseen ? { ...seen, confidence: 'likely' } : seen
    }
    case 'closed':
      return sayEnd(
        'connection-closed',
        `The ${sender} closed the connection ${at}, without an alert.`,
        `Look at the ${sender}'s application and System log at this time.`,
      )
    case 'stalled':
      return sayEnd(
        'stalled-flight',
        begun
          ? "The client's ClientHello stopped part of the way, and nothing followed."
          : spokeLast(view, failure)
            ? `Nothing answered ${at}.`
            : `A flight stopped part of the way ${at}, and nothing followed.`,
        'Capture at both ends to see where the missing segments are lost.',
      )
    case 'gap':
      return judgeIncomplete(view)[0]!
    case 'no-answer':
      return sayEnd(
        'no-answer',
        unansweredSyn(view) ?? `Nothing answered ${at}.`,
        'Capture on the other side to see whether the packets arrive there.',
      )
    case 'alert':
    case 'not-tls':
    case 'none':
      return {
        ...sayEnd(
          'unknown',
          `The handshake ended ${at}; the capture does not show why.`,
          'Look at both logs.',
        ),
        confidence: 'possible',
      }
  }
}

/** Whether the client had begun a ClientHello that never became whole. */
function beganHello({ stage, conversation: { client } }: HandshakeView): boolean {
  return stage === 'nothing' && client.records.length === 0 && client.opening[0] === 22
}

/** RDP over UDP asks before its ClientHello, too. */
function unansweredSyn({ conversation: { carrier }, stage }: HandshakeView): string | null {
  if (carrier.name !== 'rdp-udp' || stage !== 'nothing') return null
  return carrier.steps.some(({ result }) => result === 'ok')
    ? "The client sent no ClientHello after the server's SYN+ACK."
    : "Nothing answered the client's SYN; TLS never began."
}

/** Whether the last bytes on the wire are those that nothing answered: no flight was cut short. */
function spokeLast({ conversation }: HandshakeView, { packet }: FailurePoint): boolean {
  return [conversation.client, conversation.server].every(
    ({ chunks }) => (chunks.at(-1)?.packet ?? 0) <= packet,
  )
}

/** Field §2.1: last event, its sender and the step choose the scenarios that end this way. */
function behind(
  view: HandshakeView,
  failure: FailurePoint,
  by: Side | null,
  evidence: readonly ReportEvidence[],
  world: World,
): readonly Candidate[] {
  const { stage } = view
  if (stage === 'nothing') return by === 'client' && !beganHello(view) ? [silentClient(evidence)] : []
  if (stage === 'retry')
    return by === 'server'
      ? []
      : [
          possible(
            'no-common-group',
            'The client may not want the group that the server asked for.',
            evidence,
            null,
          ),
        ]
  if (stage === 'client-hello') return refusedHello(view, failure, evidence)
  if (stage === 'server-hello' || stage === 'server-flight') {
    if (by === 'server') return []
    const faults = certificateFaults(view, 'server', world)
    const certain = faultCandidates(view, 'server', faults, evidence)
    return failure.ending === 'no-answer' || failure.ending === 'stalled'
      ? [
          possible(
            'middlebox',
            'Large segments may not get through (MTU), so the flight never arrives whole.',
            evidence,
            null,
          ),
        ]
      : [
          ...certain,
          possible(
            'revocation-offline',
            "The client may have been unable to check the certificate's revocation.",
            evidence,
            statusOfRow(10),
          ),
          possible(
            'untrusted-root',
            'The client application may have refused the certificate by its own rules.',
            evidence,
            statusOfRow(6),
          ),
        ].filter(firstOfItsCause)
  }
  const certificateWanted = view.request !== null
  return certificateWanted
    ? [
        view.certificate.client?.body.certificates.length === 0
          ? {
              ...possible(
                'client-certificate-missing',
                'The server asked for a client certificate and got none.',
                evidence,
                statusOfRow(28),
              ),
              confidence: 'likely' as const,
            }
          : possible(
              'client-certificate-refused',
              "The server may have refused the client's certificate.",
              evidence,
              inferredFromRow(29),
            ),
        possible('bad-record-mac', 'Both sides may have derived different keys.', evidence, statusOfRow(16)),
      ]
    : [possible('bad-record-mac', 'Both sides may have derived different keys.', evidence, statusOfRow(16))]
}

function firstOfItsCause(candidate: Candidate, index: number, all: readonly Candidate[]): boolean {
  return all.findIndex((other) => other.cause === candidate.cause) === index
}

function silentClient(evidence: readonly ReportEvidence[]): Candidate {
  return possible(
    'no-credential',
    'The client may have failed before its first byte: no version or suite enabled, or no usable credential.',
    evidence,
    statusOfRow(2),
  )
}

function refusedHello(
  view: HandshakeView,
  failure: FailurePoint,
  evidence: readonly ReportEvidence[],
): readonly Candidate[] {
  const hello = view.hello
  const chunks = view.conversation.client.chunks
  const found: Candidate[] = []
  const big =
    hello !== null &&
    view.conversation.transport === 'tcp' &&
    chunks.filter((chunk) => chunk.start < hello.message.end && chunk.end > hello.message.start).length > 1
  if (big)
    found.push({
      ...possible(
        'middlebox',
        'The ClientHello needs two segments; some firewalls and servers only read the first.',
        [atMessage(view.conversation, hello.message, 'a ClientHello over several segments'), ...evidence],
        null,
      ),
      confidence: 'likely',
    })
  if (failure.ending === 'no-answer' || failure.ending === 'stalled') {
    found.push(possible('middlebox', 'A device between may drop the ClientHello.', evidence, null))
    return found.filter(firstOfItsCause)
  }
  found.push(
    possible(
      'no-common-cipher',
      'The server may have found no suite, version, group or signature algorithm in common and closed without an alert.',
      evidence,
      statusOfRow(1),
    ),
    possible(
      'private-key-unusable',
      'The server may be unable to use its certificate or private key (event 36870).',
      evidence,
      statusOfRow(32),
    ),
  )
  if (hello?.body.alpn != null)
    found.push(
      possible(
        'alpn-mismatch',
        'The server may support none of the offered application protocols; Schannel then closes without an alert.',
        evidence,
        statusOfRow(27),
      ),
    )
  if (hello?.body.serverName != null)
    found.push(
      possible(
        'unrecognized-name',
        `The server may have no binding for ${hello.body.serverName}; http.sys then resets the connection.`,
        evidence,
        null,
      ),
    )
  found.push(
    possible('middlebox', 'A firewall or proxy between may have ended the connection.', evidence, null),
  )
  return found.filter(firstOfItsCause)
}

function possible(
  cause: Cause,
  summary: string,
  evidence: readonly ReportEvidence[],
  status: Candidate['status'],
): Candidate {
  return { cause, confidence: 'possible', status, summary, evidence, lookNext: null }
}

function endEvidence(
  view: HandshakeView,
  failure: FailurePoint,
  event: TransportEvent | null,
): readonly ReportEvidence[] {
  const last = view.conversation.messages.at(-1)
  const text =
    event === null
      ? failure.ending === 'no-answer'
        ? 'the packet that nothing answered'
        : 'the last packet of the handshake'
      : event.kind === 'rst'
        ? `TCP reset from the ${event.from}`
        : event.kind === 'fin'
          ? `the ${event.from} closes (FIN)`
          : event.icmp === null
            ? event.kind
            : `${event.icmp.name} ${event.icmp.text}, from ${event.icmp.sender}`
  const end = atPacket(event?.packet ?? failure.packet, event?.from ?? null, text)
  return last === undefined
    ? [end]
    : [end, atMessage(view.conversation, last, 'the last handshake message before it')]
}
