// Handshakes that ICMP ended: nobody listens there, a filter refuses the packets, or no way leads to the host.

import type { IcmpError, TransportEvent } from '../../conversation/facts.ts'
import { peerOf } from '../../conversation/facts.ts'
import type { ReportEvidence } from '../../contract/report.ts'
import type { FailurePoint } from '../../schannel/model.ts'
import type { Candidate, Cause } from '../candidate.ts'
import type { HandshakeView } from '../view.ts'

/** Who says that a side cannot be reached, and why. */
export type Refusal = 'no-listener' | 'filter' | 'no-route'

/**
 * A host itself says of UDP that nobody listens. Of TCP it would reset: there "port unreachable" is what packet filters answer
 * (iptables' REJECT), and from another address it is of a filter too.
 */
export function refusalOf(
  { transport, clientEndpoint, serverEndpoint }: HandshakeView['conversation'],
  { from }: TransportEvent,
  { meaning, sender }: IcmpError,
): Refusal {
  if (meaning === 'host') return 'no-route'
  const own = (from === 'client' ? clientEndpoint : serverEndpoint).address === sender
  return meaning === 'port' && own && transport !== 'tcp' ? 'no-listener' : 'filter'
}

/** Candidates for a handshake that this ICMP error ended: what was seen, and the filter where one is seen. */
export function judgeUnreachable(
  view: HandshakeView,
  failure: FailurePoint,
  event: TransportEvent,
  icmp: IcmpError,
  evidence: readonly ReportEvidence[],
): readonly Candidate[] {
  const refusal = refusalOf(view.conversation, event, icmp)
  const seen: Candidate = {
    cause: causes[failure.ending] ?? 'no-answer',
    confidence: 'observed',
    status: null,
    summary: summaryOf(view, event, icmp, refusal),
    evidence,
    lookNext: lookNext[refusal](event.from),
  }
  if (refusal !== 'filter') return [seen]
  const summary = `A filter at ${icmp.sender} refuses packets to the ${event.from}.`
  return [seen, { ...seen, cause: 'middlebox', confidence: 'likely', summary }]
}

const causes: Partial<Record<FailurePoint['ending'], Cause>> = {
  closed: 'connection-closed',
  stalled: 'stalled-flight',
}

function summaryOf(
  { conversation }: HandshakeView,
  { from }: TransportEvent,
  { name, text, sender }: IcmpError,
  refusal: Refusal,
): string {
  const { port } = from === 'client' ? conversation.clientEndpoint : conversation.serverEndpoint
  const said = `${name}, ${text}`
  switch (refusal) {
    case 'no-listener':
      return `Nothing listens on UDP port ${String(port)} of the ${from}: its host answered the ${peerOf(from)} with ${said}.`
    case 'filter':
      return `${sender} refused the ${peerOf(from)}'s packets with ${said}.`
    case 'no-route':
      return `The ${from} cannot be reached: ${sender} answered the ${peerOf(from)} with ${said}.`
  }
}

const lookNext: Readonly<Record<Refusal, (side: string) => string>> = {
  'no-listener': (side) => `Look whether the ${side}'s program runs and listens on this port and address.`,
  filter: (side) => `Look at the firewall rules before the ${side}, and at its own.`,
  'no-route': (side) => `Look at the way to the ${side}: its address, routes, and whether it is up.`,
}
