// A client that refuses what the server chose: versions, suites, groups, signatures, key sizes, renegotiation.

import type { Alert } from '../../tls/messages.ts'
import type { Candidate, World } from '../candidate.ts'
import { certificateFaults } from '../certificates.ts'
import { cipherName, groupName, offeredVersions, schemeName, versionName } from '../offer.ts'
import { atMessage } from '../view.ts'
import type { HandshakeView, Parsed } from '../view.ts'
import { say } from './alerts.ts'

/** Smallest DH prime that current stacks accept (OpenSSL security level 2, schannel §9.6 for servers). */
const usualDhBits = 2048

/** Candidates for a client's handshake_failure or insufficient_security after ServerHello (S02, S14, S76). */
export function judgeServerChoice(
  view: HandshakeView,
  alert: Parsed<Alert>,
  world: World,
): readonly Candidate[] {
  return [...judgeNotOffered(view, alert), ...judgeWeakChoice(view, alert, world)]
}

/** What the server chose although the client had not offered it: illegal_parameter says that, too. */
export function judgeNotOffered(view: HandshakeView, alert: Parsed<Alert>): readonly Candidate[] {
  const offered = view.hello?.body
  const chosen = view.serverHello
  if (offered === undefined || chosen === null) return []
  const found: Candidate[] = []
  const { negotiatedVersion, cipherSuite, keyShareGroup } = chosen.body
  const versions = offeredVersions(offered)
  const add = (cause: Candidate['cause'], row: number | null, summary: string, lookNext: string) =>
    found.push(withChoice(view, chosen, say(view, alert, cause, 'likely', row, { summary, lookNext })))

  if (offered.supportedVersions !== null && !versions.includes(negotiatedVersion))
    add(
      'no-common-version',
      4,
      `The server chose ${versionName(negotiatedVersion)}, which the client had not offered.`,
      'Compare the versions both sides enable.',
    )
  if (!offered.cipherSuites.includes(cipherSuite))
    add(
      'malformed-message',
      5,
      `The server chose ${cipherName(cipherSuite)}, which the client had not offered.`,
      'Look for a device that rewrites hellos.',
    )
  const exchange = view.serverKeyExchange?.body
  const group = exchange?.group ?? keyShareGroup
  if (group !== null && offered.supportedGroups !== null && !offered.supportedGroups.includes(group))
    add(
      'no-common-group',
      null,
      `The server used ${groupName(group)}, which the client had not offered.`,
      'Compare the groups both sides enable.',
    )
  const scheme = exchange?.scheme ?? null
  if (
    scheme !== null &&
    offered.signatureAlgorithms !== null &&
    !offered.signatureAlgorithms.includes(scheme)
  )
    add(
      'no-common-signature-algorithm',
      null,
      `The server signed with ${schemeName(scheme)}, which the client had not offered.`,
      'Compare the signature algorithms both sides enable.',
    )
  return found
}

function judgeWeakChoice(view: HandshakeView, alert: Parsed<Alert>, world: World): readonly Candidate[] {
  const chosen = view.serverHello
  if (view.hello === null || chosen === null) return []
  const found: Candidate[] = []
  const add = (cause: Candidate['cause'], row: number | null, summary: string, lookNext: string) =>
    found.push(withChoice(view, chosen, say(view, alert, cause, 'likely', row, { summary, lookNext })))
  const bits = view.serverKeyExchange?.body.bits ?? null
  if (bits !== null && bits < usualDhBits)
    add(
      'weak-key',
      35,
      `The server's Diffie-Hellman prime has ${String(bits)} bits; the client asks for more.`,
      "Look at the client's minimum key length.",
    )
  if (view.handshake > 1)
    add(
      'renegotiation-refused',
      33,
      'The client gave up a renegotiation.',
      'Find what made the server ask for a new handshake.',
    )
  else if (lacksRenegotiationInfo(view))
    add(
      'unsafe-renegotiation',
      null,
      'The server did not answer with renegotiation_info (RFC 5746); current OpenSSL clients refuse such servers.',
      'Look for an update of the server.',
    )
  for (const fault of certificateFaults(view, 'server', world)) {
    if (fault.cause === 'weak-key' || fault.cause === 'weak-signature')
      add(fault.cause, 35, fault.text, "Look at the client's policy for key sizes and hashes.")
  }
  return found
}

/** RFC 5746 §3.4: a ServerHello up to TLS 1.2 without extension 0xff01. */
export function lacksRenegotiationInfo(view: HandshakeView): boolean {
  const chosen = view.serverHello?.body
  if (chosen === undefined || chosen.negotiatedVersion > 0x0303 || chosen.negotiatedVersion < 0x0300)
    return false
  return !(chosen.extensions ?? []).some((extension) => extension.type === 0xff01)
}

function withChoice(
  view: HandshakeView,
  chosen: NonNullable<HandshakeView['serverHello']>,
  candidate: Candidate,
): Candidate {
  return {
    ...candidate,
    evidence: [...candidate.evidence, atMessage(view.conversation, chosen.message, 'the choice it refused')],
  }
}
