// Every rule of the diagnosis, in the order in which equal findings are shown.

import { Shared } from '../bytes/shared.ts'
import type { Candidate } from './candidate.ts'
import type { Rule } from './finding.ts'
import { appLoopRules } from './rules/app-loop.ts'
import { captureRules } from './rules/capture.ts'
import { carriedRules } from './rules/carried.ts'
import { carrierRules } from './rules/carriers.ts'
import { clientCertificateRules } from './rules/client-certificate.ts'
import { credsspRules } from './rules/credssp.ts'
import { ftpDataRules } from './rules/ftp-data.ts'
import { icmpRules } from './rules/icmp.ts'
import { httpRules } from './rules/http.ts'
import { insideRules } from './rules/inside.ts'
import { ldapRules } from './rules/ldap.ts'
import { limitRules } from './rules/limits.ts'
import { nameRules } from './rules/names.ts'
import { negotiationRules } from './rules/negotiation.ts'
import { recordRules } from './rules/records.ts'
import { serverCertificateRules } from './rules/server-certificate.ts'
import { sessionRules } from './rules/session.ts'
import { transportRules } from './rules/transport.ts'
import { traitBits } from './traits.ts'

export const rules: readonly Rule[] = [
  ...negotiationRules,
  ...nameRules,
  ...serverCertificateRules,
  ...clientCertificateRules,
  ...sessionRules,
  ...recordRules,
  ...appLoopRules,
  ...transportRules,
  ...icmpRules,
  ...carrierRules,
  ...ldapRules,
  ...carriedRules,
  ...credsspRules,
  ...insideRules,
  ...httpRules,
  ...ftpDataRules,
  ...captureRules,
  ...limitRules,
]

/** Lists of rules by what they were chosen for: few combinations of traits and causes come up again and again. */
const chosen = new Shared<readonly Rule[]>()
const asked = rules.map(({ asks }) => traitBits(asks))

/** The rules that have something to ask of a conversation with these traits and candidates, in their order. */
export function rulesFor(traits: number, candidates: readonly Candidate[]): readonly Rule[] {
  let key = String(traits)
  for (const { cause } of candidates) key += ` ${cause}`
  return chosen.get(key, () =>
    rules.filter(
      ({ causes }, i) =>
        (asked[i]! & ~traits) === 0 &&
        (causes === undefined || candidates.some(({ cause }) => causes.includes(cause))),
    ),
  )
}
