// How well-known programs word a failure. Sources: schannel §8, field §0.2 and §2 (issue threads named there), read 2026-11-22.

import { alertRow } from '../sspi/alerts.ts'
import { statusCode, statuses } from '../sspi/status.ts'
import type { StatusName } from '../sspi/status.ts'
import type { Cause } from './candidate.ts'

export interface AppText {
  readonly app: string
  readonly text: string
}

/** The system's own message for a status, as FormatMessage prints it and most programs repeat it. */
export const systemTexts: Partial<Record<StatusName, string>> = {
  SEC_E_UNTRUSTED_ROOT: 'The certificate chain was issued by an authority that is not trusted.',
  SEC_E_WRONG_PRINCIPAL: 'The target principal name is incorrect.',
  SEC_E_CERT_EXPIRED: 'The received certificate has expired.',
  SEC_E_CERT_UNKNOWN: 'An unknown error occurred while processing the certificate.',
  SEC_E_CERT_WRONG_USAGE: 'The certificate is not valid for the requested usage.',
  SEC_E_ILLEGAL_MESSAGE: 'The message received was unexpected or badly formatted.',
  SEC_E_ALGORITHM_MISMATCH:
    'The client and server cannot communicate, because they do not possess a common algorithm.',
  SEC_E_INVALID_TOKEN: 'The token supplied to the function is invalid',
  SEC_E_MESSAGE_ALTERED: 'The message or signature supplied for verification has been altered',
  SEC_E_DECRYPT_FAILURE: 'The specified data could not be decrypted',
  SEC_E_UNSUPPORTED_FUNCTION: 'The function requested is not supported',
  SEC_E_INTERNAL_ERROR: 'The Local Security Authority cannot be contacted',
  SEC_E_NO_CREDENTIALS: 'No credentials are available in the security package',
  SEC_E_UNKNOWN_CREDENTIALS: 'The credentials supplied to the package were not recognized',
  SEC_E_LOGON_DENIED: 'The logon attempt failed',
  SEC_E_TIME_SKEW: 'The clocks on the client and server machines are skewed.',
  SEC_E_INCOMPLETE_CREDENTIALS:
    'The credentials supplied were not complete, and could not be verified. The context could not be initialized.',
  SEC_E_APPLICATION_PROTOCOL_MISMATCH:
    'No common application protocol exists between the client and the server. Application protocol negotiation failed.',
  CRYPT_E_REVOKED: 'The certificate is revoked.',
  CRYPT_E_NO_REVOCATION_CHECK: 'The revocation function was unable to check revocation for the certificate.',
  CRYPT_E_REVOCATION_OFFLINE:
    'The revocation function was unable to check revocation because the revocation server was offline.',
  CERT_E_UNTRUSTEDROOT:
    'A certificate chain processed, but terminated in a root certificate which is not trusted by the trust provider.',
  CERT_E_CN_NO_MATCH: "The certificate's CN name does not match the passed value.",
  CERT_E_EXPIRED:
    'A required certificate is not within its validity period when verifying against the current system clock or the timestamp in the signed file.',
  CERT_E_CHAINING: 'A certificate chain could not be built to a trusted root authority.',
}

/** The status as a program prints it that has only the number: -2146893019 for 0x80090325. */
export function signedCode(name: StatusName): number {
  return statuses[name].code | 0
}

/**
 * Texts for a client whose call ended with `status`, or whose connection ended (`ending`), and for a Java peer that
 * received `alert`. They are patterns to recognise; versions word them differently.
 */
export function appWordings(
  status: StatusName | null,
  alert: number | null,
  ending: 'reset' | 'closed' | 'other',
  cause: Cause | null,
): readonly AppText[] {
  if (status === null || status.startsWith('SEC_I_') || status === 'SEC_E_OK')
    return endingTexts(ending, cause)
  const text = systemTexts[status] ?? statuses[status].meaning
  const texts: AppText[] = [
    {
      app: 'curl',
      text: `schannel: next InitializeSecurityContext failed: ${status} (${statusCode(status).toLowerCase()}) - ${text}`,
    },
    {
      app: '.NET',
      text: `AuthenticationException: Authentication failed, see inner exception. ---> Win32Exception (${statusCode(status)}): ${text}`,
    },
    { app: 'WinHTTP', text: winHttp[status] ?? 'ERROR_WINHTTP_SECURE_FAILURE (12175)' },
    {
      app: 'SqlClient',
      text: `A connection was successfully established with the server, but then an error occurred during the login process. (provider: SSL Provider, error: 0 - ${text})`,
    },
    { app: 'ODBC', text: `SSL Provider: ${text} (${String(signedCode(status))})` },
  ]
  if (alert !== null && alert !== 0)
    texts.push({
      app: 'Java',
      text: `javax.net.ssl.SSLHandshakeException: Received fatal alert: ${alertRow(alert).name}`,
    })
  const java = cause === null ? undefined : javaOwn[cause]
  if (java !== undefined) texts.push({ app: 'Java', text: java })
  return texts
}

