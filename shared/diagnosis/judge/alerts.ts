// What a fatal alert means, given who sent it, how far the handshake was, and what the hellos and certificates hold.

import { lacksBefore, peerOf } from '../../conversation/facts.ts'
import type { FailurePoint } from '../../schannel/model.ts'
import { cipherSuiteInfo } from '../../registries/suite-info.ts'
import { alertRow, judgesCertificate } from '../../sspi/alerts.ts'
import type { Alert } from '../../tls/messages.ts'
import type { Candidate, Cause, World } from '../candidate.ts'
import type { HandshakeView, Parsed } from '../view.ts'
import { atMessage, atPacket, isTls13 } from '../view.ts'
import { offeredVersions, offersTls13, versionRank } from '../offer.ts'
import { certificateFaults } from '../certificates.ts'
import { faultCandidates, judgeCertificateAlert, missingClientCertificate } from './certificates.ts'
import { judgeNarrowOffer, judgeNoMatch } from './offers.ts'
import { judgeNotOffered, judgeServerChoice } from './server-choice.ts'
import { statusOfRow } from './status.ts'

/** Candidates for a failure that an alert announced. */
export function judgeAlert(view: HandshakeView, alert: Parsed<Alert>, world: World): readonly Candidate[] {
  const by = alert.message.from
  const unasked = view.stage === 'nothing' && !lacksBefore(view.conversation.client, alert.message.start)
  if (by === 'client' && unasked && !judgesCertificate(alert.body.description))
    return [noOffer(view, alert), ...judgeOther(view, alert)]
  switch (alert.body.description) {
    case 0:
      return [
        say(view, alert, 'connection-closed', 'observed', null, {
          summary: `The ${by} closed the connection politely (close_notify) before the handshake was done.`,
          lookNext: `Look at the ${by}'s application log: it gave up without an error of TLS.`,
        }),
      ]
    case 10:
      return [
        ...(by === 'server' && view.serverHello === null ? judgeNarrowOffer(view, alert) : []),
        say(view, alert, 'malformed-message', 'likely', 20, {
          summary: `The ${by} met a message it did not expect at this point and sent unexpected_message.`,
          lookNext: `Compare the order of the ${peerOf(by)}'s messages with the negotiated version.`,
        }),
      ]
    case 20:
    case 21:
    case 30:
      return [badRecordMac(view, alert)]
    case 22:
      return [
        say(view, alert, 'malformed-message', 'observed', 26, {
          summary: `The ${by} received a record longer than TLS allows.`,
          lookNext: `Look at the length fields of the ${peerOf(by)}'s last records.`,
        }),
      ]
    case 40:
      return handshakeFailure(view, alert, world)
    case 42:
    case 43:
    case 44:
    case 45:
    case 46:
    case 48:
    case 113:
      return answersHello(view, alert) ? judgeOther(view, alert) : judgeCertificateAlert(view, alert, world)
    case 47:
    case 50:
      return malformed(view, alert)
    case 49:
      return accessDenied(view, alert, world)
    case 51:
      return [decryptError(view, alert)]
    case 70:
      return protocolVersion(view, alert)
    case 71:
      return insufficientSecurity(view, alert, world)
    case 86:
      return [
        say(view, alert, 'downgrade-detected', 'observed', null, {
          summary:
            'The client retried with a lower version (TLS_FALLBACK_SCSV) although the server supports a higher one; the server refused the downgrade.',
          lookNext: 'Look at the connection before this one: its failure made the client fall back.',
        }),
      ]
    case 90:
      return [
        say(view, alert, 'user-canceled', 'observed', null, {
          summary: `The ${by} cancelled the handshake for a reason outside the protocol, such as a dismissed dialog.`,
          lookNext: 'Ask who or what dismissed the prompt.',
        }),
      ]
    case 100:
      if (view.handshake === 1) return judgeOther(view, alert)
      return [
        say(view, alert, 'renegotiation-refused', 'observed', 33, {
          summary: `The ${by} refused to renegotiate.`,
          lookNext: `Find what made the ${peerOf(by)} ask for a new handshake, often a late client certificate.`,
        }),
      ]
    case 109:
      return missingExtension(view, alert, world)
    case 112:
      return [
        say(view, alert, 'unrecognized-name', 'observed', null, {
          summary: `The server does not know the name ${quoted(view.hello?.body.serverName ?? null)} that the client asked for.`,
          lookNext: 'Look at the names the server has bindings or certificates for.',
        }),
      ]
    case 115:
      return [
        say(view, alert, 'resumption-refused', 'observed', null, {
          summary: 'The server does not know the pre-shared key that the client named.',
          lookNext: 'Look whether another node of the server issued the session.',
        }),
      ]
    case 116:
      return answersHello(view, alert)
        ? judgeOther(view, alert)
        : [missingClientCertificate(view, alert, 'observed')]
    case 120:
      return [
        say(view, alert, 'alpn-mismatch', 'observed', by === 'server' ? 27 : null, {
          summary: `The server supports none of the application protocols the client offered (${(view.hello?.body.alpn ?? []).join(', ')}).`,
          lookNext: 'Look at the protocols the server application registers.',
        }),
      ]
    default:
      return judgeOther(view, alert)
  }
}

