// The places where a conversation can have stopped, as facts: what a side had read by then, and what was due.

import type { Conversation, Side } from '../conversation/facts.ts'
import { peerOf, streamOf } from '../conversation/facts.ts'
import type { FailurePoint, OutcomeFacts } from './model.ts'

/** The capture cannot tell how it went on. */
export function incomplete(conversation: Conversation, ending: FailurePoint['ending']): OutcomeFacts {
  const gap = conversation.client.gaps[0] ?? conversation.server.gaps[0]
  return {
    outcome: 'incomplete',
    failure: {
      by: 'transport',
      side: 'transport',
      handshake: conversation.messages.at(-1)?.handshake ?? 1,
      alert: null,
      event: null,
      packet: ending === 'gap' && gap !== undefined ? gap.packet : conversation.lastPacket,
      trigger: null,
      seen: 0,
      ending,
    },
  }
}

/** TCP, ICMP or silence ended it while `due` had to speak; `event` is -1 where nothing but silence did. */
export function transport(
  conversation: Conversation,
  ending: FailurePoint['ending'],
  event: number,
  packet: number,
  due: Side,
): OutcomeFacts {
  const input = streamOf(conversation, peerOf(due))
  return {
    outcome: 'failed',
    failure: {
      by: 'transport',
      side: 'transport',
      handshake: conversation.messages.at(-1)?.handshake ?? 1,
      alert: null,
      event: event < 0 ? null : event,
      packet,
      trigger: input.chunks.at(-1)?.packet ?? null,
      seen: input.length,
      ending,
    },
  }
}

/** `side` gave up at `order`, in `packet`. */
export function failed(
  conversation: Conversation,
  side: Side,
  by: FailurePoint['by'],
  ending: FailurePoint['ending'],
  packet: number,
  alert: number | null,
  order: number,
): OutcomeFacts {
  const input = streamOf(conversation, peerOf(side))
  const spoken = streamOf(conversation, side).chunks.findLast((chunk) => chunk.order <= order)
  const ack = spoken?.ack ?? -1
  const heard = input.chunks.findLast((chunk) =>
    order !== Infinity && ack >= 0 ? chunk.end <= ack : chunk.order < order,
  )
  return {
    outcome: 'failed',
    failure: {
      by,
      side,
      handshake: (alert === null ? null : conversation.messages[alert]?.handshake) ?? 1,
      alert,
      event: null,
      packet,
      trigger: heard?.packet ?? null,
      seen: heard?.end ?? 0,
      ending,
    },
  }
}
