// The report, version 1: zod schemas that are the source of the TypeScript types and of the JSON Schemas in docs/.
// Unknown is null, known to be none is [] or false. Times are ISO 8601 UTC with nanoseconds, or null.

import { z } from 'zod'
import { note } from './notes.ts'

export const reportSchemaName = 'handshake-report/1'

const time = z.string().nullable()
const side = z.enum(['client', 'server'])
const confidence = z.enum(['observed', 'likely', 'possible'])
const basis = z.enum(['documented', 'seen-on-windows', 'seen-in-apps', 'rfc', 'inferred'])
const protection = z.enum(['plain', 'opened', 'sealed'])
const range = z.tuple([z.number(), z.number()])

const endpoint = z.object({ address: z.string(), port: z.number() })

export const warning = z.object({
  code: z.string(),
  offset: z.number().nullable(),
  packet: z.number().nullable(),
  text: z.string(),
})

export const captureSummary = z.object({
  file: z.string(),
  format: z.string(),
  bytes: z.number().nullable(),
  packets: z.number(),
  flows: z.number(),
  first: time,
  last: time,
  warnings: z.array(warning),
})

const cipherSuite = z.object({ code: z.string(), name: z.string() }).nullable()

const alpn = z.object({
  offered: z.array(z.string()).nullable(),
  chosen: z.string().nullable(),
  /** Whether the choice could be seen (TLS 1.3 hides it without keys). */
  visible: z.boolean(),
})

export const handshake = z.object({
  n: z.number(),
  kind: z.enum(['initial', 'renegotiation']),
  protocol: z.string().nullable(),
  serverName: z.string().nullable(),
  cipherSuite,
  group: z.string().nullable(),
  alpn,
  resumed: z.boolean().nullable(),
  clientRandom: z.string().nullable(),
  outcome: z.enum(['established', 'failed', 'incomplete']),
})

const secBuffer = z.object({ type: z.string(), bytes: z.number().nullable() })

export const call = z.object({
  n: z.number(),
  ordinal: z.number(),
  handshake: z.number(),
  function: z.enum([
    'InitializeSecurityContext',
    'AcceptSecurityContext',
    'DecryptMessage',
    'ApplyControlToken',
    'DeleteSecurityContext',
  ]),
  time,
  handle: z.enum(['none', 'held', 'new', 'deleted']),
  tokens: z.array(z.object({ token: z.number(), start: z.number(), end: z.number() })),
  packets: z.array(z.number()),
  carried: z.number(),
  requested: z.array(z.string()),
  returned: z.array(z.string()),
  assumption: z.string().nullable(),
  input: z.object({ before: z.array(secBuffer), after: z.array(secBuffer) }),
  output: z.object({ before: z.array(secBuffer), after: z.array(secBuffer) }),
  outToken: z.number().nullable(),
  status: z.string(),
  code: z.string(),
  basis,
  source: z.string(),
  alternatives: z.array(z.object({ status: z.string(), code: z.string(), basis, when: z.string() })),
  state: z.string(),
  /** Indexes into `messages`. */
  messages: z.array(z.number()),
})

const contextRow = z.object({ final: z.string().nullable() })
const context = contextRow.extend({ calls: z.array(call) })

export const token = z.object({
  id: z.number(),
  from: side,
  kind: z.enum(['handshake', 'alert', 'application', 'not-tls']),
  stream: range,
  bytes: z.number(),
  packets: z.array(z.number()),
  /** Of its first byte, and of the packet that completed its last record. */
  time,
  until: time,
  records: z.array(z.object({ contentType: z.number(), bytes: z.number(), protection })),
})

export const message = z.object({
  from: side,
  handshake: z.number(),
  token: z.number().nullable(),
  packets: z.array(z.number()),
  stream: range,
  contentType: z.number(),
  type: z.number().nullable(),
  name: z.string(),
  /** What it says in one line, without names of hosts or people; null where it is sealed or could not be read. */
  summary: z.string().nullable(),
  /** Of a hello that was exchanged twice: why, in two or three words; null elsewhere. */
  note: z.string().nullable(),
  bytes: z.number(),
  protection,
  /** Opened with keys (the same as protection `opened`, kept for readers of the wording). */
  encrypted: z.boolean(),
  verified: z.boolean().nullable(),
  malformed: z.string().nullable(),
  dtls: z
    .object({ epoch: z.number(), messageSeq: z.number(), fragments: z.number(), retransmission: z.boolean() })
    .nullable(),
})