/** Candidates for a failure whose alert is encrypted: that a side refused is seen, its reason is not. */
export function judgeSealedAlert(
  view: HandshakeView,
  failure: FailurePoint,
  world: World,
): readonly Candidate[] {
  const by = failure.side === 'server' ? 'server' : 'client'
  const evidence = [atPacket(failure.packet, by, `the encrypted alert of the ${by}`)]
  const refused: Candidate = {
    cause: 'peer-alert',
    confidence: 'likely',
    status: null,
    summary: `The ${by} gave up with an encrypted alert in place of its next flight; without keys its number cannot be read.`,
    evidence,
    lookNext: `Open the capture with a key log of either side, or look at the ${by}'s own log at this time.`,
  }
  if (by === 'server' || view.handshake > 1) return [refused]
  const faults = certificateFaults(view, 'server', world)
  if (faults.length > 0) {
    const found = faultCandidates(view, 'server', faults, evidence)
    return faults[0]!.certain ? [...found, refused] : [refused, ...found]
  }
  const certificate: Candidate = {
    cause: 'untrusted-root',
    confidence: 'possible',
    status: statusOfRow(6),
    summary: "The client may have refused the server's certificate, which this capture does not show either.",
    evidence,
    lookNext: null,
  }
  return isTls13(view) ? [refused, certificate] : [refused]
}

/** Whether a server says this to a ClientHello: it has asked for no certificate yet. */
function answersHello(view: HandshakeView, alert: Parsed<Alert>): boolean {
  return alert.message.from === 'server' && view.serverHello === null && view.handshake === 1
}

function handshakeFailure(view: HandshakeView, alert: Parsed<Alert>, world: World): readonly Candidate[] {
  const by = alert.message.from
  const refusal = view.alerts.find(({ message, body }) => message.from !== by && body.description === 100)
  if (view.handshake > 1 && refusal !== undefined)
    return [
      say(view, alert, 'renegotiation-refused', 'observed', null, {
        summary: `The ${peerOf(by)} refused to renegotiate (no_renegotiation), and the ${by} ended the connection over it.`,
        lookNext: `Find what made the ${by} ask for a new handshake; the first one was fine.`,
      }),
    ]
  if (by === 'server') {
    if (view.certificate.client?.body.certificates.length === 0)
      return [missingClientCertificate(view, alert, 'likely')]
    if (view.certificate.client !== null) return judgeCertificateAlert(view, alert, world)
    if (view.serverHello === null) return judgeNoMatch(view, alert)
  } else {
    const choice = judgeServerChoice(view, alert, world)
    if (choice.length > 0) return choice
    // Erlang says so of any certificate it refuses.
    if (certificateFaults(view, 'server', world).some(({ certain }) => certain))
      return judgeCertificateAlert(view, alert, world)
  }
  return judgeOther(view, alert)
}

function insufficientSecurity(view: HandshakeView, alert: Parsed<Alert>, world: World): readonly Candidate[] {
  if (alert.message.from === 'server' && view.serverHello === null) {
    return [
      say(view, alert, 'no-common-cipher', 'likely', 1, {
        summary: 'The server requires stronger cipher suites or parameters than the client offered.',
        lookNext: 'Compare the offered suites with those the server allows.',
      }),
    ]
  }
  const choice = judgeServerChoice(view, alert, world)
  if (choice.length > 0) return choice
  return [
    say(view, alert, 'weak-key', 'possible', 35, {
      summary: `The ${alert.message.from} found the negotiated keys or parameters too weak.`,
      lookNext: 'Compare key sizes and suites with the policy of the side that refused.',
    }),
  ]
}

