// What a comparison of two conversations says: paired rows, where they part, and one paragraph of reading.

import { z } from 'zod'

const side = z.enum(['client', 'server'])

/** A ClientHello or ServerHello in words; lists keep the order of the wire, null where the message has no such part. */
const hello = z.object({
  packet: z.number().nullable(),
  /** Position in the sender's stream: leads to its bytes. */
  stream: z.tuple([z.number(), z.number()]),
  bytes: z.number(),
  /** Offered by a client; the one chosen by a server. */
  versions: z.array(z.string()),
  cipherSuites: z.array(z.string()),
  /** Signalling values in the list of suites, which name no suite: RFC 5746 §3.3, RFC 7507 §2. */
  signals: z.array(z.string()),
  groups: z.array(z.string()).nullable(),
  keyShares: z.array(z.string()).nullable(),
  signatureAlgorithms: z.array(z.string()).nullable(),
  alpn: z.array(z.string()).nullable(),
  serverName: z.string().nullable(),
  extensions: z.array(z.string()),
  sessionId: z.number(),
  compression: z.array(z.string()),
})

/** The hellos of a conversation's first handshake. */
export const hellos = z.object({
  client: hello.nullable(),
  retry: hello.nullable(),
  server: hello.nullable(),
})

/** One of two compared values. */
export const compareCell = z.object({
  text: z.string(),
  /** Members of a set in the order of the wire; `only` marks those that the other side does not have. */
  items: z.array(z.object({ text: z.string(), only: z.boolean() })),
  /** It ends the handshake: a fatal alert. */
  failing: z.boolean(),
  /** A call's status; null for other rows. */
  status: z.string().nullable(),
  /** What a call took in and put out. */
  aside: z.string().nullable(),
  /** Where the value was read; null for what is nowhere in particular. */
  evidence: z
    .object({
      packet: z.number().nullable(),
      from: side,
      stream: z.tuple([z.number(), z.number()]).nullable(),
    })
    .nullable(),
})

export const compareRow = z.object({
  label: z.string(),
  /** `equal`, `different`, or only one side has it. */
  mark: z.enum(['equal', 'different', 'left-only', 'right-only']),
  left: compareCell.nullable(),
  right: compareCell.nullable(),
  /** The place where the two part, and its most likely cause. */
  parting: z.boolean(),
})

export const comparison = z.object({
  /** How the two are related: `same server name, 55 s apart`. */
  relation: z.string(),
  /** Both captures hold the same connection: their ClientHellos have the same random. */
  sameConnection: z.boolean(),
  verdict: z.object({
    text: z.string(),
    confidence: z.enum(['observed', 'likely', 'possible']).nullable(),
    differs: z.boolean(),
  }),
  reading: z.string(),
  groups: z.array(z.object({ title: z.string(), rows: z.array(compareRow) })),
  differences: z.number(),
  equal: z.number(),
})

export type Hello = z.infer<typeof hello>
export type Hellos = z.infer<typeof hellos>
export type CompareCell = z.infer<typeof compareCell>
export type CompareRow = z.infer<typeof compareRow>
export type Comparison = z.infer<typeof comparison>
