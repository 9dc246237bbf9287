// What the diagnosis room says about one failure: causes, candidates, and what they need to know of the world.

import type { CaptureClock } from '../conversation/facts.ts'
import type { ReportEvidence } from '../contract/report.ts'
import type { Confidence, Verdict } from '../schannel/model.ts'

/** design.md §5's causes, extended by what the rules tell apart. */
export type Cause =
  | 'no-common-version'
  | 'no-common-cipher'
  | 'no-common-group'
  | 'no-common-signature-algorithm'
  | 'alpn-mismatch'
  | 'unrecognized-name'
  | 'untrusted-root'
  | 'incomplete-chain'
  | 'expired-certificate'
  | 'not-yet-valid-certificate'
  | 'name-mismatch'
  | 'revoked-certificate'
  | 'revocation-offline'
  | 'wrong-key-usage'
  | 'weak-key'
  | 'weak-signature'
  | 'key-reused'
  | 'stapling-missing'
  | 'client-certificate-missing'
  | 'client-certificate-refused'
  | 'private-key-unusable'
  | 'no-credential'
  | 'not-tls'
  | 'bad-record-mac'
  | 'bad-signature'
  | 'downgrade-detected'
  | 'unsafe-renegotiation'
  | 'renegotiation-refused'
  | 'resumption-refused'
  | 'malformed-message'
  | 'message-too-large'
  | 'user-canceled'
  | 'access-denied'
  | 'connection-reset'
  | 'connection-closed'
  | 'no-answer'
  | 'stalled-flight'
  | 'middlebox'
  | 'capture-gap'
  | 'truncated-capture'
  | 'one-sided-capture'
  | 'starttls-refused'
  | 'proxy-refused'
  | 'proxy-header-unexpected'
  | 'peer-alert'
  | 'unknown'

/** One cause a failure may have. The first of a ranking is the verdict. */
export interface Candidate {
  readonly cause: Cause
  readonly confidence: Confidence
  /** Local status of the failing side's call, with the row of schannel §6.3; null: no call failed, or take the alert's own row. */
  readonly status: Verdict['status']
  /** One sentence, complete without its context. */
  readonly summary: string
  readonly evidence: readonly ReportEvidence[]
  readonly lookNext: string | null
}

/** Path building and trusted roots, asked of the host: signatures are never checked by hand. */
export interface Trust {
  /** Which roots these are, as shown beside every verdict that used them: a file's name, or `Node's built-in list`. */
  readonly label: string
  /** Whether `issuer`'s key signed `child` (both DER); null where the host cannot read one of them. */
  issuedBy(child: Uint8Array, issuer: Uint8Array): boolean | null
  /**
   * Whether a trusted root has this subject (DER of the Name). With `certificate` (DER), whether it is this very certificate.
   * `unknown`: there is no list to ask.
   */
  knownRoot(subject: Uint8Array, certificate: Uint8Array | null): 'yes' | 'no' | 'unknown'
}

/** What judging needs besides the conversation. */
export interface World {
  readonly trust: Trust
  readonly clock: CaptureClock
  /** The present, in milliseconds since 1970-01-01 UTC. */
  readonly now: number
}
