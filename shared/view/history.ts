// The conversation in the letters of Zeek's ssl.log.

import type { Conversation } from '../conversation/facts.ts'
import { type HistoryItem, historyLetters } from '../tls/history.ts'
import { Shared } from '../bytes/shared.ts'

const known = new Shared<string>()

/** Client letters upper-case, server letters lower-case, in capture order; sealed content has none. */
export function historyOf(conversation: Conversation): string {
  const items: HistoryItem[] = []
  for (const message of conversation.messages) {
    const { from, contentType, type } = message
    if (type === null) continue
    const helloRetryRequest =
      type === 2 && message.body?.kind === 'server-hello' && message.body.helloRetryRequest
    items.push({ from, contentType, type, helloRetryRequest })
  }
  const opener = conversation.events.find((event) => event.kind === 'syn')
  const letters = historyLetters(items, opener?.from === 'server')
  return known.get(letters, () => letters)
}
