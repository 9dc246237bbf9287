// The conversation in the letters of Zeek's ssl.log.

import type { Conversation } from '../conversation/facts.ts'
import { historyLetters } from '../tls/history.ts'

/** Client letters upper-case, server letters lower-case, in capture order; sealed content has none. */
export function historyOf(conversation: Conversation): string {
  const items = conversation.messages
    .filter((message) => message.type !== null)
    .map((message) => ({
      from: message.from,
      contentType: message.contentType,
      type: message.type,
      helloRetryRequest: message.body?.kind === 'server-hello' && message.body.helloRetryRequest,
    }))
  const opener = conversation.events.find((event) => event.kind === 'syn')
  return historyLetters(items, opener?.from === 'server')
}
