// What if it were Windows X, version 1: what each Windows version would answer a captured ClientHello, or offer a captured server.

import { z } from 'zod'
import { windowsEvent } from './report.ts'

export const whatIfSchemaName = 'what-if/1'
export const profileSchemaName = 'windows-profile/1'

const basis = z.enum(['documented', 'seen-on-windows', 'seen-in-apps', 'rfc', 'inferred'])
const endpoint = z.object({ address: z.string(), port: z.number() })
const switches = z.record(z.string(), z.enum(['on', 'off']))

/** A changed profile as it is saved: a Windows version and what is switched on or off in it, by name or `0x…`. */
export const profileFile = z.object({
  schema: z.literal(profileSchemaName),
  /** Id of the Windows version that it changes. */
  base: z.string(),
  name: z.string().nullable(),
  versions: switches,
  cipherSuites: switches,
  groups: switches,
})

const switched = z.object({ name: z.string(), code: z.string(), on: z.boolean() })

/** What a policy or a flag turns off in a version, by Windows' names. */
const restriction = z.object({
  id: z.enum(['strong-crypto', 'fips']),
  name: z.string(),
  /** What it is and where that is written. */
  says: z.string(),
  off: z.object({
    versions: z.array(z.string()),
    cipherSuites: z.array(z.string()),
    groups: z.array(z.string()),
  }),
})

/** One Windows version with its defaults, in order of preference: what an editor shows. */
export const windowsProfile = z.object({
  id: z.string(),
  name: z.string(),
  build: z.number(),
  versions: z.object({ client: z.array(switched), server: z.array(switched) }),
  cipherSuites: z.array(switched),
  groups: z.array(switched),
  restrictions: z.array(restriction),
  notes: z.array(z.string()),
})

const cellName = z.enum(['version', 'cipherSuite', 'group', 'certificate', 'signature'])

const names = z.array(z.string()).nullable()

const cell = z.object({
  /** What is chosen (or was chosen, where Windows is the client); null where nothing is. */
  value: z.string().nullable(),
  /**
   * `missing`: nothing meets here; `not-reached`: something before it was missing; `not-needed`: this choice has none;
   * `unknown`: the capture does not show it.
   */
  state: z.enum(['ok', 'missing', 'not-reached', 'not-needed', 'unknown']),
  /** A few words. */
  text: z.string(),
  /** The sets that had to meet: what the client has, what the server has, both; null where not visible or not compared. */
  client: names,
  server: names,
  common: names,
})

const row = z.object({
  /** Profile id; null for the captured side itself, which is the first row. */
  profile: z.string().nullable(),
  name: z.string(),
  build: z.number().nullable(),
  /** Not the version's defaults: a profile changed by hand. */
  edited: z.boolean(),
  /**
   * `accepts`: goes on; `retries`: goes on after a HelloRetryRequest; `peer-refuses`: goes on, but the captured client must
   * refuse the answer; `refuses`: fails, or would not have offered it; `unknown`: the capture does not tell.
   */
  verdict: z.enum(['accepts', 'retries', 'peer-refuses', 'refuses', 'unknown']),
  cells: z.object({ version: cell, cipherSuite: cell, group: cell, certificate: cell, signature: cell }),
  /** The first cell in which nothing meets. */
  firstMissing: cellName.nullable(),
  /** One sentence. */
  because: z.string(),
  /** The call that accepts or fails; null where no source names its status. */
  call: z
    .object({
      function: z.enum(['InitializeSecurityContext', 'AcceptSecurityContext']),
      /** ISC #2, ASC #1 …; null where it cannot be told. */
      ordinal: z.number().nullable(),
      status: z.string(),
      code: z.string(),
      basis,
      source: z.string(),
      alternatives: z.array(z.object({ status: z.string(), code: z.string() })),
    })
    .nullable(),
  alert: z.object({ from: z.enum(['client', 'server']), code: z.number(), name: z.string() }).nullable(),
  events: z.array(windowsEvent),
})

export const whatIf = z.object({
  schema: z.literal(whatIfSchemaName),
  /** The side that Windows takes. */
  side: z.enum(['client', 'server']),
  conversation: z.object({
    id: z.number(),
    client: endpoint,
    server: endpoint,
    serverName: z.string().nullable(),
    outcome: z.string(),
    /** Packet of the ClientHello or ServerHello that the question is about. */
    packet: z.number().nullable(),
  }),
  /** Why the question cannot be asked of this conversation; `rows` is empty then. */
  problem: z.string().nullable(),
  /** Two sentences at most. */
  summary: z.string(),
  serverKey: z
    .object({
      text: z.string(),
      /** `captured`: of the certificate seen; `suite`: what the chosen suite needs; `assumed`: nothing shows it, or asked for. */
      from: z.enum(['captured', 'suite', 'assumed']),
    })
    .nullable(),
  assumptions: z.array(z.object({ id: z.string(), text: z.string(), source: z.string() })),
  rows: z.array(row),
})

/** What may be asked: which side Windows takes, and with which key the server is thought to sign. */
export const whatIfQuestion = z.object({
  side: z.enum(['client', 'server']),
  serverKey: z.enum(['captured', 'rsa', 'ecdsa']),
  /** A profile id, `all`, or a changed profile. */
  profile: z.union([z.string(), profileFile]),
})

export type ProfileFile = z.infer<typeof profileFile>
export type WindowsRestriction = z.infer<typeof restriction>
export type WindowsProfile = z.infer<typeof windowsProfile>
export type WhatIf = z.infer<typeof whatIf>
export type WhatIfRow = z.infer<typeof row>
export type WhatIfCell = z.infer<typeof cell>
export type WhatIfCellName = z.infer<typeof cellName>
export type WhatIfQuestion = z.infer<typeof whatIfQuestion>
