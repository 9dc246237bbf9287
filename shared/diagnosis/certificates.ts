// Certificates as sent, held against what they should be: faults that explain a refusal.

import type { Side } from '../conversation/facts.ts'
import type { Cause, World } from './candidate.ts'
import type { HandshakeView } from './view.ts'

/** Something wrong with a chain. `certain`: the bytes show it; otherwise the receiver's own stores decide. */
export interface CertificateFault {
  readonly cause: Cause
  readonly certain: boolean
  /** Which certificate of the message, leaf 0. */
  readonly index: number
  readonly text: string
}

/** Faults of the chain that `owner` sent, worst first; empty where none is visible. */
export function certificateFaults(
  view: HandshakeView,
  owner: Side,
  world: World,
): readonly CertificateFault[] {
  const sent = view.certificate[owner]?.body.certificates ?? []
  const leaf = sent[0]
  if (leaf === undefined || sent.length > 1) return []
  return world.trust.issuedBy(leaf.der, leaf.der) === true
    ? [
        {
          cause: 'untrusted-root',
          certain: true,
          index: 0,
          text: `The ${owner}'s certificate is self-signed.`,
        },
      ]
    : []
}
