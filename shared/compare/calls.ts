// The calls of two conversations side by side: both contexts in one order, then aligned by side and function.

import type { CompareCell, CompareRow } from '../contract/compare.ts'
import type { ReportCall, ReportConversation } from '../contract/report.ts'
import { countText } from '../report/words.ts'

type Side = 'client' | 'server'

export interface SidedCall {
  readonly side: Side
  readonly call: ReportCall
}

/** Longer dialogues are aligned over their first calls only: what differs lies there. */
const alignedCalls = 400

/** Rows of the aligned calls; deletions and application data are left out. */
export function callRows(left: ReportConversation, right: ReportConversation): CompareRow[] {
  return aligned(dialogueOf(left), dialogueOf(right)).map(([one, two]) => ({
    label: (one ?? two)!.side === 'client' ? 'Client' : 'Server',
    mark:
      one === null
        ? 'right-only'
        : two === null
          ? 'left-only'
          : one.call.status === two.call.status
            ? 'equal'
            : 'different',
    left: one === null ? null : cellOf(one),
    right: two === null ? null : cellOf(two),
    parting: false,
  }))
}

/** Both contexts' calls in the order in which they happened: by time, and each call behind the one whose token it takes in. */
export function dialogueOf(conversation: ReportConversation): SidedCall[] {
  const queues = {
    client: conversation.contexts.client.calls.filter(compared),
    server: conversation.contexts.server.calls.filter(compared),
  }
  const emitted = new Set<number>()
  const emitters = new Set(
    [...queues.client, ...queues.server].flatMap((call) => (call.outToken === null ? [] : [call.outToken])),
  )
  const order: SidedCall[] = []
  for (;;) {
    const heads = (['client', 'server'] as const).flatMap((side) => {
      const call = queues[side][0]
      return call === undefined ? [] : [{ side, call }]
    })
    const ready = heads.filter(({ call }) =>
      call.tokens.every(({ token }) => emitted.has(token) || !emitters.has(token)),
    )
    const [one, two] = ready.length > 0 ? ready : heads
    if (one === undefined) return order
    const next = two !== undefined && (two.call.time ?? '') < (one.call.time ?? '') ? two : one
    queues[next.side].shift()
    if (next.call.outToken !== null) emitted.add(next.call.outToken)
    order.push(next)
  }
}

function compared(call: ReportCall): boolean {
  if (call.function === 'DeleteSecurityContext') return false
  return call.function !== 'DecryptMessage' || call.status !== 'SEC_E_OK'
}

/** Longest common subsequence over side and function; what only one of the two has stands beside nothing. */
function aligned(
  left: readonly SidedCall[],
  right: readonly SidedCall[],
): (readonly [SidedCall | null, SidedCall | null])[] {
  const a = left.slice(0, alignedCalls)
  const b = right.slice(0, alignedCalls)
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] = alike(a[i]!, b[j]!)
        ? lengths[i + 1]![j + 1]! + 1
        : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
    }
  }
  const pairs: [SidedCall | null, SidedCall | null][] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && alike(a[i]!, b[j]!)) pairs.push([a[i++]!, b[j++]!])
    else if (j >= b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!))
      pairs.push([a[i++]!, null])
    else pairs.push([null, b[j++]!])
  }
  return pairs
}

function alike(one: SidedCall, two: SidedCall): boolean {
  return one.side === two.side && one.call.function === two.call.function
}

function cellOf({ side, call }: SidedCall): CompareCell {
  const input = bytesOf(call.input.before)
  const output = call.outToken === null ? 0 : bytesOf(call.output.after)
  const amounts = [
    ...(input === 0 ? [] : [`${countText(input)} in`]),
    ...(output === 0 ? [] : [`${countText(output)} out`]),
  ]
  return {
    text: callName(call),
    items: [],
    failing: false,
    status: call.status,
    aside: amounts.length === 0 ? null : amounts.join(', '),
    evidence: { packet: call.packets.at(-1) ?? null, from: side, stream: null },
  }
}

function bytesOf(buffers: ReportCall['input']['before']): number {
  return buffers.find(({ type }) => /TOKEN|DATA/.test(type))?.bytes ?? 0
}

const shortNames: Readonly<Record<ReportCall['function'], string>> = {
  InitializeSecurityContext: 'ISC',
  AcceptSecurityContext: 'ASC',
  DecryptMessage: 'DM',
  ApplyControlToken: 'ACT',
  DeleteSecurityContext: 'DSC',
}

/** `ASC #1`. */
export function callName(call: ReportCall): string {
  return `${shortNames[call.function]} #${String(call.ordinal)}`
}
