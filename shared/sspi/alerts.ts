// What a received alert turns into. Source: schannel §6.1 (documented mapping) and §6.2 (what current Windows returns during a handshake), read 2026-11-22.

import type { Basis } from './calls.ts'
import type { StatusName } from './status.ts'

export interface AlertRow {
  /** RFC 5246 §7.2, RFC 8446 §6. */
  readonly name: string
  readonly documented: StatusName
  /** The page does not list this alert: its catch-all row applies. */
  readonly byCatchAll: boolean
  /** What Windows 10 and later return for it during a handshake (§6.2); equal to `documented` where no source says otherwise. */
  readonly observed: StatusName
  /** Whether a log shows `observed` for this very alert, or §6.2's recommendation extends to it. */
  readonly observedBasis: Basis
}

/** close_notify and user_canceled say that the application withdraws (RFC 5246 §7.2.2, RFC 8446 §6.1). */
export function isWithdrawal(description: number | null): boolean {
  return description === 0 || description === 90
}

/** bad_certificate to access_denied, certificate_required: its sender has seen, or missed, its peer's certificate. */
export function judgesCertificate(description: number | null): boolean {
  return (
    description !== null &&
    ((description >= 41 && description <= 49 && description !== 47) || description === 116)
  )
}

/** By AlertDescription. */
export const alerts: Readonly<Record<number, AlertRow>> = {
  0: {
    name: 'close_notify',
    documented: 'SEC_I_CONTEXT_EXPIRED',
    byCatchAll: false,
    observed: 'SEC_I_CONTEXT_EXPIRED',
    observedBasis: 'documented',
  },
  10: {
    name: 'unexpected_message',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  20: {
    name: 'bad_record_mac',
    documented: 'SEC_E_MESSAGE_ALTERED',
    byCatchAll: false,
    observed: 'SEC_E_MESSAGE_ALTERED',
    observedBasis: 'documented',
  },
  21: {
    name: 'decryption_failed',
    documented: 'SEC_E_DECRYPT_FAILURE',
    byCatchAll: false,
    observed: 'SEC_E_DECRYPT_FAILURE',
    observedBasis: 'documented',
  },
  22: {
    name: 'record_overflow',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  30: {
    name: 'decompression_failure',
    documented: 'SEC_E_MESSAGE_ALTERED',
    byCatchAll: false,
    observed: 'SEC_E_MESSAGE_ALTERED',
    observedBasis: 'documented',
  },
  40: {
    name: 'handshake_failure',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'seen-in-apps',
  },
  41: {
    name: 'no_certificate',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: true,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  42: {
    name: 'bad_certificate',
    documented: 'SEC_E_CERT_UNKNOWN',
    byCatchAll: false,
    observed: 'SEC_E_CERT_UNKNOWN',
    observedBasis: 'documented',
  },
  43: {
    name: 'unsupported_certificate',
    documented: 'SEC_E_CERT_UNKNOWN',
    byCatchAll: false,
    observed: 'SEC_E_CERT_UNKNOWN',
    observedBasis: 'documented',
  },
  44: {
    name: 'certificate_revoked',
    documented: 'CRYPT_E_REVOKED',
    byCatchAll: false,
    observed: 'CRYPT_E_REVOKED',
    observedBasis: 'documented',
  },
  45: {
    name: 'certificate_expired',
    documented: 'SEC_E_CERT_EXPIRED',
    byCatchAll: false,
    observed: 'SEC_E_CERT_EXPIRED',
    observedBasis: 'documented',
  },
  46: {
    name: 'certificate_unknown',
    documented: 'SEC_E_CERT_UNKNOWN',
    byCatchAll: false,
    observed: 'SEC_E_CERT_UNKNOWN',
    observedBasis: 'documented',
  },
  47: {
    name: 'illegal_parameter',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  48: {
    name: 'unknown_ca',
    documented: 'SEC_E_UNTRUSTED_ROOT',
    byCatchAll: false,
    observed: 'SEC_E_UNTRUSTED_ROOT',
    observedBasis: 'documented',
  },
  49: {
    name: 'access_denied',
    documented: 'SEC_E_LOGON_DENIED',
    byCatchAll: false,
    observed: 'SEC_E_LOGON_DENIED',
    observedBasis: 'documented',
  },
  50: {
    name: 'decode_error',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  51: {
    name: 'decrypt_error',
    documented: 'SEC_E_DECRYPT_FAILURE',
    byCatchAll: false,
    observed: 'SEC_E_DECRYPT_FAILURE',
    observedBasis: 'documented',
  },
  60: {
    name: 'export_restriction',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  70: {
    name: 'protocol_version',
    documented: 'SEC_E_UNSUPPORTED_FUNCTION',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'seen-in-apps',
  },
  71: {
    name: 'insufficient_security',
    documented: 'SEC_E_ALGORITHM_MISMATCH',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'seen-in-apps',
  },
  80: {
    name: 'internal_error',
    documented: 'SEC_E_INTERNAL_ERROR',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'seen-in-apps',
  },
  86: {
    name: 'inappropriate_fallback',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: true,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  90: {
    name: 'user_canceled',
    documented: 'SEC_E_UNFINISHED_CONTEXT_DELETED',
    byCatchAll: false,
    observed: 'SEC_E_UNFINISHED_CONTEXT_DELETED',
    observedBasis: 'documented',
  },
  100: {
    name: 'no_renegotiation',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  109: {
    name: 'missing_extension',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: true,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  110: {
    name: 'unsupported_extension',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  111: {
    name: 'certificate_unobtainable',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: true,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  112: {
    name: 'unrecognized_name',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: true,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  113: {
    name: 'bad_certificate_status_response',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: true,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  115: {
    name: 'unknown_psk_identity',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: false,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  116: {
    name: 'certificate_required',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: true,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
  120: {
    name: 'no_application_protocol',
    documented: 'SEC_E_APPLICATION_PROTOCOL_MISMATCH',
    byCatchAll: false,
    observed: 'SEC_E_APPLICATION_PROTOCOL_MISMATCH',
    observedBasis: 'documented',
  },
  121: {
    name: 'ech_required',
    documented: 'SEC_E_ILLEGAL_MESSAGE',
    byCatchAll: true,
    observed: 'SEC_E_ILLEGAL_MESSAGE',
    observedBasis: 'documented',
  },
}

/** Any alert number in, its row out; unregistered numbers take the catch-all of schannel §6.1. */
export function alertRow(description: number): AlertRow {
  return alerts[description] ?? unregistered
}

const unregistered: AlertRow = {
  name: 'unregistered alert',
  documented: 'SEC_E_ILLEGAL_MESSAGE',
  byCatchAll: true,
  observed: 'SEC_E_ILLEGAL_MESSAGE',
  observedBasis: 'inferred',
}

/** The alert .NET's own certificate validation asks for through ApplyControlToken (schannel §6.3, last paragraph). */
export const applicationAlerts = {
  'untrusted-root': 48,
  'incomplete-chain': 48,
  'revoked-certificate': 44,
  'revocation-unknown': 44,
  'expired-certificate': 45,
  'not-yet-valid-certificate': 45,
  'wrong-key-usage': 43,
  'name-mismatch': 42,
  'client-certificate-missing': 46,
} as const
