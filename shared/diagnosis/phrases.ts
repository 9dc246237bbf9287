// Wordings of well-known programs that name no status: what they mean. Sources: field §2 (issue threads named there).

import type { StatusName } from '../sspi/status.ts'
import type { Cause } from './candidate.ts'

export interface Phrase {
  readonly app: string
  readonly pattern: RegExp
  readonly meaning: string
  readonly status: StatusName | null
  readonly causes: readonly Cause[]
}

export const phrases: readonly Phrase[] = [
  {
    app: '.NET',
    pattern: /remote party (has )?closed the transport stream|unexpected EOF or 0 bytes/i,
    meaning: 'The peer closed TCP during the handshake without an alert',
    status: null,
    causes: ['connection-closed', 'no-common-cipher', 'private-key-unusable'],
  },
  {
    app: 'Winsock',
    pattern: /forcibly closed by the remote host|\b10054\b|ECONNRESET|connection reset( by peer)?/i,
    meaning: 'The peer, or a device between, reset the TCP connection',
    status: null,
    causes: ['connection-reset', 'middlebox', 'private-key-unusable'],
  },
  {
    app: '.NET',
    pattern: /could not create SSL\/TLS secure channel/i,
    meaning: 'The handshake failed; .NET Framework hides the status',
    status: null,
    causes: ['no-common-version', 'no-common-cipher', 'client-certificate-missing', 'bad-record-mac'],
  },
  {
    app: '.NET',
    pattern: /remote certificate is invalid|RemoteCertificate(ChainErrors|NameMismatch|NotAvailable)/i,
    meaning: "The program's own check refused the certificate after Schannel was content",
    status: null,
    causes: ['untrusted-root', 'name-mismatch', 'incomplete-chain', 'expired-certificate'],
  },
  {
    app: 'Java',
    pattern: /PKIX path (building|validation) failed|unable to find valid certification path/i,
    meaning: 'Java does not trust the issuer of the certificate, or an intermediate is missing',
    status: null,
    causes: ['untrusted-root', 'incomplete-chain'],
  },
  {
    app: 'Java',
    pattern: /server selected protocol version|no appropriate protocol/i,
    meaning: 'The server chose a version that Java has disabled',
    status: null,
    causes: ['no-common-version'],
  },
  {
    app: 'Java',
    pattern: /unrecognized ssl message|plaintext connection\?/i,
    meaning: 'The peer does not speak TLS on this port',
    status: null,
    causes: ['not-tls'],
  },
  {
    app: 'Java',
    pattern: /peer shut down incorrectly|remote host (closed connection|terminated the handshake)/i,
    meaning: 'The peer closed TCP during the handshake without an alert',
    status: null,
    causes: ['connection-closed', 'no-common-cipher'],
  },
  {
    app: 'Java',
    pattern: /no subject alternative (DNS )?name|no name matching/i,
    meaning: 'The certificate is for another name',
    status: 'SEC_E_WRONG_PRINCIPAL',
    causes: ['name-mismatch'],
  },
  {
    app: 'OpenSSL',
    pattern: /wrong[_ ]version[_ ]number/i,
    meaning: 'The answer is no TLS record: the port speaks another protocol',
    status: null,
    causes: ['not-tls'],
  },
  {
    app: 'OpenSSL',
    pattern: /no shared cipher/i,
    meaning: 'The server has no cipher suite in common with the client, or no certificate that fits one',
    status: 'SEC_E_ALGORITHM_MISMATCH',
    causes: ['no-common-cipher', 'no-common-signature-algorithm'],
  },
  {
    app: 'OpenSSL',
    pattern: /unable to get local issuer certificate|unable to verify the first certificate/i,
    meaning: 'The issuer is not in the trusted list, or the server left out an intermediate',
    status: 'SEC_E_UNTRUSTED_ROOT',
    causes: ['incomplete-chain', 'untrusted-root'],
  },
  {
    app: 'OpenSSL',
    pattern: /self[- ]signed certificate/i,
    meaning: 'The certificate, or the root of its chain, is self-signed and not trusted',
    status: 'SEC_E_UNTRUSTED_ROOT',
    causes: ['untrusted-root'],
  },
  {
    app: 'OpenSSL',
    pattern: /certificate has expired/i,
    meaning: 'The certificate has expired',
    status: 'SEC_E_CERT_EXPIRED',
    causes: ['expired-certificate'],
  },
  {
    app: 'OpenSSL',
    pattern: /unsafe legacy renegotiation disabled/i,
    meaning: 'The server lacks secure renegotiation (RFC 5746)',
    status: null,
    causes: ['unsafe-renegotiation'],
  },
  {
    app: 'OpenSSL',
    pattern: /(dh|ee|ca) (certificate )?key too (small|weak)/i,
    meaning: 'A key is too small for the security level of the client',
    status: null,
    causes: ['weak-key'],
  },
  {
    app: 'curl',
    pattern: /missing close_notify|server closed abruptly/i,
    meaning: 'The handshake was fine; the server closed TCP without the closing alert',
    status: null,
    causes: ['connection-closed'],
  },
  {
    app: 'curl',
    pattern: /failed to receive handshake|SSL connection timeout/i,
    meaning: 'The peer ended the connection or did not answer during the handshake',
    status: null,
    causes: ['connection-closed', 'connection-reset', 'no-answer'],
  },
  {
    app: 'SqlClient',
    pattern: /error occurred during the pre-login handshake/i,
    meaning: 'The TLS handshake inside the SQL pre-login failed',
    status: null,
    causes: ['connection-reset', 'no-common-version', 'no-common-cipher', 'no-answer'],
  },
  {
    app: 'SqlClient',
    pattern: /certificate chain was issued by an authority that is not trusted/i,
    meaning: "The SQL server's certificate is not trusted, often the one it made for itself",
    status: 'SEC_E_UNTRUSTED_ROOT',
    causes: ['untrusted-root'],
  },
  {
    app: 'WinHTTP',
    pattern: /\b12175\b|ERROR_WINHTTP_SECURE_FAILURE/i,
    meaning: 'WinHTTP: the security layer failed; the status behind it tells more',
    status: null,
    causes: ['no-common-version', 'untrusted-root', 'name-mismatch'],
  },
  {
    app: 'WinHTTP',
    pattern: /\b12057\b|SECURE_CERT_REV_FAILED/i,
    meaning: 'WinHTTP: revocation could not be checked',
    status: 'CRYPT_E_REVOCATION_OFFLINE',
    causes: ['revocation-offline'],
  },
  {
    app: 'WinHTTP',
    pattern: /\b12038\b|SECURE_CERT_CN_INVALID/i,
    meaning: 'WinHTTP: the certificate is for another name',
    status: 'SEC_E_WRONG_PRINCIPAL',
    causes: ['name-mismatch'],
  },
  {
    app: 'WinHTTP',
    pattern: /\b12045\b|SECURE_INVALID_CA/i,
    meaning: 'WinHTTP: the issuer is not trusted',
    status: 'SEC_E_UNTRUSTED_ROOT',
    causes: ['untrusted-root'],
  },
  {
    app: 'Go',
    pattern: /x509: certificate signed by unknown authority/i,
    meaning: 'Go does not trust the issuer, or an intermediate is missing',
    status: null,
    causes: ['untrusted-root', 'incomplete-chain'],
  },
  {
    app: 'Go',
    pattern: /first record does not look like a TLS handshake/i,
    meaning: 'The answer is no TLS record: the port speaks another protocol',
    status: null,
    causes: ['not-tls'],
  },
  {
    app: 'Go',
    pattern: /server gave HTTP response to HTTPS client/i,
    meaning: 'The server answered in plain HTTP: the port speaks no TLS',
    status: null,
    causes: ['not-tls'],
  },
  {
    // carriers/http.ts has the same words, as they lie on the wire.
    app: 'nginx, Apache, Tomcat, Go, cheroot',
    pattern:
      /plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled server|host and port requires TLS|sent an HTTP request to an HTTPS server|server only speaks HTTPS on this port/i,
    meaning: 'The client sent plain HTTP to a port that expects TLS',
    status: null,
    causes: ['not-tls'],
  },
  {
    app: 'Exchange',
    pattern: /\b451[ -]4\.4\.397\b|STARTTLS is required to send mail|SmtpSendTLSRequiredFailed/i,
    meaning: 'The other mail server did not offer STARTTLS, or its handshake failed',
    status: null,
    causes: ['starttls-refused', 'connection-reset', 'no-common-version'],
  },
  {
    app: 'curl',
    pattern: /CONNECT tunnel failed, response \d{3}|proxy tunnel request[^.]*failed with status code/i,
    meaning: 'The proxy did not open the way to the server; TLS never began',
    status: null,
    causes: ['proxy-refused'],
  },
  {
    app: 'WinHTTP',
    pattern: /\b12029\b|WINHTTP_CANNOT_CONNECT|\b12152\b|WINHTTP_INVALID_SERVER_RESPONSE/i,
    meaning: 'WinHTTP: no connection, or the proxy did not open one; TLS never began',
    status: null,
    causes: ['proxy-refused', 'no-answer', 'connection-reset'],
  },
  {
    app: 'SqlClient',
    pattern: /you attempted to connect to (does not support|requires) encryption/i,
    meaning: 'Client and SQL Server do not agree on encryption in their PRELOGIN',
    status: null,
    causes: ['starttls-refused'],
  },
  {
    app: 'SqlClient',
    pattern: /encryption ?\(ssl\/tls\) handshake failed/i,
    meaning: 'The TLS handshake inside the SQL pre-login failed',
    status: null,
    causes: ['no-common-version', 'no-common-cipher', 'connection-reset'],
  },
  {
    app: 'mstsc',
    pattern: /requires Network Level Authentication|SECURITY_NEGO_CONNECT_FAILED|HYBRID_REQUIRED_BY_SERVER/i,
    meaning: 'Client and RDP server agree on no security protocol; TLS never began',
    status: null,
    causes: ['starttls-refused'],
  },
  {
    app: 'TermService',
    pattern: /Terminal Server security layer detected an error in the protocol stream/i,
    meaning:
      "The TLS of an RDP session failed before log-in (System log, TermDD 56); the event's data holds the status",
    status: null,
    causes: ['no-common-version', 'no-common-cipher', 'private-key-unusable', 'connection-reset'],
  },
]
