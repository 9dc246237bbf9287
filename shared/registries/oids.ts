// Object identifiers of X.509: attributes, algorithms, curves, extensions, key purposes, policies.
// Source: RFC 4519, RFC 5280, RFC 3279, RFC 4055, RFC 5758, RFC 8410, RFC 9881, CA/Browser Forum, Microsoft;
// written 2026-11-22 from the RFCs.

/** Short names of RFC 4514 §3 and those in common use beside them. */
export const nameAttributes: Readonly<Record<string, string>> = {
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '1.2.840.113549.1.9.8': 'unstructuredAddress',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.16': 'postalAddress',
  '2.5.4.17': 'postalCode',
  '2.5.4.20': 'telephoneNumber',
  '2.5.4.41': 'name',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.44': 'generationQualifier',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
}

export interface SignatureOid {
  readonly name: string
  /** null where parameters name it (RSASSA-PSS) or the scheme has its own. */
  readonly hash: string | null
}

export const signatureOids: Readonly<Record<string, SignatureOid>> = {
  '1.2.840.10040.4.3': { name: 'dsa-with-sha1', hash: 'sha1' },
  '1.2.840.10045.4.1': { name: 'ecdsa-with-SHA1', hash: 'sha1' },
  '1.2.840.10045.4.3.1': { name: 'ecdsa-with-SHA224', hash: 'sha224' },
  '1.2.840.10045.4.3.2': { name: 'ecdsa-with-SHA256', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { name: 'ecdsa-with-SHA384', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { name: 'ecdsa-with-SHA512', hash: 'sha512' },
  '1.2.840.113549.1.1.2': { name: 'md2WithRSAEncryption', hash: 'md2' },
  '1.2.840.113549.1.1.3': { name: 'md4WithRSAEncryption', hash: 'md4' },
  '1.2.840.113549.1.1.4': { name: 'md5WithRSAEncryption', hash: 'md5' },
  '1.2.840.113549.1.1.5': { name: 'sha1WithRSAEncryption', hash: 'sha1' },
  '1.2.840.113549.1.1.10': { name: 'RSASSA-PSS', hash: null },
  '1.2.840.113549.1.1.11': { name: 'sha256WithRSAEncryption', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { name: 'sha384WithRSAEncryption', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { name: 'sha512WithRSAEncryption', hash: 'sha512' },
  '1.2.840.113549.1.1.14': { name: 'sha224WithRSAEncryption', hash: 'sha224' },
  '1.2.156.10197.1.501': { name: 'SM2-with-SM3', hash: 'sm3' },
  '1.2.643.2.2.3': { name: 'gostR3411-94-with-gostR3410-2001', hash: null },
  '1.2.643.7.1.1.3.2': { name: 'gost3410-2012-256', hash: null },
  '1.2.643.7.1.1.3.3': { name: 'gost3410-2012-512', hash: null },
  '1.3.14.3.2.27': { name: 'dsaWithSHA1', hash: 'sha1' },
  '1.3.14.3.2.29': { name: 'sha1WithRSASignature', hash: 'sha1' },
  '1.3.101.112': { name: 'Ed25519', hash: null },
  '1.3.101.113': { name: 'Ed448', hash: null },
  '2.16.840.1.101.3.4.3.1': { name: 'dsa-with-sha224', hash: 'sha224' },
  '2.16.840.1.101.3.4.3.2': { name: 'dsa-with-sha256', hash: 'sha256' },
  '2.16.840.1.101.3.4.3.17': { name: 'ML-DSA-44', hash: null },
  '2.16.840.1.101.3.4.3.18': { name: 'ML-DSA-65', hash: null },
  '2.16.840.1.101.3.4.3.19': { name: 'ML-DSA-87', hash: null },
}

export const hashOids: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
}

export interface KeyOid {
  readonly name: string
  /** Bits where the algorithm fixes them; null where the key tells, or where bits say nothing. */
  readonly bits: number | null
}

export const keyOids: Readonly<Record<string, KeyOid>> = {
  '1.2.840.10040.4.1': { name: 'DSA', bits: null },
  '1.2.840.10045.2.1': { name: 'EC', bits: null },
  '1.2.840.10046.2.1': { name: 'DH', bits: null },
  '1.2.840.113549.1.1.1': { name: 'RSA', bits: null },
  '1.2.840.113549.1.1.10': { name: 'RSA-PSS', bits: null },
  '1.2.643.2.2.19': { name: 'GOST R 34.10-2001', bits: 256 },
  '1.2.643.7.1.1.1.1': { name: 'GOST R 34.10-2012', bits: 256 },
  '1.2.643.7.1.1.1.2': { name: 'GOST R 34.10-2012', bits: 512 },
  '1.3.101.110': { name: 'X25519', bits: 253 },
  '1.3.101.111': { name: 'X448', bits: 448 },
  '1.3.101.112': { name: 'Ed25519', bits: 256 },
  '1.3.101.113': { name: 'Ed448', bits: 456 },
  '2.16.840.1.101.3.4.3.17': { name: 'ML-DSA-44', bits: null },
  '2.16.840.1.101.3.4.3.18': { name: 'ML-DSA-65', bits: null },
  '2.16.840.1.101.3.4.3.19': { name: 'ML-DSA-87', bits: null },
}

export interface CurveOid {
  readonly name: string
  readonly bits: number
}

/** Curves by the names TLS uses for them. */
export const curveOids: Readonly<Record<string, CurveOid>> = {
  '1.2.156.10197.1.301': { name: 'curveSM2', bits: 256 },
  '1.2.840.10045.3.1.1': { name: 'secp192r1', bits: 192 },
  '1.2.840.10045.3.1.7': { name: 'secp256r1', bits: 256 },
  '1.3.132.0.1': { name: 'sect163k1', bits: 163 },
  '1.3.132.0.8': { name: 'secp160r1', bits: 160 },
  '1.3.132.0.10': { name: 'secp256k1', bits: 256 },
  '1.3.132.0.15': { name: 'sect163r2', bits: 163 },
  '1.3.132.0.16': { name: 'sect283k1', bits: 283 },
  '1.3.132.0.17': { name: 'sect283r1', bits: 283 },
  '1.3.132.0.26': { name: 'sect233k1', bits: 233 },
  '1.3.132.0.27': { name: 'sect233r1', bits: 233 },
  '1.3.132.0.33': { name: 'secp224r1', bits: 224 },
  '1.3.132.0.34': { name: 'secp384r1', bits: 384 },
  '1.3.132.0.35': { name: 'secp521r1', bits: 521 },
  '1.3.132.0.36': { name: 'sect409k1', bits: 409 },
  '1.3.132.0.37': { name: 'sect409r1', bits: 409 },
  '1.3.132.0.38': { name: 'sect571k1', bits: 571 },
  '1.3.132.0.39': { name: 'sect571r1', bits: 571 },
  '1.3.36.3.3.2.8.1.1.7': { name: 'brainpoolP256r1', bits: 256 },
  '1.3.36.3.3.2.8.1.1.11': { name: 'brainpoolP384r1', bits: 384 },
  '1.3.36.3.3.2.8.1.1.13': { name: 'brainpoolP512r1', bits: 512 },
}

export const extensionOids: Readonly<Record<string, string>> = {
  '1.3.6.1.4.1.11129.2.4.2': 'signedCertificateTimestamps',
  '1.3.6.1.4.1.11129.2.4.3': 'precertificatePoison',
  '1.3.6.1.4.1.311.10.3.3': 'serverGatedCrypto',
  '1.3.6.1.4.1.311.20.2': 'certificateTemplateName',
  '1.3.6.1.4.1.311.21.1': 'caVersion',
  '1.3.6.1.4.1.311.21.7': 'certificateTemplate',
  '1.3.6.1.4.1.311.21.10': 'applicationPolicies',
  '1.3.6.1.4.1.311.25.2': 'ntdsSecurityExtension',
  '1.3.6.1.5.5.7.1.1': 'authorityInfoAccess',
  '1.3.6.1.5.5.7.1.3': 'qcStatements',
  '1.3.6.1.5.5.7.1.11': 'subjectInfoAccess',
  '1.3.6.1.5.5.7.1.24': 'tlsFeature',
  '1.3.6.1.5.5.7.48.1.5': 'ocspNoCheck',
  '2.5.29.9': 'subjectDirectoryAttributes',
  '2.5.29.14': 'subjectKeyIdentifier',
  '2.5.29.15': 'keyUsage',
  '2.5.29.16': 'privateKeyUsagePeriod',
  '2.5.29.17': 'subjectAltName',
  '2.5.29.18': 'issuerAltName',
  '2.5.29.19': 'basicConstraints',
  '2.5.29.30': 'nameConstraints',
  '2.5.29.31': 'cRLDistributionPoints',
  '2.5.29.32': 'certificatePolicies',
  '2.5.29.33': 'policyMappings',
  '2.5.29.35': 'authorityKeyIdentifier',
  '2.5.29.36': 'policyConstraints',
  '2.5.29.37': 'extKeyUsage',
  '2.5.29.46': 'freshestCRL',
  '2.5.29.54': 'inhibitAnyPolicy',
  '2.16.840.1.113730.1.1': 'netscapeCertType',
  '2.16.840.1.113730.1.13': 'netscapeComment',
}

export const keyPurposes: Readonly<Record<string, string>> = {
  '1.3.6.1.4.1.311.10.3.1': 'microsoftTrustListSigning',
  '1.3.6.1.4.1.311.10.3.3': 'serverGatedCrypto',
  '1.3.6.1.4.1.311.10.3.4': 'encryptingFileSystem',
  '1.3.6.1.4.1.311.20.2.2': 'smartcardLogon',
  '1.3.6.1.4.1.311.54.1.2': 'remoteDesktopAuthentication',
  '1.3.6.1.5.2.3.4': 'pkinitClientAuth',
  '1.3.6.1.5.2.3.5': 'pkinitKdc',
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.5': 'ipsecEndSystem',
  '1.3.6.1.5.5.7.3.6': 'ipsecTunnel',
  '1.3.6.1.5.5.7.3.7': 'ipsecUser',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  '1.3.6.1.5.5.7.3.13': 'eapOverPPP',
  '1.3.6.1.5.5.7.3.14': 'eapOverLAN',
  '1.3.6.1.5.5.7.3.17': 'ipsecIKE',
  '1.3.6.1.5.5.8.2.2': 'iKEIntermediate',
  '2.5.29.37.0': 'anyExtendedKeyUsage',
  '2.16.840.1.113730.4.1': 'netscapeServerGatedCrypto',
}

export const accessMethods: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.48.1': 'ocsp',
  '1.3.6.1.5.5.7.48.2': 'caIssuers',
  '1.3.6.1.5.5.7.48.3': 'timeStamping',
  '1.3.6.1.5.5.7.48.5': 'caRepository',
}

export const certificatePolicies: Readonly<Record<string, string>> = {
  '2.5.29.32.0': 'anyPolicy',
  '2.23.140.1.1': 'extendedValidation',
  '2.23.140.1.2.1': 'domainValidated',
  '2.23.140.1.2.2': 'organizationValidated',
  '2.23.140.1.2.3': 'individualValidated',
}

/** KeyUsage bits in their order (RFC 5280 §4.2.1.3). */
export const keyUsages: readonly string[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

/** What else is met in OCSP responses (RFC 6960), SPNEGO (RFC 4178) and the tokens of CredSSP (MS-CSSP, MS-SPNG). */
const messageOids: Readonly<Record<string, string>> = {
  '1.2.840.113554.1.2.2': 'Kerberos',
  '1.2.840.48018.1.2.2': 'Kerberos (Microsoft)',
  '1.3.6.1.4.1.311.2.2.10': 'NTLM',
  '1.3.6.1.4.1.311.2.2.30': 'NEGOEX',
  '1.3.6.1.5.5.2': 'SPNEGO',
  '1.3.6.1.5.5.7.2.1': 'cps',
  '1.3.6.1.5.5.7.2.2': 'userNotice',
  '1.3.6.1.5.5.7.48.1.1': 'ocspBasic',
  '1.3.6.1.5.5.7.48.1.2': 'ocspNonce',
}

/** The name of an object identifier in any of these tables; null where none has it. */
export function oidName(oid: string): string | null {
  return (
    nameAttributes[oid] ??
    extensionOids[oid] ??
    signatureOids[oid]?.name ??
    keyOids[oid]?.name ??
    curveOids[oid]?.name ??
    hashOids[oid] ??
    keyPurposes[oid] ??
    accessMethods[oid] ??
    certificatePolicies[oid] ??
    messageOids[oid] ??
    null
  )
}
