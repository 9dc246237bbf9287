// What TCP did in each of two conversations, side by side.

import type { CompareRow } from '../contract/compare.ts'
import type { ReportConversation, ReportTransportEvent } from '../contract/report.ts'
import { countText } from '../report/words.ts'
import { textRow } from './cells.ts'

type Kind = ReportTransportEvent['kind']

const rows: readonly { readonly label: string; readonly kinds: readonly Kind[] }[] = [
  { label: 'Sent again', kinds: ['retransmission'] },
  { label: 'Out of order', kinds: ['reordered'] },
  { label: 'Not captured', kinds: ['gap', 'truncated'] },
  { label: 'Zero window', kinds: ['zero-window'] },
  { label: 'Reset', kinds: ['rst'] },
  { label: 'Unreachable (ICMP)', kinds: ['icmp'] },
  { label: 'Closed', kinds: ['fin'] },
]

/** Each kind of event that at least one of the two has; of one connection seen twice also packets and bytes each way. */
export function transportRows(
  left: ReportConversation,
  right: ReportConversation,
  sameConnection: boolean,
): CompareRow[] {
  const amounts = [
    textRow('Packets', countText(left.packets), countText(right.packets)),
    textRow('Client sent', sentBy(left, 'client'), sentBy(right, 'client')),
    textRow('Server sent', sentBy(left, 'server'), sentBy(right, 'server')),
  ]
  return [
    ...(sameConnection ? amounts : []),
    ...rows.map(({ label, kinds }) => textRow(label, eventsOf(left, kinds), eventsOf(right, kinds))),
  ].filter((row) => row !== null)
}

function sentBy({ tokens }: ReportConversation, side: 'client' | 'server'): string {
  const bytes = tokens.filter(({ from }) => from === side).reduce((sum, token) => sum + token.bytes, 0)
  return `${countText(bytes)} bytes`
}

/** `by the server`, `3 times, by both`; null without such an event. */
function eventsOf({ transportEvents }: ReportConversation, kinds: readonly Kind[]): string | null {
  const found = transportEvents.filter(({ kind }) => kinds.includes(kind))
  if (found.length === 0) return null
  const sides = new Set(found.map(({ from }) => from))
  const who = sides.size > 1 ? 'by both' : `by the ${found[0]!.from}`
  return found.length === 1 ? who : `${countText(found.length)} times, ${who}`
}
