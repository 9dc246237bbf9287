// Rules about ICMP errors: what hosts and devices on the way said of packets that could not be delivered.

import type { IcmpError, TransportEvent } from '../../conversation/facts.ts'
import { peerOf } from '../../conversation/facts.ts'
import { endingEvent, remark } from '../finding.ts'
import type { Context, Rule } from '../finding.ts'
import type { Refusal } from '../judge/unreachable.ts'
import { refusalOf } from '../judge/unreachable.ts'
import { atPacket } from '../view.ts'
import { byCause, endedByIcmp } from './by-cause.ts'

const titles: Readonly<Record<Refusal, string>> = {
  'no-listener': 'Nothing listens at that port',
  filter: 'A filter refused the packets',
  'no-route': 'The other side cannot be reached',
}

const remedies: Readonly<Record<Refusal, string>> = {
  'no-listener': 'Start the program, or let it listen on the port and address that the other side uses.',
  filter: 'Allow this traffic in the firewall that answered; show its owner the ICMP packet.',
  'no-route': 'Put the address or the route to it right.',
}

export const icmpRules: readonly Rule[] = [
  byCause({
    id: 'unreachable',
    scenario: 'S53',
    precondition: 'ICMP says of a side that it cannot be reached, and nothing of that side follows.',
    evidence: 'The ICMP error, and the packet that nothing else answered.',
    confidence: 'observed',
    sources: ['RFC 792', 'RFC 4443 §3.1'],
    causes: ['no-answer', 'stalled-flight', 'connection-closed'],
    when: endedByIcmp,
    words(context) {
      const event = endingEvent(context)!
      const refusal = refusalOf(context.conversation, event, event.icmp!)
      return { title: titles[refusal], remedy: remedies[refusal] }
    },
  }),
  {
    id: 'packet-too-big',
    scenario: 'S55',
    precondition: 'ICMP says that a packet was too big for the way, in a handshake that did not complete.',
    evidence: 'The ICMP error.',
    confidence: 'observed',
    sources: ['RFC 1191 §4', 'RFC 8201 §4'],
    asks: ['unfinished', 'icmp'],
    check(context) {
      const found = firstOf(context, 'too-big')
      return found === null
        ? null
        : remark('warning', 'transport', {
            title: 'A packet was too big for the way',
            explanation: `${found.said} The ${peerOf(found.event.from)} has to send smaller packets from then on; where it does not, its flight never arrives.`,
            remedy: `Look whether the ${peerOf(found.event.from)} receives this ICMP error and obeys it; lower its MTU or MSS otherwise.`,
            evidence: found.evidence,
          })
    },
  },
  {
    id: 'expired-on-the-way',
    scenario: 'S53',
    precondition:
      'ICMP says that a packet ran out of hops or fragments, in a handshake that did not complete.',
    evidence: 'The ICMP error.',
    confidence: 'observed',
    sources: ['RFC 792', 'RFC 4443 §3.3'],
    asks: ['unfinished', 'icmp'],
    check(context) {
      const found = firstOf(context, 'expired')
      return found === null
        ? null
        : remark('warning', 'transport', {
            title: 'A packet expired on the way',
            explanation: `${found.said} Routers send it in circles, or a fragment of it was lost.`,
            remedy: `Look at the route to the ${found.event.from}.`,
            evidence: found.evidence,
          })
    },
  },
]

function firstOf({ conversation }: Context, meaning: IcmpError['meaning']) {
  const event = conversation.events.find(({ icmp }) => icmp?.meaning === meaning)
  return event?.icmp == null ? null : { event, ...wordsOf(event, event.icmp) }
}

function wordsOf({ packet, from }: TransportEvent, { name, text, sender }: IcmpError) {
  const said = `${sender} answered a packet of the ${peerOf(from)} with ${name}, ${text}.`
  return { said, evidence: [atPacket(packet, from, `${name} ${text}`)] }
}