function malformed(view: HandshakeView, alert: Parsed<Alert>): readonly Candidate[] {
  const by = alert.message.from
  if (by === 'client' && wasLowered(view)) {
    return [
      say(view, alert, 'downgrade-detected', 'likely', null, {
        summary:
          'The client saw the downgrade mark in ServerHello.random (RFC 8446 §4.1.3): the server could do better, so something between lowered the version.',
        lookNext: 'Capture on the server side and compare both ClientHellos.',
      }),
    ]
  }
  const foreign = by === 'client' ? judgeNotOffered(view, alert) : []
  if (foreign.length > 0) return foreign
  const broken = view.conversation.messages.find(
    (message) => message.from !== by && message.malformed !== null,
  )
  // GnuTLS names an empty Certificate a message that it cannot decode.
  const missing =
    by === 'server' && broken === undefined && view.certificate.client?.body.certificates.length === 0
  if (missing) return [missingClientCertificate(view, alert, 'likely')]
  return [
    ...(broken === undefined && namesKey(view, alert) ? [wrongBinder(view, alert)] : []),
    say(view, alert, 'malformed-message', broken === undefined ? 'likely' : 'observed', 19, {
      summary:
        broken?.malformed == null
          ? `The ${by} read a message of the ${peerOf(by)} that breaks the format or the rules and sent ${nameOf(alert)}.`
          : `The ${by} could not read a message of the ${peerOf(by)}: ${broken.malformed.what}.`,
      lookNext: `Look at the fields of the ${peerOf(by)}'s last message.`,
    }),
  ]
}

function badRecordMac(view: HandshakeView, alert: Parsed<Alert>): Candidate {
  const by = alert.message.from
  const failed = `The ${by} could not authenticate or decrypt a record and sent ${nameOf(alert)}`
  const words = takesKeyFromPsk(view)
    ? {
        summary: `${failed}: with a pre-shared key suite, both sides most likely hold different keys under the name that the client gave.`,
        lookNext: 'Compare the key that both sides keep under this identity.',
      }
    : {
        summary: `${failed}: bytes were changed on the way, or both sides derived different keys.`,
        lookNext:
          'Capture at both ends and compare the bytes of the record; if they are equal, the keys differ.',
      }
  return say(view, alert, 'bad-record-mac', 'observed', by === 'server' ? 16 : 17, words)
}

/** Whether the first sealed record was the one refused, in a suite whose keys come from a pre-shared one alone (RFC 4279). */
function takesKeyFromPsk({ serverHello, finished }: HandshakeView): boolean {
  return (
    serverHello !== null &&
    finished.server < 0 &&
    cipherSuiteInfo(serverHello.body.cipherSuite)?.keyExchange === 'psk'
  )
}

/** A client that speaks no ClientHello but an alert: OpenSSL does where its settings leave it nothing to offer. */
function noOffer(view: HandshakeView, alert: Parsed<Alert>): Candidate {
  return say(view, alert, 'no-credential', 'likely', 2, {
    summary: `The client sent ${nameOf(alert)} instead of a ClientHello: its settings leave it no version, suite or signature algorithm to offer.`,
    lookNext: "Look at the client's own log and its list of versions, suites and signature algorithms.",
  })
}

/** Whether a server refuses a ClientHello that names a pre-shared key. */
function namesKey(view: HandshakeView, alert: Parsed<Alert>): boolean {
  return answersHello(view, alert) && (view.hello?.body.pskIdentities?.length ?? 0) > 0
}

/** RFC 8446 §4.2.11.2: the binder shows that the client has the key it names. OpenSSL answers a wrong one with illegal_parameter. */
function wrongBinder(view: HandshakeView, alert: Parsed<Alert>): Candidate {
  return say(view, alert, 'bad-signature', 'likely', alert.body.description === 51 ? 15 : null, {
    summary: `The server found the proof of the client's pre-shared key (its binder) wrong and sent ${nameOf(alert)}: both sides hold different keys under this name.`,
    lookNext: 'Compare the key that both sides keep under this identity.',
  })
}

function decryptError(view: HandshakeView, alert: Parsed<Alert>): Candidate {
  const by = alert.message.from
  if (namesKey(view, alert)) return wrongBinder(view, alert)
  const signed =
    view.certificateVerify[peerOf(by)] !== null || (by === 'client' && view.serverKeyExchange !== null)
  const wrongFinished = view.conversation.messages.some(
    (message) => message.from !== by && message.type === 20 && message.verified === false,
  )
  const finishedSeen = view.finished[peerOf(by)] >= 0
  const finished = wrongFinished || (finishedSeen && (!signed || by === 'client'))
  return say(
    view,
    alert,
    'bad-signature',
    signed || wrongFinished ? 'likely' : 'possible',
    finished ? 15 : 14,
    {
      summary: finished
        ? `The ${by} found the ${peerOf(by)}'s Finished wrong: both sides saw different handshakes.`
        : `The ${by} found a signature of the ${peerOf(by)} wrong.`,
      lookNext: 'Capture at both ends and compare the handshake messages byte by byte.',
    },
  )
}

