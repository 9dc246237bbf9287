// Every rule of the diagnosis, in the order in which equal findings are shown.

import type { Rule } from './finding.ts'
import { captureRules } from './rules/capture.ts'
import { carriedRules } from './rules/carried.ts'
import { carrierRules } from './rules/carriers.ts'
import { clientCertificateRules } from './rules/client-certificate.ts'
import { limitRules } from './rules/limits.ts'
import { nameRules } from './rules/names.ts'
import { negotiationRules } from './rules/negotiation.ts'
import { recordRules } from './rules/records.ts'
import { serverCertificateRules } from './rules/server-certificate.ts'
import { sessionRules } from './rules/session.ts'
import { transportRules } from './rules/transport.ts'

export const rules: readonly Rule[] = [
  ...negotiationRules,
  ...nameRules,
  ...serverCertificateRules,
  ...clientCertificateRules,
  ...sessionRules,
  ...recordRules,
  ...transportRules,
  ...carrierRules,
  ...carriedRules,
  ...captureRules,
  ...limitRules,
]
