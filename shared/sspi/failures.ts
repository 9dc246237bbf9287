// How a local failure shows: status of the failing call, alert the peer sees, events. Source: schannel §6.3, rows 1 to 39, read 2026-11-22.

import type { Basis } from './calls.ts'
import type { StatusName } from './status.ts'

export interface FailureRow {
  /** Row number of schannel §6.3. */
  readonly row: number
  /** Cause as the report names it (design §5); null where the row is no failure of a conversation. */
  readonly cause: string | null
  readonly situation: string
  readonly side: 'client' | 'server' | 'either'
  /** Status the reference names first; null where it says it is not documented. */
  readonly status: StatusName | null
  /** Other statuses the row allows. */
  readonly alternatives: readonly StatusName[]
  /** Alert the row names first; null where none is sent. */
  readonly alert: number | null
  readonly otherAlerts: readonly number[]
  /** Events on the failing side, in order of appearance. */
  readonly events: readonly number[]
  /** H test or documentation, M application logs, L RFC or inference only. */
  readonly confidence: 'H' | 'M' | 'L'
  readonly basis: Basis
}

type Parts = Pick<FailureRow, 'row' | 'situation' | 'status'> & Partial<FailureRow>

function row(parts: Parts): FailureRow {
  return {
    cause: null,
    side: 'either',
    alternatives: [],
    alert: null,
    otherAlerts: [],
    events: [],
    confidence: 'L',
    basis: 'inferred',
    ...parts,
  }
}