/** access_denied: the certificate is good, but gives no access (RFC 8446 §6.2). GnuTLS says so of any certificate it refuses. */
function accessDenied(view: HandshakeView, alert: Parsed<Alert>, world: World): readonly Candidate[] {
  const by = alert.message.from
  const owner = peerOf(by)
  const denied = say(view, alert, 'access-denied', 'observed', null, {
    summary: `The ${by} refused access after checking the ${owner}'s certificate or logon.`,
    lookNext: `Look at the ${by}'s security log for the refused logon.`,
  })
  const faults = certificateFaults(view, owner, world)
  const found = faultCandidates(view, owner, faults, denied.evidence)
  return faults[0]?.certain === true ? [...found, denied] : [denied, ...found]
}

function protocolVersion(view: HandshakeView, alert: Parsed<Alert>): readonly Candidate[] {
  const server = alert.message.from === 'server'
  return [
    say(view, alert, 'no-common-version', 'observed', server ? 3 : 4, {
      summary: server
        ? 'The server supports none of the protocol versions the client offered.'
        : 'The client does not accept the protocol version the server chose.',
      lookNext:
        'Compare the versions both sides enable. A .NET program sends this alert also for failures that have nothing to do with versions (schannel §6.4).',
    }),
  ]
}

function missingExtension(view: HandshakeView, alert: Parsed<Alert>, world: World): readonly Candidate[] {
  const hello = view.hello?.body
  if (alert.message.from === 'server' && hello !== undefined) {
    if (offersTls13(hello) && (hello.supportedGroups === null || hello.keyShares === null))
      return [
        say(view, alert, 'no-common-group', 'likely', 1, {
          summary: 'The client named no groups for the key exchange that TLS 1.3 needs.',
          lookNext: "Look at the client's list of groups.",
        }),
      ]
    if (offersTls13(hello) && hello.signatureAlgorithms === null)
      return [
        say(view, alert, 'no-common-signature-algorithm', 'likely', 1, {
          summary: 'The client named no signature algorithms, which TLS 1.3 requires.',
          lookNext: "Look at the client's list of signature algorithms.",
        }),
      ]
    if (hello.serverName === null)
      return [
        say(view, alert, 'unrecognized-name', 'likely', null, {
          summary: 'The server demands a server name, and the client sent none.',
          lookNext: 'Let the client connect by name instead of by address.',
        }),
      ]
  }
  return malformed(view, alert).concat(judgeServerChoice(view, alert, world))
}

function judgeOther(view: HandshakeView, alert: Parsed<Alert>): readonly Candidate[] {
  const by = alert.message.from
  const internal = alert.body.description === 80
  const candidates = [
    say(view, alert, 'peer-alert', 'observed', null, {
      summary: internal
        ? `The ${by} reported an internal error; the capture does not show which.`
        : `The ${by} ended the handshake with ${nameOf(alert)}; the capture does not show why.`,
      lookNext: `Look at the ${by}'s own log at this time.`,
    }),
  ]
  if (internal && by === 'server' && view.serverHello === null)
    candidates.push(
      say(view, alert, 'private-key-unusable', 'possible', 32, {
        summary: "The server may be unable to use its certificate's private key.",
        lookNext: 'On a Windows server, look for event 36870 in the System log.',
      }),
    )
  return candidates
}

interface Words {
  readonly summary: string
  readonly lookNext: string | null
}

/** A candidate whose evidence is the alert itself. `row` is of schannel §6.3. */
export function say(
  view: HandshakeView,
  alert: Parsed<Alert>,
  cause: Cause,
  confidence: Candidate['confidence'],
  row: number | null,
  words: Words,
): Candidate {
  const { message } = alert
  return {
    cause,
    confidence,
    status: row === null ? null : statusOfRow(row),
    ...words,
    evidence: [atMessage(view.conversation, message, `alert ${nameOf(alert)} by the ${message.from}`)],
  }
}

/** `48 unknown_ca`. */
export function nameOf(alert: Parsed<Alert>): string {
  return `${String(alert.body.description)} ${alertRow(alert.body.description).name}`
}

/** Whether ServerHello carries the mark of a lower version than its client had offered (RFC 8446 §4.1.3). */
function wasLowered(view: HandshakeView): boolean {
  const hello = view.hello?.body
  const chosen = view.serverHello?.body
  if (hello === undefined || chosen === undefined || !downgradeSentinel(chosen.random)) return false
  const best = Math.max(...offeredVersions(hello).map(versionRank))
  return best > versionRank(chosen.negotiatedVersion)
}

/** RFC 8446 §4.1.3: the last eight bytes of ServerHello.random. */
export function downgradeSentinel(random: Uint8Array): boolean {
  const last = random[31]
  return (last === 0 || last === 1) && downgradeMark.every((byte, i) => random[24 + i] === byte)
}

const downgradeMark = [0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44]

export function quoted(name: string | null): string {
  return name === null ? '(none)' : `“${name}”`
}
