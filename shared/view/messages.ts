// The messages of a conversation: where each lies, its name, and what an expert would say of it.

import type { Analysis } from '../analyse.ts'
import type { ReportMessage } from '../contract/report.ts'
import { type Message, type Side, streamOf } from '../conversation/facts.ts'
import { nameOf } from '../registries/registry.ts'
import { alertDescriptions, contentTypes } from '../registries/tls.ts'
import type { Token } from '../schannel/model.ts'
import { handshakeName, keyShareWords, retryWords, summaryOf } from '../tls/message-words.ts'
import { packetsOf } from './packets.ts'

export function messageViews(analysis: Analysis): ReportMessage[] {
  const { messages } = analysis.conversation
  return messages.map((message) => messageView(message, analysis, noteOf(message, messages)))
}

function messageView(message: Message, analysis: Analysis, note: string | null): ReportMessage {
  const { chunks } = streamOf(analysis.conversation, message.from)
  return {
    from: message.from,
    handshake: message.handshake,
    token: tokenAt(analysis.replay.tokens, message.from, message.start),
    packets: packetsOf(chunks, message.start, message.end),
    stream: [message.start, message.end],
    contentType: message.contentType,
    type: message.type,
    name: messageName(message),
    summary: message.body === null ? null : summaryOf(message.body),
    note,
    bytes: message.bytes.length === 0 ? message.end - message.start : message.bytes.length,
    protection: message.protection,
    encrypted: message.protection === 'opened' && analysis.opening?.matched === true,
    verified: message.verified,
    malformed: message.malformed?.what ?? null,
    dtls: message.dtls,
  }
}

function tokenAt(tokens: readonly Token[], from: Side, offset: number): number | null {
  return (
    tokens.find((token) => token.from === from && token.start <= offset && offset < token.end)?.id ?? null
  )
}

/** The RFC's name; what is sealed says so. */
function messageName(message: Message): string {
  if (message.contentType === 128) return 'ClientHello (SSLv2 format)'
  if (message.type === null) {
    return message.contentType === 22
      ? 'Encrypted handshake message'
      : `Encrypted ${nameOf(contentTypes, message.contentType)}`
  }
  if (message.contentType === 21)
    return `Alert ${String(message.type)} ${nameOf(alertDescriptions, message.type)}`
  if (message.contentType === 20) return 'ChangeCipherSpec'
  if (message.body?.kind === 'server-hello' && message.body.helloRetryRequest) return 'HelloRetryRequest'
  return handshakeName(message.type)
}

/** Why the hellos were exchanged twice: what the first lacked, what was asked for, what the second brings (RFC 8446 §4.1.4, RFC 6347 §4.2.1). */
function noteOf({ handshake, body }: Message, all: readonly Message[]): string | null {
  const same = all.filter((message) => message.handshake === handshake)
  const asked = same.find(
    ({ body: each }) =>
      each?.kind === 'hello-verify-request' || (each?.kind === 'server-hello' && each.helloRetryRequest),
  )?.body
  if (asked === undefined || asked === null) return null
  if (body === asked) return body.kind === 'server-hello' ? retryWords(body) : 'wants its cookie back'
  if (body?.kind !== 'client-hello') return null
  const first = same.find(({ body: each }) => each?.kind === 'client-hello')?.body === body
  if (asked.kind === 'hello-verify-request') return first ? null : 'again, with the cookie'
  const share = keyShareWords(body)
  return first ? share : `again, ${share.replace('key share ', '')}`
}