export const failures: readonly FailureRow[] = [
  row({
    row: 1,
    cause: 'no-common-cipher',
    situation: 'No cipher suite in common',
    side: 'server',
    status: 'SEC_E_ALGORITHM_MISMATCH',
    alert: 40,
    events: [36874, 36888],
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 2,
    situation: 'Client credential has no usable protocol or suite',
    side: 'client',
    status: 'SEC_E_ALGORITHM_MISMATCH',
    events: [36871, 36873],
    confidence: 'M',
    basis: 'seen-on-windows',
  }),
  row({
    row: 3,
    cause: 'no-common-version',
    situation: 'Client offers only versions the server has disabled',
    side: 'server',
    status: 'SEC_E_UNSUPPORTED_FUNCTION',
    alternatives: ['SEC_E_ALGORITHM_MISMATCH', 'SEC_E_INTERNAL_ERROR'],
    alert: 70,
    events: [36888],
    basis: 'seen-in-apps',
  }),
  row({
    row: 4,
    cause: 'no-common-version',
    situation: 'Server picks a version the client did not offer',
    side: 'client',
    status: 'SEC_E_UNSUPPORTED_FUNCTION',
    alternatives: ['SEC_E_ILLEGAL_MESSAGE'],
    alert: 70,
    otherAlerts: [47],
    events: [36888],
  }),
  row({
    row: 5,
    cause: 'malformed-message',
    situation: 'ServerHello names a suite that was not offered',
    side: 'client',
    status: 'SEC_E_ILLEGAL_MESSAGE',
    alert: 47,
    events: [36888],
  }),
  row({
    row: 6,
    cause: 'untrusted-root',
    situation: 'Server certificate not from a trusted root',
    side: 'client',
    status: 'SEC_E_UNTRUSTED_ROOT',
    alert: 48,
    otherAlerts: [42],
    events: [36882, 36888],
    confidence: 'H',
    basis: 'seen-in-apps',
  }),
  row({
    row: 7,
    cause: 'expired-certificate',
    situation: 'Server certificate expired or not yet valid',
    side: 'client',
    status: 'SEC_E_CERT_EXPIRED',
    alert: 45,
    events: [36881],
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 8,
    cause: 'name-mismatch',
    situation: 'Name mismatch',
    side: 'client',
    status: 'SEC_E_WRONG_PRINCIPAL',
    alert: 42,
    otherAlerts: [46],
    events: [36884],
    confidence: 'M',
    basis: 'documented',
  }),
  row({
    row: 9,
    cause: 'revoked-certificate',
    situation: 'Server certificate revoked',
    side: 'client',
    status: 'CRYPT_E_REVOKED',
    alert: 44,
    events: [36883],
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 10,
    cause: 'revocation-offline',
    situation: 'Revocation server offline',
    side: 'client',
    status: 'CRYPT_E_REVOCATION_OFFLINE',
    events: [36876],
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 11,
    cause: 'revocation-offline',
    situation: 'No revocation information available',
    side: 'client',
    status: 'CRYPT_E_NO_REVOCATION_CHECK',
    events: [36876],
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 12,
    cause: 'malformed-message',
    situation: 'Certificate unusable, undecodable or another problem with it',
    side: 'client',
    status: 'SEC_E_CERT_UNKNOWN',
    alert: 46,
    otherAlerts: [42],
    events: [36876],
    confidence: 'M',
    basis: 'documented',
  }),
  row({
    row: 13,
    cause: 'wrong-key-usage',
    situation: 'Wrong key usage or extended key usage',
    side: 'client',
    status: 'SEC_E_CERT_WRONG_USAGE',
    alternatives: ['SEC_E_CERT_UNKNOWN'],
    alert: 43,
    events: [36876],
  }),
  row({
    row: 14,
    cause: 'bad-signature',
    situation: 'Signature in ServerKeyExchange or CertificateVerify wrong',
    status: 'SEC_E_MESSAGE_ALTERED',
    alternatives: ['SEC_E_DECRYPT_FAILURE'],
    alert: 51,
    events: [36888],
  }),
  row({
    row: 15,
    cause: 'bad-signature',
    situation: 'Finished verify_data wrong',
    status: 'SEC_E_MESSAGE_ALTERED',
    alternatives: ['SEC_E_ILLEGAL_MESSAGE'],
    alert: 51,
    otherAlerts: [20],
    events: [36888],
  }),
  row({
    row: 16,
    cause: 'bad-record-mac',
    situation: 'Client Finished record fails to decrypt',
    side: 'server',
    status: 'SEC_E_DECRYPT_FAILURE',
    alert: 20,
    events: [36888],
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 17,
    cause: 'bad-record-mac',
    situation: 'Bad MAC or tag on application data',
    status: 'SEC_E_MESSAGE_ALTERED',
    alternatives: ['SEC_E_DECRYPT_FAILURE'],
    alert: 20,
    events: [36888],
    confidence: 'M',
    basis: 'documented',
  }),
  row({
    row: 18,
    situation: 'Record out of sequence (DTLS)',
    status: 'SEC_E_OUT_OF_SEQUENCE',
    events: [36897, 36898],
  }),
  row({
    row: 19,
    cause: 'malformed-message',
    situation: 'Handshake message fails to parse',
    status: 'SEC_E_ILLEGAL_MESSAGE',
    alternatives: ['SEC_E_INVALID_TOKEN'],
    alert: 50,
    otherAlerts: [47],
    events: [36888],
  }),
  row({
    row: 20,
    cause: 'malformed-message',
    situation: 'Legal message at the wrong time',
    status: 'SEC_E_ILLEGAL_MESSAGE',
    alert: 10,
    events: [36888],
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 21,
    cause: 'not-tls',
    situation: 'Not TLS at all (header invalid)',
    status: 'SEC_E_INVALID_TOKEN',
    alert: 10,
    events: [36888],
    confidence: 'H',
    basis: 'seen-on-windows',
  }),
  row({
    row: 22,
    cause: 'not-tls',
    situation: 'Plain HTTP request on a TLS port',
    side: 'server',
    status: 'SEC_E_INVALID_TOKEN',
    alert: 10,
    events: [36888],
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 23,
    cause: 'not-tls',
    situation: 'Plain HTTP (or an SMTP banner) in answer to a ClientHello',
    side: 'client',
    status: 'SEC_E_INVALID_TOKEN',
    events: [36888],
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 24,
    situation: 'SSLv2-format ClientHello offering at least TLS 1.0',
    side: 'server',
    status: 'SEC_I_CONTINUE_NEEDED',
    confidence: 'H',
    basis: 'documented',
  }),
  row({
    row: 25,
    cause: 'no-common-version',
    situation: 'Pure SSLv2 hello, SSL 2.0 off',
    side: 'server',
    status: 'SEC_E_ALGORITHM_MISMATCH',
    alternatives: ['SEC_E_UNSUPPORTED_FUNCTION'],
    events: [36874],
  }),
  row({
    row: 26,
    cause: 'malformed-message',
    situation: 'Record length above 2^14 plus expansion',
    status: 'SEC_E_ILLEGAL_MESSAGE',
    alternatives: ['SEC_E_INVALID_TOKEN'],
    alert: 22,
    events: [36888],
  }),
  row({
    row: 27,
    cause: 'alpn-mismatch',
    situation: 'ALPN lists disjoint',
    side: 'server',
    status: 'SEC_E_APPLICATION_PROTOCOL_MISMATCH',
    alert: 120,
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 28,
    cause: 'client-certificate-missing',
    situation: 'Client certificate required, none sent',
    side: 'server',
    status: 'SEC_E_OK',
    events: [36875],
    confidence: 'H',
    basis: 'seen-in-apps',
  }),
  row({
    row: 29,
    cause: 'untrusted-root',
    situation: 'Client certificate does not chain, server validates it itself',
    side: 'server',
    status: 'SEC_E_UNTRUSTED_ROOT',
    alternatives: ['SEC_E_CERT_UNKNOWN'],
    alert: 48,
    otherAlerts: [46],
    events: [36877, 36888],
    confidence: 'M',
  }),
  row({
    row: 30,
    situation: 'Client certificate valid but not mapped to an account',
    side: 'server',
    status: 'SEC_E_OK',
    events: [36878, 36879],
    confidence: 'H',
    basis: 'documented',
  }),
  row({
    row: 31,
    situation: 'Server has no certificate',
    side: 'server',
    status: 'SEC_E_NO_CREDENTIALS',
    alert: 40,
    events: [36886],
    confidence: 'H',
    basis: 'seen-on-windows',
  }),
  row({
    row: 32,
    situation: 'Private key not accessible',
    side: 'server',
    status: 'SEC_E_UNKNOWN_CREDENTIALS',
    alternatives: ['SEC_E_NO_CREDENTIALS', 'SEC_E_INTERNAL_ERROR'],
    alert: 80,
    otherAlerts: [40],
    events: [36869, 36870],
    confidence: 'M',
    basis: 'seen-on-windows',
  }),
  row({
    row: 33,
    situation: 'Renegotiation not allowed',
    side: 'server',
    status: 'SEC_I_NO_RENEGOTIATION',
    alert: 100,
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 34,
    cause: 'expired-certificate',
    situation: 'Expired client certificate during renegotiation',
    side: 'client',
    status: 'SEC_E_ALGORITHM_MISMATCH',
    alternatives: ['SEC_E_CERT_EXPIRED'],
    confidence: 'H',
    basis: 'seen-on-windows',
  }),
  row({
    row: 35,
    cause: 'weak-key',
    situation: 'Server key too small (RSA or DH below 1024 bits)',
    side: 'client',
    status: null,
    alternatives: ['SEC_E_INVALID_TOKEN', 'SEC_E_ILLEGAL_MESSAGE'],
    alert: 40,
    otherAlerts: [71],
    events: [36888],
  }),
  row({
    row: 36,
    situation: 'DTLS MTU below the ClientHello',
    side: 'client',
    status: 'SEC_E_CANNOT_PACK',
    confidence: 'M',
    basis: 'seen-in-apps',
  }),
  row({
    row: 37,
    cause: 'not-tls',
    situation: 'Second garbage token on an already failed context',
    side: 'client',
    status: 'SEC_E_INVALID_TOKEN',
    alternatives: ['SEC_E_INSUFFICIENT_MEMORY'],
    confidence: 'H',
    basis: 'seen-on-windows',
  }),
  row({
    row: 38,
    situation: 'Use after DeleteSecurityContext',
    status: 'SEC_E_INVALID_HANDLE',
    confidence: 'H',
    basis: 'seen-on-windows',
  }),
  row({
    row: 39,
    cause: 'connection-closed',
    situation: 'TCP closed during the handshake: no SSPI call is made, the last status stays',
    status: null,
    alternatives: ['SEC_I_CONTINUE_NEEDED', 'SEC_E_INCOMPLETE_MESSAGE'],
  }),
]

