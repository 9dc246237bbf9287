// The conversation in the letters of Zeek's ssl.log.

import type { Conversation } from '../conversation/facts.ts'
import { type HistoryItem, historyLetters } from '../tls/history.ts'
import { Shared } from '../bytes/shared.ts'

const known = new Shared<string>()

/** Client letters upper-case, server letters lower-case, in capture order; sealed content has none. */
export function historyOf(conversation: Conversation): string {
  const opener = conversation.events.find((event) => event.kind === 'syn')
  const letters = historyLetters(itemsOf(conversation), opener?.from === 'server')
  return known.get(letters, () => letters)
}

/** One object after another: who takes an item keeps none. */
function* itemsOf({ messages }: Conversation): Generator<HistoryItem> {
  for (const message of messages) {
    const { from, contentType, type } = message
    if (type === null) continue
    const helloRetryRequest =
      type === 2 && message.body?.kind === 'server-hello' && message.body.helloRetryRequest
    yield { from, contentType, type, helloRetryRequest }
  }
}
