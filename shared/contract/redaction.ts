// What a report may be cleaned of before it is handed on.

import { z } from 'zod'

export const redactionKinds = ['addresses', 'names', 'certificates', 'evidence', 'files'] as const

export type RedactionKind = (typeof redactionKinds)[number]

/** One original and what stands in its place. Never part of a report. */
export const replacement = z.object({
  kind: z.enum(redactionKinds),
  original: z.string(),
  standIn: z.string(),
})

export type Replacement = z.infer<typeof replacement>