export const alert = z.object({
  from: side,
  packet: z.number(),
  level: z.number(),
  code: z.number(),
  name: z.string(),
  protection,
})

export const transportEvent = z.object({
  time,
  packet: z.number(),
  from: side,
  kind: z.enum([
    'syn',
    'retransmission',
    'duplicate',
    'reordered',
    'overlap',
    'gap',
    'truncated',
    'rst',
    'fin',
    'zero-window',
    'keep-alive',
    'icmp',
  ]),
  bytes: z.number(),
  /** Where in the stream of `from` its bytes lie, or would. */
  offset: z.number(),
  /** `ICMP 3/3 port unreachable, from 10.0.0.1`; null for what is no ICMP error. */
  text: z.string().nullable(),
})

export const certificateCheck = z.object({
  check: z.string(),
  verdict: z.enum(['ok', 'bad', 'cannot-tell']),
  status: z.string().nullable(),
  text: z.string(),
})

export const certificate = z.object({
  sha256: z.string(),
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  notBefore: time,
  notAfter: time,
  san: z.array(z.string()),
  keyType: z.string(),
  keyBits: z.number().nullable(),
  signature: z.string(),
  keyUsage: z.array(z.string()).nullable(),
  extendedKeyUsage: z.array(z.string()).nullable(),
  isCa: z.boolean().nullable(),
  selfSigned: z.boolean(),
  subjectKeyId: z.string().nullable(),
  authorityKeyId: z.string().nullable(),
  checks: z.array(certificateCheck),
  /** DER in base64: lets a reader save it as PEM. null in redacted reports. */
  der: z.string().nullable(),
})

export const evidence = z.object({
  packet: z.number().nullable(),
  from: side.nullable(),
  space: z.enum(['packet', 'stream', 'message', 'certificate']),
  index: z.number().nullable(),
  offset: z.number().nullable(),
  length: z.number().nullable(),
  text: z.string(),
})

export const findingRow = z.object({
  id: z.number(),
  rank: z.number(),
  rule: z.string(),
  scenario: z.string().nullable(),
  severity: z.enum(['error', 'warning', 'info']),
  side: z.enum(['client', 'server', 'transport']).nullable(),
  confidence,
  title: z.string(),
})

/** An event that Windows writes into its System log. */
export const windowsEvent = z.object({
  id: z.number(),
  on: side,
  alert: z.number().nullable(),
  logging: z.string(),
  text: z.string(),
})

export const finding = findingRow.extend({
  cause: z.string().nullable(),
  explanation: z.string(),
  remedy: z.string(),
  lookNext: z.string().nullable(),
  sets: z.array(
    z.object({
      what: z.string(),
      client: z.array(z.string()).nullable(),
      server: z.array(z.string()).nullable(),
      common: z.array(z.string()).nullable(),
    }),
  ),
  neighbours: z.array(z.object({ key: z.string(), id: z.number(), text: z.string() })),
  evidence: z.array(evidence),
  windows: z.object({
    status: z.string().nullable(),
    events: z.array(windowsEvent),
    /** How well-known programs word it. */
    apps: z.array(z.object({ app: z.string(), text: z.string() })),
  }),
})

export const failure = z.object({
  by: z.enum(['schannel', 'application', 'transport']),
  side: z.enum(['client', 'server', 'transport']).nullable(),
  cause: z.string(),
  confidence,
  handshake: z.number(),
  /** `n` of the failing call in the failing side's context, in this report's delivery mode. */
  call: z.number().nullable(),
  status: z.string().nullable(),
  code: z.string().nullable(),
  trigger: z.object({ packet: z.number().nullable() }),
  packet: z.number().nullable(),
  summary: z.string(),
  candidates: z.array(
    z.object({
      cause: z.string(),
      confidence,
      finding: z.number().nullable(),
      lookNext: z.string().nullable(),
    }),
  ),
})

const carrier = z.object({
  name: z.string(),
  steps: z.array(
    z.object({
      time,
      packets: z.array(z.number()),
      from: side,
      text: z.string(),
      result: z.enum(['ok', 'refused', 'info']),
    }),
  ),
})

