// One conversation in full: every call, token, message, transport event, certificate and finding.

import type { Analysis } from '../analyse.ts'
import { streamOf } from '../conversation/facts.ts'
import type {
  ReportAttribute,
  ReportCall,
  ReportConversation,
  ReportToken,
  ReportTransportEvent,
} from '../contract/report.ts'
import { hexNumber } from '../registries/registry.ts'
import { type Attribute, attributesOf } from '../schannel/attributes.ts'
import type { Call, ContextReplay, Token } from '../schannel/model.ts'
import { statusCode } from '../sspi/status.ts'
import { certificateViews } from './certificates.ts'
import { headOf, type ViewHost } from './head.ts'
import { messageViews } from './messages.ts'
import { isoTime } from './time.ts'
import type { World } from '../diagnosis/candidate.ts'

export interface ConversationViewHost extends ViewHost {
  /** Conversations that lie in this one, or that it announced. */
  holds(id: number): number[]
  readonly world: World
}

export function conversationView(analysis: Analysis, host: ConversationViewHost): ReportConversation {
  const { replay } = analysis
  return {
    ...headOf(analysis, host),
    holds: host.holds(analysis.conversation.id),
    contexts: { client: contextView(replay.client, host), server: contextView(replay.server, host) },
    tokens: replay.tokens.map((token) => tokenView(token, analysis, host)),
    messages: messageViews(analysis),
    transportEvents: eventViews(analysis, host),
    certificates: certificateViews(analysis, host),
    attributes: attributeViews(analysis, host),
    findings: analysis.findings.map(({ report }) => report),
  }
}

function attributeViews(analysis: Analysis, host: ViewHost): ReportConversation['attributes'] {
  const { conversation, handshakes, replay, options, opening } = analysis
  const bindings = opening?.opened === true ? opening.bindings : null
  const facts = { conversation, handshakes, replay, profile: options.profile, bindings }
  const { client, server } = attributesOf(facts, host.crypto)
  return { client: client.map(attributeView), server: server.map(attributeView) }
}

function attributeView(attribute: Attribute): ReportAttribute {
  return { ...attribute, code: hexNumber(attribute.code, 1) }
}

function contextView(context: ContextReplay, host: ViewHost): ReportConversation['contexts']['client'] {
  return { final: context.final, calls: context.calls.map((call) => callView(call, host)) }
}

function callView(call: Call, host: ViewHost): ReportCall {
  return {
    n: call.n,
    ordinal: call.ordinal,
    handshake: call.handshake,
    function: call.function,
    time: isoTime(host.clock, call.time),
    handle: call.handle,
    tokens: call.tokens.map((slice) => ({ ...slice })),
    packets: [...call.packets],
    carried: call.carried,
    requested: [...call.requested],
    returned: [...call.returned],
    assumption: call.assumption,
    input: { before: [...call.input.before], after: [...call.input.after] },
    output: { before: [...call.output.before], after: [...call.output.after] },
    outToken: call.outToken,
    status: call.status,
    code: statusCode(call.status),
    basis: call.basis,
    source: call.source,
    alternatives: call.alternatives.map((one) => ({ ...one, code: statusCode(one.status) })),
    state: call.state,
    messages: [...call.messages],
  }
}

function tokenView(token: Token, analysis: Analysis, host: ViewHost): ReportToken {
  const { records } = streamOf(analysis.conversation, token.from)
  return {
    id: token.id,
    from: token.from,
    kind: token.kind,
    stream: [token.start, token.end],
    bytes: token.end - token.start,
    packets: [...token.packets],
    time: isoTime(host.clock, token.time),
    until: isoTime(host.clock, records[token.records.at(-1) ?? -1]?.time ?? token.time),
    records: token.records.map((index) => {
      const record = records[index]!
      return {
        contentType: record.innerType,
        bytes: record.end - record.start,
        protection: record.protection,
      }
    }),
  }
}

function eventViews(analysis: Analysis, host: ViewHost): ReportTransportEvent[] {
  return analysis.conversation.events.map(({ kind, from, packet, time, bytes, at, icmp }) => ({
    time: isoTime(host.clock, time),
    packet,
    from,
    kind,
    bytes,
    offset: at,
    text: icmp === null ? null : `${icmp.name} ${icmp.text}, from ${icmp.sender}`,
  }))
}