function endingTexts(ending: 'reset' | 'closed' | 'other', cause: Cause | null): readonly AppText[] {
  if (ending === 'reset')
    return [
      { app: 'curl', text: 'schannel: failed to receive handshake, SSL/TLS connection failed' },
      {
        app: '.NET',
        text: 'IOException: Unable to read data from the transport connection: An existing connection was forcibly closed by the remote host. (10054)',
      },
      { app: 'WinHTTP', text: 'ERROR_WINHTTP_CONNECTION_ERROR (12030)' },
      {
        app: 'SqlClient',
        text: 'A connection was successfully established with the server, but then an error occurred during the pre-login handshake. (provider: SSL Provider, error: 0 - An existing connection was forcibly closed by the remote host.)',
      },
      {
        app: 'ODBC',
        text: 'TCP Provider: An existing connection was forcibly closed by the remote host. (10054)',
      },
      { app: 'Java', text: 'java.net.SocketException: Connection reset' },
    ]
  if (ending === 'closed')
    return [
      { app: 'curl', text: 'schannel: failed to receive handshake, SSL/TLS connection failed' },
      {
        app: '.NET',
        text: 'IOException: Authentication failed because the remote party has closed the transport stream.',
      },
      { app: 'WinHTTP', text: 'ERROR_WINHTTP_CONNECTION_ERROR (12030)' },
      { app: 'Java', text: 'javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake' },
    ]
  return cause === 'no-answer' || cause === 'stalled-flight'
    ? [
        { app: 'curl', text: 'SSL connection timeout' },
        { app: 'WinHTTP', text: 'ERROR_WINHTTP_TIMEOUT (12002)' },
        {
          app: 'SqlClient',
          text: 'Connection Timeout Expired. The timeout period elapsed during the pre-login handshake.',
        },
        { app: 'Java', text: 'java.net.SocketTimeoutException: Read timed out' },
      ]
    : []
}

const winHttp: Partial<Record<StatusName, string>> = {
  SEC_E_UNTRUSTED_ROOT: 'ERROR_WINHTTP_SECURE_INVALID_CA (12045)',
  SEC_E_WRONG_PRINCIPAL: 'ERROR_WINHTTP_SECURE_CERT_CN_INVALID (12038)',
  SEC_E_CERT_EXPIRED: 'ERROR_WINHTTP_SECURE_CERT_DATE_INVALID (12037)',
  SEC_E_CERT_WRONG_USAGE: 'ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE (12179)',
  CRYPT_E_REVOKED: 'ERROR_WINHTTP_SECURE_CERT_REVOKED (12170)',
  CRYPT_E_REVOCATION_OFFLINE: 'ERROR_WINHTTP_SECURE_CERT_REV_FAILED (12057)',
  CRYPT_E_NO_REVOCATION_CHECK: 'ERROR_WINHTTP_SECURE_CERT_REV_FAILED (12057)',
}

const javaOwn: Partial<Record<Cause, string>> = {
  'untrusted-root':
    'sun.security.validator.ValidatorException: PKIX path building failed: unable to find valid certification path to requested target',
  'incomplete-chain':
    'sun.security.validator.ValidatorException: PKIX path building failed: unable to find valid certification path to requested target',
  'expired-certificate': 'java.security.cert.CertificateExpiredException: NotAfter',
  'not-yet-valid-certificate': 'java.security.cert.CertificateNotYetValidException: NotBefore',
  'name-mismatch':
    'java.security.cert.CertificateException: No subject alternative DNS name matching … found.',
  'no-common-version': 'The server selected protocol version … is not accepted by client preferences',
  'not-tls': 'javax.net.ssl.SSLException: Unsupported or unrecognized SSL message',
}
