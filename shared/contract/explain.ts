// What `explain` answers, version 1: the meaning of a pasted error, status, event or alert, and what to look for.

import { z } from 'zod'

export const explainSchemaName = 'explain/1'

const meaning = z.object({
  /** `call`: a wrong call of an application that returns the status. */
  kind: z.enum(['status', 'alert', 'event', 'wording', 'cause', 'call']),
  /** As it is called: SEC_E_ILLEGAL_MESSAGE, handshake_failure, Schannel 36887 … */
  name: z.string(),
  /** As it is numbered: 0x80090326, 40, 36887; null where it has no number. */
  code: z.string().nullable(),
  meaning: z.string(),
  /** Row or section of the reference. */
  source: z.string(),
})

const endpoint = z.object({ address: z.string(), port: z.number() })

export const explanation = z.object({
  schema: z.literal(explainSchemaName),
  text: z.string(),
  /** Everything recognised in the text, the most telling first; empty where nothing was. */
  meanings: z.array(meaning),
  /** Causes that end this way, likeliest first. */
  candidates: z.array(z.object({ cause: z.string(), text: z.string() })),
  /** Filter that finds the conversations; null where nothing was recognised. */
  filter: z.string().nullable(),
  /** Conversations of the capture that was named; absent without one. */
  matches: z
    .array(
      z.object({
        id: z.number(),
        client: endpoint,
        server: endpoint,
        serverName: z.string().nullable(),
        outcome: z.string(),
        summary: z.string().nullable(),
      }),
    )
    .optional(),
})

export type Meaning = z.infer<typeof meaning>
export type Explanation = z.infer<typeof explanation>
