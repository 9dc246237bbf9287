// Every rule of the diagnosis, in the order in which equal findings are shown.

import type { Rule } from './finding.ts'
import { clientCertificateRules } from './rules/client-certificate.ts'
import { negotiationRules } from './rules/negotiation.ts'
import { serverCertificateRules } from './rules/server-certificate.ts'

export const rules: readonly Rule[] = [
  ...negotiationRules,
  ...serverCertificateRules,
  ...clientCertificateRules,
]