/** One answer of QueryContextAttributes. */
export const attribute = z.object({
  name: z.string(),
  /** The constant of schannel.h and sspi.h, in hex. */
  code: z.string(),
  /** In one line; null where the capture does not show it, or the call fails. */
  value: z.string().nullable(),
  /** `derived` from the wire by documented or tested rules, or `assumed`. */
  basis: z.enum(['derived', 'assumed']),
  status: z.string(),
  source: z.string(),
  /** Members of the structure. */
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Why there is no value, or what else to know. */
  note: z.string().nullable(),
})

const conversationHead = z.object({
  id: z.number(),
  /** Stable over runs; notes and links anchor on it. */
  key: z.string(),
  /** The conversation that this one lies in, or that announced it. */
  parent: z.number().nullable(),
  transport: z.enum(['tcp', 'udp', 'quic', 'eapol', 'radius', 'rdp-udp']),
  /** Tunnels that its packets came through, the outermost first: `VXLAN`, `GRE`, `PPPoE` … */
  tunnels: z.array(z.string()),
  client: endpoint,
  server: endpoint,
  start: time,
  durationMs: z.number().nullable(),
  packets: z.number(),
  carrier,
  /** What was said inside TLS, where keys opened it; its `name` is that protocol. */
  inside: carrier.nullable(),
  handshakes: z.array(handshake),
  protocol: z.string().nullable(),
  serverName: z.string().nullable(),
  cipherSuite,
  group: z.string().nullable(),
  alpn,
  resumed: z.boolean().nullable(),
  ja3: z.string().nullable(),
  ja3s: z.string().nullable(),
  ja4: z.string().nullable(),
  history: z.string(),
  outcome: z.enum(['established', 'failed', 'incomplete', 'none']),
  failure: failure.nullable(),
  alerts: z.array(alert),
  uninspectedRecords: z.number(),
})

/** One line of a list: scalars, no calls, no bytes. */
export const row = conversationHead.extend({
  contexts: z.object({ client: contextRow, server: contextRow }),
  /** Distinct statuses of all calls, so that `status == X` finds the conversation. */
  statuses: z.array(z.string()),
  calls: z.number(),
  /** Distinct ids of the Windows events that the findings name, so that `event == 36888` finds the conversation. */
  events: z.array(z.number()),
  findings: z.array(findingRow),
})

/** One conversation in full. */
export const conversation = conversationHead.extend({
  /** Conversations that lie in this one, or that it announced. */
  holds: z.array(z.number()),
  contexts: z.object({ client: context, server: context }),
  tokens: z.array(token),
  messages: z.array(message),
  transportEvents: z.array(transportEvent),
  certificates: z.object({
    server: z.array(certificate).nullable(),
    client: z.array(certificate).nullable(),
  }),
  attributes: z.object({ client: z.array(attribute), server: z.array(attribute) }),
  findings: z.array(finding),
})

export const modelOptions = z.object({
  delivery: z.enum(['as-captured', 'per-record', 'per-flight']),
  partial: z.enum(['consume', 'retain']),
  statuses: z.enum(['documented', 'observed']),
  profile: z.object({ client: z.string().nullable(), server: z.string().nullable() }),
  /** What opened sealed records; `none` also where keys were given and opened nothing. */
  keys: z.enum(['none', 'keylog', 'rsa']),
})

export const report = z.object({
  schema: z.literal(reportSchemaName),
  tool: z.object({ name: z.string(), version: z.string() }),
  captures: z.array(captureSummary),
  model: modelOptions,
  /** The analyst's, where they were asked for. */
  notes: z.array(note).optional(),
  conversations: z.array(conversation),
})

export type Warning = z.infer<typeof warning>
export type CaptureSummary = z.infer<typeof captureSummary>
export type ReportHandshake = z.infer<typeof handshake>
export type ReportCall = z.infer<typeof call>
export type ReportToken = z.infer<typeof token>
export type ReportMessage = z.infer<typeof message>
export type ReportTransportEvent = z.infer<typeof transportEvent>
export type ReportCertificate = z.infer<typeof certificate>
export type ReportCertificateCheck = z.infer<typeof certificateCheck>
export type ReportEvidence = z.infer<typeof evidence>
export type ReportFinding = z.infer<typeof finding>
export type ReportFailure = z.infer<typeof failure>
export type ReportConversation = z.infer<typeof conversation>
export type ReportAttribute = z.infer<typeof attribute>
export type ReportRow = z.infer<typeof row>
export type ModelOptions = z.infer<typeof modelOptions>
export type Report = z.infer<typeof report>
