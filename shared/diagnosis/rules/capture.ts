// Rules about the capture itself: what it lacks, and what it distorts.

import type { Context, Rule } from '../finding.ts'
import { peerOf, streamOf } from '../../conversation/facts.ts'
import type { Chunk, Side } from '../../conversation/facts.ts'
import { remark } from '../finding.ts'
import { atPacket, atStream } from '../view.ts'
import { byCause } from './by-cause.ts'

/** Larger TCP payloads were joined by the network card (LSO, GRO) and never on the wire as such. */
const largestWireSegment = 8960

export const captureRules: readonly Rule[] = [
  byCause({
    id: 'one-sided-capture',
    scenario: 'S63',
    precondition: 'One side has no packets in the capture.',
    evidence: 'The side that is there.',
    confidence: 'observed',
    sources: ['field S63'],
    causes: ['one-sided-capture'],
    words: () => ({
      title: 'Only one direction was captured',
      remedy:
        'Capture at a place both directions pass: on the host itself, or with both ports of the mirror.',
    }),
  }),
  byCause({
    id: 'truncated-capture',
    scenario: 'S63',
    precondition: 'Packets were cut short when captured.',
    evidence: 'The first cut packet.',
    confidence: 'observed',
    sources: ['field S63'],
    causes: ['truncated-capture'],
    words: () => ({
      title: 'The capture kept less than was sent',
      remedy: 'Capture again with full packets (netsh: packettruncatebytes=0; tcpdump: -s 0).',
    }),
  }),
  byCause({
    id: 'capture-gap',
    scenario: 'S63',
    precondition: 'Bytes are missing from the capture, or it begins in the middle.',
    evidence: 'The gap.',
    confidence: 'observed',
    sources: ['field S63'],
    causes: ['capture-gap'],
    words: () => ({
      title: 'Part of the conversation is not in the capture',
      remedy: 'Start the capture before the connection, with a larger buffer.',
    }),
  }),
  byCause({
    id: 'capture-ends',
    scenario: 'S63',
    precondition: 'The conversation is unfinished at the end of the capture.',
    evidence: 'Its last packet.',
    confidence: 'possible',
    sources: ['field S63'],
    causes: ['unknown'],
    words: () => ({
      title: 'The capture does not show how it ended',
      remedy: 'Capture again until the program reports its error.',
    }),
  }),
  {
    id: 'gaps-beside-verdict',
    scenario: 'S63',
    precondition: 'A failed conversation with missing bytes.',
    evidence: 'The gap, and whether its bytes were acknowledged.',
    confidence: 'observed',
    sources: ['field S63'],
    asks: ['failed', 'gap'],
    check({ conversation }) {
      for (const side of ['client', 'server'] as const) {
        const gap = streamOf(conversation, side).gaps[0]
        if (gap === undefined) continue
        const lost = gap.reason === 'lost'
        return remark('warning', null, {
          title: lost ? 'Bytes were lost on the way' : 'Bytes are missing from the capture',
          explanation: lost
            ? `${String(gap.end - gap.start)} bytes of the ${side} were never acknowledged: the ${peerOf(side)} did not receive them.`
            : `${String(gap.end - gap.start)} bytes of the ${side} are not in the capture although the ${peerOf(side)} acknowledged them; what they said is not known.`,
          remedy: lost ? 'Look for packet loss on the path.' : 'Capture again with a larger buffer.',
          evidence: [atStream(side, gap.start, gap.end, gap.packet, 'missing bytes')],
        })
      }
      return null
    },
  },
  {
    id: 'giant-frames',
    scenario: 'S63',
    precondition: 'TCP payloads larger than a wire segment in a failed conversation.',
    evidence: 'The packet.',
    confidence: 'observed',
    sources: ['field S63'],
    asks: ['failed', 'tcp'],
    check({ conversation }) {
      const found = firstChunk(conversation, ({ start, end }) => end - start > largestWireSegment)
      if (found === null) return null
      return remark('info', null, {
        title: 'The capture was made behind the network offload',
        explanation: `A packet carries ${String(found.chunk.end - found.chunk.start)} bytes: the card split it later. Segment sizes say nothing about the wire here.`,
        remedy: 'Switch offload off for the capture where segment sizes matter.',
        evidence: [atPacket(found.chunk.packet, found.side, 'larger than any wire segment')],
      })
    },
  },
  {
    id: 'clock-step',
    scenario: 'S63',
    precondition: 'Packet times go backwards by more than a second inside the conversation.',
    evidence: 'Both packets.',
    confidence: 'observed',
    sources: ['field S63'],
    asks: [],
    check({ conversation }) {
      const step = backwardStep(conversation.client.chunks, conversation.server.chunks)
      if (step !== null)
        return remark('warning', null, {
          title: 'The clock of the capturing host jumped',
          explanation: `Packet ${String(step.after.packet)} is ${((step.before.time - step.after.time) / 1e9).toFixed(1)} s earlier than the one before it; durations and validity at capture time are uncertain.`,
          remedy: 'Synchronise the clock of the capturing host, and capture again where times matter.',
          evidence: [
            atPacket(step.before.packet, null, 'before the step'),
            atPacket(step.after.packet, null, 'after the step'),
          ],
        })
      return null
    },
  },
  {
    id: 'capture-disorder',
    scenario: 'S63',
    precondition: 'Reordered, duplicate or overlapping segments in a failed or incomplete conversation.',
    evidence: 'The first such packet.',
    confidence: 'observed',
    sources: ['field S63'],
    asks: ['unfinished', 'disorder'],
    check({ conversation }) {
      const event = conversation.events.find(({ kind }) => kind === 'reordered' || kind === 'overlap')
      return event === undefined
        ? null
        : remark('info', null, {
            title: 'Segments were out of order',
            explanation:
              'The streams were put back in order before anything was judged; the order of packets may differ from what the hosts saw.',
            remedy: 'Nothing to change; capture on the host itself to see its own order.',
            evidence: [atPacket(event.packet, event.from, event.kind)],
          })
    },
  },
]

function firstChunk(
  conversation: Context['conversation'],
  wanted: (chunk: Chunk) => boolean,
): { readonly side: Side; readonly chunk: Chunk } | null {
  for (const side of ['client', 'server'] as const) {
    const chunk = streamOf(conversation, side).chunks.find(wanted)
    if (chunk !== undefined) return { side, chunk }
  }
  return null
}

/** The first pair of chunks, in capture order over both streams, whose times go back by more than a second. */
function backwardStep(
  a: readonly Chunk[],
  b: readonly Chunk[],
): { readonly before: Chunk; readonly after: Chunk } | null {
  let before: Chunk | null = null
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const takeA = j >= b.length || (i < a.length && a[i]!.order < b[j]!.order)
    const after = takeA ? a[i++]! : b[j++]!
    if (before !== null && before.time - after.time > 1e9) return { before, after }
    before = after
  }
  return null
}
