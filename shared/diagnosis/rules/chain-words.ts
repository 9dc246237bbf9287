// What rules say about chains: names, faults, and where they point.

import type { Side } from '../../conversation/facts.ts'
import type { ReportEvidence } from '../../contract/report.ts'
import type { Cause } from '../candidate.ts'
import type { ChainReading } from '../certificates.ts'
import type { CertificateFault } from '../chain-faults.ts'
import type { Context } from '../finding.ts'
import { namesOf } from '../../x509/host.ts'
import { atCertificate } from '../view.ts'

export function certificateOf(chain: ChainReading): { readonly names: readonly string[] } {
  const leaf = chain.sent[0]?.certificate
  return { names: leaf == null ? [] : namesOf(leaf) }
}

export function chainFault(context: Context, owner: Side, cause: Cause): CertificateFault | null {
  return context.chains[owner]?.faults.find((fault) => fault.cause === cause) ?? null
}

export function pointAtFault(
  context: Context,
  owner: Side,
  fault: CertificateFault,
): readonly ReportEvidence[] {
  const message = context.view.certificate[owner]
  return message === null ? [] : [atCertificate(message, fault.index, fault.mark, fault.part)]
}