/** The row of schannel §6.3 with this number; the table has rows 1 to 39. */
export function failureRow(number: number): FailureRow {
  return failures[number - 1]!
}

export interface AlertImplies {
  readonly status: StatusName
  readonly basis: Basis
  readonly source: string
  readonly alternatives: readonly StatusName[]
}

/**
 * The status of the call that put out this fatal alert, where nothing more is known of the cause (schannel §6.3 read from the
 * alert column). `firstCall`: the server's first AcceptSecurityContext, which refuses hellos.
 */
export function statusBehindAlert(
  description: number,
  side: 'client' | 'server',
  firstCall: boolean,
): AlertImplies {
  const number = rowBehindAlert(description, side, firstCall)
  if (number === 0) {
    const meant = meantBy[description]
    return meant === undefined
      ? { status: 'SEC_E_ILLEGAL_MESSAGE', basis: 'inferred', source: 'schannel §6.3', alternatives: [] }
      : {
          status: meant,
          basis: 'inferred',
          source: 'schannel §1',
          alternatives: ['SEC_E_ILLEGAL_MESSAGE'],
        }
  }
  const row = failureRow(number)
  return {
    status: row.status ?? 'SEC_E_ILLEGAL_MESSAGE',
    basis: 'inferred',
    source: `schannel §6.3 row ${String(number)}`,
    alternatives: row.alternatives,
  }
}

/** Statuses that the reference ties to an alert where no row of §6.3 does. */
const meantBy: Readonly<Partial<Record<number, StatusName>>> = {
  49: 'SEC_E_LOGON_DENIED',
  71: 'SEC_E_ALGORITHM_MISMATCH',
  80: 'SEC_E_INTERNAL_ERROR',
}

function rowBehindAlert(description: number, side: 'client' | 'server', firstCall: boolean): number {
  switch (description) {
    case 10:
      return 20
    case 20:
    case 21:
      return side === 'server' ? 16 : 17
    case 22:
      return 26
    case 40:
    case 71:
      return side === 'server' && firstCall ? 1 : 0
    case 42:
    case 46:
      return 12
    case 43:
      return 13
    case 44:
      return 9
    case 45:
      return 7
    case 47:
    case 50:
      return 19
    case 48:
      return side === 'client' ? 6 : 29
    case 51:
      return 14
    case 70:
      return side === 'server' ? 3 : 4
    case 116:
      return firstCall ? 0 : 28
    case 120:
      return 27
    default:
      return 0
  }
}
