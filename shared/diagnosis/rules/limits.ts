// The limits ruler: what can be measured in a capture against Schannel's default limits (field §0.3, schannel §9.6).

import type { Message } from '../../conversation/facts.ts'
import { isHandshake, atCertificate, atMessage } from '../view.ts'
import { remark } from '../finding.ts'
import type { Context, Rule } from '../finding.ts'

interface Limit {
  readonly bytes: number
  readonly setting: string
}

const clientLimit: Limit = { bytes: 0x8000, setting: 'Messaging\\MessageLimitClient' }
const serverLimit: Limit = { bytes: 0x4000, setting: 'Messaging\\MessageLimitServer' }
const serverAuthLimit: Limit = { bytes: 0x8000, setting: 'Messaging\\MessageLimitServerClientAuth' }

/** Below this share of a limit nothing is said. */
const near = 0.8
/** Shorter messages are far from every limit. */
export const shortestNotable = near * serverLimit.bytes

export const limitRules: readonly Rule[] = [
  {
    id: 'message-limit',
    scenario: 'S30',
    precondition: "A handshake message larger than Schannel's limit for its receiver, or close to it.",
    evidence: 'The size of the message.',
    confidence: 'observed for the size; likely as a cause where the receiver gave up',
    sources: ['field S30', 'field §0.3'],
    asks: ['longMessage'],
    check(context) {
      const { conversation, outcome } = context
      let worst: { readonly message: Message; readonly limit: Limit } | null = null
      for (const message of conversation.messages) {
        if (message.contentType !== 22 || message.type === null) continue
        const limit = limitFor(context, message)
        if (
          share(message, limit) >= near &&
          (worst === null || share(message, limit) > share(worst.message, worst.limit))
        )
          worst = { message, limit }
      }
      if (worst === null) return null
      const { message, limit } = worst
      const over = message.bytes.length > limit.bytes
      const receiver = message.from === 'client' ? 'server' : 'client'
      return remark(over && outcome.outcome === 'failed' ? 'warning' : 'info', receiver, {
        title: over
          ? 'A message is larger than Windows accepts'
          : 'A message is close to what Windows accepts',
        confidence: 'observed',
        explanation: `It has ${String(message.bytes.length)} bytes; a Windows ${receiver} accepts ${String(limit.bytes)} (SCHANNEL\\${limit.setting}).`,
        remedy: isHandshake(message, 11)
          ? 'Send only the certificates of the chain; leave out cross-signed and unrelated ones.'
          : 'Shorten the message: fewer trusted issuers, fewer extensions.',
        evidence: [atMessage(conversation, message, `${String(message.bytes.length)} bytes`)],
      })
    },
  },
  {
    id: 'key-limit',
    scenario: 'S14',
    precondition: "An RSA or Diffie-Hellman key of the server below Schannel's minimum of 1024 bits.",
    evidence: 'The certificate or ServerKeyExchange.',
    confidence: 'observed',
    sources: ['field S14', 'field §0.3'],
    asks: ['serverKey'],
    check({ view, chains, conversation, outcome }) {
      const severity = outcome.outcome === 'failed' ? 'warning' : 'info'
      const leaf = chains.server?.sent[0]?.certificate
      const message = view.certificate.server
      if (
        leaf != null &&
        message !== null &&
        leaf.key.type.startsWith('RSA') &&
        (leaf.key.bits ?? 4096) < 1024
      )
        return remark(severity, 'server', {
          title: 'The RSA key is below the minimum of Windows clients',
          explanation: `It has ${String(leaf.key.bits)} bits; KeyExchangeAlgorithms\\PKCS\\ClientMinKeyBitLength is 1024 by default.`,
          remedy: 'Issue the certificate with an RSA key of at least 2048 bits.',
          evidence: [atCertificate(message, 0, `RSA ${String(leaf.key.bits)} bits`)],
        })
      const exchange = view.serverKeyExchange
      if (exchange?.body.bits != null && exchange.body.exchange === 'dhe' && exchange.body.bits < 1024)
        return remark(severity, 'server', {
          title: 'The Diffie-Hellman prime is below the minimum of Windows clients',
          explanation: `It has ${String(exchange.body.bits)} bits; Diffie-Hellman\\ClientMinKeyBitLength is 1024 by default.`,
          remedy: 'Use ECDHE, or a prime of 2048 bits on the server.',
          evidence: [
            atMessage(conversation, exchange.message, `prime of ${String(exchange.body.bits)} bits`),
          ],
        })
      return null
    },
  },
]

function limitFor({ view }: Context, message: Message): Limit {
  if (message.from === 'server') return clientLimit
  return view.request === null ? serverLimit : serverAuthLimit
}

function share(message: Message, limit: Limit): number {
  return message.bytes.length / limit.bytes
}
