// Every SECURITY_STATUS the product can name. Source: schannel §1 (winerror.h values, meanings in our words), read 2026-11-22.

export interface StatusRow {
  /** The 32-bit value, unsigned. */
  readonly code: number
  readonly meaning: string
  /** Functions that return it with Schannel; empty: not produced by Schannel. */
  readonly seenIn: string
}

const rows = {
  SEC_E_OK: {
    code: 0x00000000,
    meaning: 'Call finished; handshake (or closing step) complete',
    seenIn: 'ISC ASC ACT DM EM',
  },
  SEC_I_CONTINUE_NEEDED: {
    code: 0x00090312,
    meaning: 'Send the output token if any, then get peer bytes and call again',
    seenIn: 'ISC ASC',
  },
  SEC_I_COMPLETE_NEEDED: {
    code: 0x00090313,
    meaning: 'CompleteAuthToken must be called; not used by Schannel',
    seenIn: '',
  },
  SEC_I_COMPLETE_AND_CONTINUE: {
    code: 0x00090314,
    meaning: 'CompleteAuthToken, then continue; not used by Schannel',
    seenIn: '',
  },
  SEC_I_LOCAL_LOGON: { code: 0x00090315, meaning: 'Local logon happened (other packages)', seenIn: '' },
  SEC_I_GENERIC_EXTENSION_RECEIVED: {
    code: 0x00090316,
    meaning: 'A subscribed TLS extension arrived; call again at once',
    seenIn: 'ISC ASC',
  },
  SEC_I_CONTEXT_EXPIRED: {
    code: 0x00090317,
    meaning: 'Peer sent close_notify; no more data',
    seenIn: 'DM (ISC/ASC at shutdown)',
  },
  SEC_I_INCOMPLETE_CREDENTIALS: {
    code: 0x00090320,
    meaning: 'Server asked for a client certificate; supply one or continue anonymously',
    seenIn: 'ISC',
  },
  SEC_I_RENEGOTIATE: {
    code: 0x00090321,
    meaning: 'Peer started renegotiation, or (TLS 1.3) a post-handshake message arrived',
    seenIn: 'DM',
  },
  SEC_I_NO_LSA_CONTEXT: { code: 0x00090323, meaning: 'LSA keeps no context for this handle', seenIn: '' },
  SEC_I_SIGNATURE_NEEDED: {
    code: 0x0009035c,
    meaning: 'Caller has to sign (split-key mode)',
    seenIn: 'ISC ASC',
  },
  SEC_I_NO_RENEGOTIATION: {
    code: 0x00090360,
    meaning: 'Peer/policy refuses renegotiation; session stays valid',
    seenIn: 'ASC ISC',
  },
  SEC_I_MESSAGE_FRAGMENT: {
    code: 0x00090364,
    meaning: 'DTLS: send this datagram and call again for the next',
    seenIn: 'ISC ASC',
  },
  SEC_I_CONTINUE_NEEDED_MESSAGE_OK: {
    code: 0x00090366,
    meaning: 'MESSAGES mode: handshake message accepted, continue',
    seenIn: 'ISC ASC',
  },
  SEC_I_ASYNC_CALL_PENDING: {
    code: 0x00090368,
    meaning: 'Asynchronous SSPI call still running',
    seenIn: 'async',
  },
  SEC_E_INSUFFICIENT_MEMORY: {
    code: 0x80090300,
    meaning: 'Not enough memory, or a zero-size output slot without ALLOCATE_MEMORY',
    seenIn: 'ISC ASC',
  },
  SEC_E_INVALID_HANDLE: {
    code: 0x80090301,
    meaning: 'Context/credential handle is wrong or deleted',
    seenIn: 'all',
  },
  SEC_E_UNSUPPORTED_FUNCTION: {
    code: 0x80090302,
    meaning: 'Operation not available; also alert 70 in the documented mapping',
    seenIn: 'ISC ASC QCA ACT',
  },
  SEC_E_TARGET_UNKNOWN: { code: 0x80090303, meaning: 'Target name unknown or unreachable', seenIn: 'ISC' },
  SEC_E_INTERNAL_ERROR: {
    code: 0x80090304,
    meaning: 'Internal failure or LSA cannot be reached; alert 80',
    seenIn: 'ISC ASC',
  },
  SEC_E_SECPKG_NOT_FOUND: { code: 0x80090305, meaning: 'Security package name unknown', seenIn: 'ACH' },
  SEC_E_NOT_OWNER: { code: 0x80090306, meaning: 'Caller does not own the credential', seenIn: 'ACH' },
  SEC_E_CANNOT_INSTALL: { code: 0x80090307, meaning: 'Package failed to initialise', seenIn: '' },
  SEC_E_INVALID_TOKEN: {
    code: 0x80090308,
    meaning: 'Input is not something the package can parse; wrong buffer set',
    seenIn: 'ISC ASC DM ACT',
  },
  SEC_E_CANNOT_PACK: {
    code: 0x80090309,
    meaning: 'Output cannot be marshalled (DTLS: MTU too small)',
    seenIn: 'ISC',
  },
  SEC_E_QOP_NOT_SUPPORTED: { code: 0x8009030a, meaning: 'Quality-of-protection value unknown', seenIn: 'EM' },
  SEC_E_NO_IMPERSONATION: { code: 0x8009030b, meaning: 'Impersonation is not allowed', seenIn: '' },
  SEC_E_LOGON_DENIED: { code: 0x8009030c, meaning: 'Logon failed; alert 49 access_denied', seenIn: 'ISC DM' },
  SEC_E_UNKNOWN_CREDENTIALS: {
    code: 0x8009030d,
    meaning: 'Credential structure or certificate not usable',
    seenIn: 'ACH',
  },
  SEC_E_NO_CREDENTIALS: {
    code: 0x8009030e,
    meaning: 'No credential where one is needed',
    seenIn: 'ACH ASC QCA',
  },
  SEC_E_MESSAGE_ALTERED: {
    code: 0x8009030f,
    meaning: 'Integrity check failed; alerts 20, 30',
    seenIn: 'DM ISC ASC',
  },
  SEC_E_OUT_OF_SEQUENCE: { code: 0x80090310, meaning: 'Record/message in wrong order', seenIn: 'DM' },
  SEC_E_NO_AUTHENTICATING_AUTHORITY: {
    code: 0x80090311,
    meaning: 'No authority (domain controller) could be contacted',
    seenIn: 'ISC ASC',
  },
  SEC_E_BAD_PKGID: { code: 0x80090316, meaning: 'Package id does not exist', seenIn: '' },
  SEC_E_CONTEXT_EXPIRED: {
    code: 0x80090317,
    meaning: 'Context no longer usable (renegotiation pending, closed)',
    seenIn: 'DM EM',
  },
  SEC_E_INCOMPLETE_MESSAGE: {
    code: 0x80090318,
    meaning: 'Need more bytes; nothing was consumed; not fatal',
    seenIn: 'ISC ASC DM',
  },
  SEC_E_INCOMPLETE_CREDENTIALS: {
    code: 0x80090320,
    meaning: 'Credentials given were not complete',
    seenIn: 'ISC',
  },
  SEC_E_BUFFER_TOO_SMALL: {
    code: 0x80090321,
    meaning: 'Supplied output buffer too small; repeat with a larger one',
    seenIn: 'ISC ASC EM',
  },
  SEC_E_WRONG_PRINCIPAL: {
    code: 0x80090322,
    meaning: 'Target name does not match the certificate',
    seenIn: 'ISC',
  },
  SEC_E_TIME_SKEW: { code: 0x80090324, meaning: 'Clocks of client and server differ too much', seenIn: '' },
  SEC_E_UNTRUSTED_ROOT: {
    code: 0x80090325,
    meaning: 'Chain ends in an untrusted root; alert 48',
    seenIn: 'ISC ASC DM',
  },
  SEC_E_ILLEGAL_MESSAGE: {
    code: 0x80090326,
    meaning: 'Unexpected or malformed message; default for most alerts',
    seenIn: 'ISC ASC DM',
  },
  SEC_E_CERT_UNKNOWN: {
    code: 0x80090327,
    meaning: 'Certificate could not be processed; alerts 42, 43, 46',
    seenIn: 'ISC ASC DM',
  },
  SEC_E_CERT_EXPIRED: {
    code: 0x80090328,
    meaning: 'Certificate outside its validity; alert 45',
    seenIn: 'ISC ASC DM',
  },
  SEC_E_ENCRYPT_FAILURE: { code: 0x80090329, meaning: 'Encryption failed', seenIn: 'EM' },
  SEC_E_DECRYPT_FAILURE: {
    code: 0x80090330,
    meaning: 'Decryption failed; alerts 21, 51',
    seenIn: 'DM ISC ASC',
  },
  SEC_E_ALGORITHM_MISMATCH: {
    code: 0x80090331,
    meaning: 'No common algorithm; alert 71',
    seenIn: 'ISC ASC ACH',
  },
  SEC_E_SECURITY_QOS_FAILED: {
    code: 0x80090332,
    meaning: 'Requested security quality not reachable',
    seenIn: '',
  },
  SEC_E_UNFINISHED_CONTEXT_DELETED: {
    code: 0x80090333,
    meaning: 'Context deleted before the handshake ended; alert 90',
    seenIn: 'ISC ASC',
  },
  SEC_E_NO_TGT_REPLY: { code: 0x80090334, meaning: 'Kerberos user-to-user problem', seenIn: '' },
  SEC_E_NO_IP_ADDRESSES: { code: 0x80090335, meaning: 'No IP addresses found', seenIn: '' },
  SEC_E_WRONG_CREDENTIAL_HANDLE: {
    code: 0x80090336,
    meaning: 'Credential handle differs from the one that built the context',
    seenIn: 'ISC ASC',
  },
  SEC_E_CRYPTO_SYSTEM_INVALID: {
    code: 0x80090337,
    meaning: 'Needed crypto function unavailable',
    seenIn: 'ISC ASC',
  },
  SEC_E_MAX_REFERRALS_EXCEEDED: { code: 0x80090338, meaning: 'Too many referrals', seenIn: '' },
  SEC_E_MUST_BE_KDC: { code: 0x80090339, meaning: 'Only valid on a KDC', seenIn: '' },
  SEC_E_STRONG_CRYPTO_NOT_SUPPORTED: {
    code: 0x8009033a,
    meaning: 'Strong cryptography not available',
    seenIn: 'ISC ASC',
  },
  SEC_E_TOO_MANY_PRINCIPALS: { code: 0x8009033b, meaning: 'Several principals matched', seenIn: '' },
  SEC_E_NO_PA_DATA: { code: 0x8009033c, meaning: 'No pre-authentication data', seenIn: '' },
  SEC_E_PKINIT_NAME_MISMATCH: {
    code: 0x8009033d,
    meaning: 'Certificate name mismatch in PKINIT',
    seenIn: '',
  },
  SEC_E_SMARTCARD_LOGON_REQUIRED: { code: 0x8009033e, meaning: 'Smart card needed', seenIn: '' },
  SEC_E_SHUTDOWN_IN_PROGRESS: { code: 0x8009033f, meaning: 'System is shutting down', seenIn: 'all' },
  SEC_E_KDC_INVALID_REQUEST: { code: 0x80090340, meaning: 'KDC got a bad request', seenIn: '' },
  SEC_E_UNSUPPORTED_PREAUTH: { code: 0x80090343, meaning: 'Pre-authentication type unknown', seenIn: '' },
  SEC_E_DELEGATION_REQUIRED: { code: 0x80090345, meaning: 'Delegation needed', seenIn: '' },
  SEC_E_BAD_BINDINGS: {
    code: 0x80090346,
    meaning: 'Channel bindings do not match',
    seenIn: 'ISC ASC (Negotiate)',
  },
  SEC_E_MULTIPLE_ACCOUNTS: {
    code: 0x80090347,
    meaning: 'Certificate maps to several accounts',
    seenIn: 'ASC',
  },
  SEC_E_NO_KERB_KEY: { code: 0x80090348, meaning: 'No Kerberos key', seenIn: '' },
  SEC_E_CERT_WRONG_USAGE: {
    code: 0x80090349,
    meaning: 'Certificate not valid for this use',
    seenIn: 'ISC ASC',
  },
  SEC_E_DOWNGRADE_DETECTED: {
    code: 0x80090350,
    meaning: 'Possible downgrade attack seen',
    seenIn: 'ISC ASC',
  },
  SEC_E_SMARTCARD_CERT_REVOKED: { code: 0x80090351, meaning: 'Smart-card certificate revoked', seenIn: '' },
  SEC_E_ISSUING_CA_UNTRUSTED: { code: 0x80090352, meaning: 'Issuing CA not trusted', seenIn: 'ISC ASC' },
  SEC_E_REVOCATION_OFFLINE_C: {
    code: 0x80090353,
    meaning: 'Revocation status of the smart-card certificate not obtainable',
    seenIn: '',
  },
  SEC_E_PKINIT_CLIENT_FAILURE: { code: 0x80090354, meaning: 'PKINIT client certificate problem', seenIn: '' },
  SEC_E_SMARTCARD_CERT_EXPIRED: { code: 0x80090355, meaning: 'Smart-card certificate expired', seenIn: '' },
  SEC_E_REVOCATION_OFFLINE_KDC: {
    code: 0x80090358,
    meaning: 'Revocation status of the KDC certificate not obtainable',
    seenIn: '',
  },
  SEC_E_ISSUING_CA_UNTRUSTED_KDC: {
    code: 0x80090359,
    meaning: 'CA of the KDC certificate untrusted',
    seenIn: '',
  },
  SEC_E_KDC_CERT_EXPIRED: { code: 0x8009035a, meaning: 'KDC certificate expired', seenIn: '' },
  SEC_E_KDC_CERT_REVOKED: { code: 0x8009035b, meaning: 'KDC certificate revoked', seenIn: '' },
  SEC_E_INVALID_PARAMETER: { code: 0x8009035d, meaning: 'A parameter is wrong', seenIn: 'all' },
  SEC_E_DELEGATION_POLICY: { code: 0x8009035e, meaning: 'Delegation policy forbids', seenIn: '' },
  SEC_E_NO_CONTEXT: { code: 0x80090361, meaning: 'No context established', seenIn: 'all' },
  SEC_E_PKU2U_CERT_FAILURE: { code: 0x80090362, meaning: 'PKU2U certificate problem', seenIn: '' },
  SEC_E_MUTUAL_AUTH_FAILED: { code: 0x80090363, meaning: 'Mutual authentication failed', seenIn: 'ISC' },
  SEC_E_ONLY_HTTPS_ALLOWED: { code: 0x80090365, meaning: 'HTTPS transport required', seenIn: '' },
  SEC_E_APPLICATION_PROTOCOL_MISMATCH: {
    code: 0x80090367,
    meaning: 'No common ALPN protocol; alert 120',
    seenIn: 'ISC ASC',
  },
  SEC_E_EXT_BUFFER_TOO_SMALL: {
    code: 0x8009036a,
    meaning: 'Buffer for subscribed extension too small',
    seenIn: 'ISC ASC',
  },
  SEC_E_INSUFFICIENT_BUFFERS: { code: 0x8009036b, meaning: 'Too few SecBuffers supplied', seenIn: 'ISC ASC' },
  NTE_BAD_KEYSET: { code: 0x80090016, meaning: 'Key container missing or unreadable', seenIn: 'ACH' },
  NTE_NO_KEY: { code: 0x8009000d, meaning: 'Key does not exist', seenIn: 'ACH' },
  NTE_BAD_SIGNATURE: { code: 0x80090006, meaning: 'Signature verification failed', seenIn: 'ISC ASC' },
  NTE_PERM: { code: 0x80090010, meaning: 'Access to key denied', seenIn: 'ACH' },
  NTE_FAIL: { code: 0x80090020, meaning: 'Unspecified crypto failure', seenIn: 'any' },
  NTE_BAD_DATA: { code: 0x80090005, meaning: 'Bad data given to crypto provider', seenIn: 'any' },
  NTE_NOT_SUPPORTED: { code: 0x80090029, meaning: 'Crypto operation not supported', seenIn: 'any' },
  NTE_INTERNAL_ERROR: { code: 0x8009002d, meaning: 'Crypto internal error', seenIn: 'any' },
  NTE_DECRYPTION_FAILURE: { code: 0x8009002c, meaning: 'Provider failed to decrypt', seenIn: 'any' },
  NTE_BUFFER_TOO_SMALL: { code: 0x80090028, meaning: 'Buffer too small for provider', seenIn: 'any' },
  CRYPT_E_MSG_ERROR: { code: 0x80091001, meaning: 'Cryptographic message error', seenIn: 'cert' },
  CRYPT_E_UNKNOWN_ALGO: { code: 0x80091002, meaning: 'Unknown algorithm', seenIn: 'cert' },
  CRYPT_E_HASH_VALUE: { code: 0x80091007, meaning: 'Hash value is wrong', seenIn: 'cert' },
  CRYPT_E_NOT_FOUND: { code: 0x80092004, meaning: 'Object or property not found', seenIn: 'cert' },
  CRYPT_E_SELF_SIGNED: { code: 0x80092007, meaning: 'Certificate is self-signed', seenIn: 'cert' },
  CRYPT_E_NO_MATCH: { code: 0x80092009, meaning: 'No matching certificate', seenIn: 'cert' },
  CRYPT_E_NO_KEY_PROPERTY: {
    code: 0x8009200b,
    meaning: 'Certificate has no private-key property',
    seenIn: 'cert',
  },
  CRYPT_E_REVOKED: { code: 0x80092010, meaning: 'Certificate revoked; alert 44', seenIn: 'ISC ASC DM' },
  CRYPT_E_NO_REVOCATION_DLL: { code: 0x80092011, meaning: 'No provider to check revocation', seenIn: 'ISC' },
  CRYPT_E_NO_REVOCATION_CHECK: {
    code: 0x80092012,
    meaning: 'Revocation could not be checked (no CDP/OCSP info)',
    seenIn: 'ISC',
  },
  CRYPT_E_REVOCATION_OFFLINE: {
    code: 0x80092013,
    meaning: 'Revocation server did not answer',
    seenIn: 'ISC',
  },
  CRYPT_E_NOT_IN_REVOCATION_DATABASE: {
    code: 0x80092014,
    meaning: 'Certificate unknown to the revocation server',
    seenIn: 'ISC',
  },
  CRYPT_E_SECURITY_SETTINGS: {
    code: 0x80092026,
    meaning: 'Blocked by local security settings',
    seenIn: 'cert',
  },
  CRYPT_E_ASN1_ERROR: { code: 0x80093100, meaning: 'ASN.1 error', seenIn: 'cert' },
  CRYPT_E_ASN1_EOD: { code: 0x80093102, meaning: 'ASN.1 data ended early', seenIn: 'cert' },
  CRYPT_E_ASN1_CORRUPT: { code: 0x80093103, meaning: 'ASN.1 data corrupt', seenIn: 'cert' },
  CRYPT_E_ASN1_BADTAG: { code: 0x8009310b, meaning: 'Unexpected ASN.1 tag', seenIn: 'cert' },
  TRUST_E_SYSTEM_ERROR: { code: 0x80096001, meaning: 'System error during trust check', seenIn: 'policy' },
  TRUST_E_CERT_SIGNATURE: { code: 0x80096004, meaning: 'Certificate signature invalid', seenIn: 'policy' },
  TRUST_E_BASIC_CONSTRAINTS: {
    code: 0x80096019,
    meaning: 'Basic-constraints extension violated',
    seenIn: 'policy',
  },
  TRUST_E_PROVIDER_UNKNOWN: { code: 0x800b0001, meaning: 'Trust provider unknown', seenIn: 'policy' },
  TRUST_E_SUBJECT_NOT_TRUSTED: {
    code: 0x800b0004,
    meaning: 'Subject not trusted for the action',
    seenIn: 'policy',
  },
  TRUST_E_NOSIGNATURE: { code: 0x800b0100, meaning: 'No signature present', seenIn: 'policy' },
  TRUST_E_FAIL: { code: 0x800b010b, meaning: 'General trust failure', seenIn: 'policy' },
  TRUST_E_EXPLICIT_DISTRUST: {
    code: 0x800b0111,
    meaning: 'Certificate explicitly distrusted',
    seenIn: 'policy',
  },
  CERT_E_EXPIRED: {
    code: 0x800b0101,
    meaning: 'Certificate outside validity (policy check)',
    seenIn: 'policy',
  },
  CERT_E_VALIDITYPERIODNESTING: {
    code: 0x800b0102,
    meaning: 'Validity periods of the chain do not nest',
    seenIn: 'policy',
  },
  CERT_E_ROLE: { code: 0x800b0103, meaning: 'CA used as end entity or reverse', seenIn: 'policy' },
  CERT_E_PATHLENCONST: { code: 0x800b0104, meaning: 'Path length constraint broken', seenIn: 'policy' },
  CERT_E_CRITICAL: { code: 0x800b0105, meaning: 'Unknown critical extension', seenIn: 'policy' },
  CERT_E_PURPOSE: { code: 0x800b0106, meaning: 'Wrong purpose', seenIn: 'policy' },
  CERT_E_ISSUERCHAINING: {
    code: 0x800b0107,
    meaning: 'Issuer did not issue this certificate',
    seenIn: 'policy',
  },
  CERT_E_MALFORMED: { code: 0x800b0108, meaning: 'Certificate misses required data', seenIn: 'policy' },
  CERT_E_UNTRUSTEDROOT: {
    code: 0x800b0109,
    meaning: 'Chain ends in untrusted root (policy check)',
    seenIn: 'policy',
  },
  CERT_E_CHAINING: { code: 0x800b010a, meaning: 'Chain cannot be completed', seenIn: 'policy' },
  CERT_E_REVOKED: { code: 0x800b010c, meaning: 'Certificate revoked (policy check)', seenIn: 'policy' },
  CERT_E_UNTRUSTEDTESTROOT: { code: 0x800b010d, meaning: 'Test root not trusted', seenIn: 'policy' },
  CERT_E_REVOCATION_FAILURE: {
    code: 0x800b010e,
    meaning: 'Revocation check could not finish',
    seenIn: 'policy',
  },
  CERT_E_CN_NO_MATCH: { code: 0x800b010f, meaning: 'Name does not match (policy check)', seenIn: 'policy' },
  CERT_E_WRONG_USAGE: { code: 0x800b0110, meaning: 'Extended key usage wrong', seenIn: 'policy' },
  CERT_E_UNTRUSTEDCA: { code: 0x800b0112, meaning: 'CA not trusted', seenIn: 'policy' },
  CERT_E_INVALID_POLICY: { code: 0x800b0113, meaning: 'Policy OID problem', seenIn: 'policy' },
  CERT_E_INVALID_NAME: { code: 0x800b0114, meaning: 'Name constraint broken or bad name', seenIn: 'policy' },
} as const satisfies Record<string, StatusRow>

export type StatusName = keyof typeof rows

export const statuses: Readonly<Record<StatusName, StatusRow>> = rows

export const statusNames = Object.keys(rows) as StatusName[]

/** `0x80090326`. */
export function statusCode(name: StatusName): string {
  return `0x${statuses[name].code.toString(16).toUpperCase().padStart(8, '0')}`
}

/** Not a failure: SEC_E_OK, any SEC_I_*, and the errors after which the context lives on (schannel §6.5). */
export function isFailure(name: StatusName): boolean {
  return (
    statuses[name].code >= 0x80000000 &&
    name !== 'SEC_E_INCOMPLETE_MESSAGE' &&
    name !== 'SEC_E_BUFFER_TOO_SMALL' &&
    name !== 'SEC_E_EXT_BUFFER_TOO_SMALL'
  )
}
