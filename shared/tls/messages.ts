// The typed values of handshake messages. Wire order is kept; unknown numbers are kept as numbers.

/** One extension as it lies in a hello, EncryptedExtensions, CertificateRequest … */
export interface Extension {
  readonly type: number
  /** Its data, as a view of the message. */
  readonly data: Uint8Array
}

export interface ClientHello {
  readonly kind: 'client-hello'
  /** legacy_version; 0x0002 in an SSLv2-format hello that asks for SSL 2.0 only. */
  readonly version: number
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  /** DTLS cookie; empty elsewhere. */
  readonly cookie: Uint8Array
  readonly cipherSuites: readonly number[]
  readonly compressionMethods: readonly number[]
  /** null where the hello ends before the extensions block (RFC 5246 allows it). */
  readonly extensions: readonly Extension[] | null
  /** Sent in SSLv2 format (RFC 5246 appendix E.2). */
  readonly sslv2: boolean
  // What the extensions say, null where the extension is absent; a malformed one is null here and noted in `faults`.
  readonly serverName: string | null
  readonly supportedVersions: readonly number[] | null
  readonly supportedGroups: readonly number[] | null
  readonly signatureAlgorithms: readonly number[] | null
  readonly signatureAlgorithmsCert: readonly number[] | null
  readonly keyShares: readonly number[] | null
  readonly pointFormats: readonly number[] | null
  readonly alpn: readonly string[] | null
  readonly pskIdentities: readonly Uint8Array[] | null
  readonly sessionTicket: Uint8Array | null
  readonly faults: readonly string[]
}

export interface ServerHello {
  readonly kind: 'server-hello'
  readonly version: number
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly cipherSuite: number
  readonly compressionMethod: number
  readonly extensions: readonly Extension[] | null
  /** The fixed random of RFC 8446 §4.1.3. */
  readonly helloRetryRequest: boolean
  /** supported_versions of TLS 1.3, else `version`. */
  readonly negotiatedVersion: number
  /** key_share: the server's group, or the one a HelloRetryRequest asks for. */
  readonly keyShareGroup: number | null
  readonly alpn: string | null
  /** pre_shared_key: index of the chosen identity. */
  readonly pskIndex: number | null
  readonly faults: readonly string[]
}

export interface HelloVerifyRequest {
  readonly kind: 'hello-verify-request'
  readonly version: number
  readonly cookie: Uint8Array
}

/** Certificates as sent, leaf first; DER as views of the message. */
export interface CertificateMessage {
  readonly kind: 'certificate'
  readonly requestContext: Uint8Array
  readonly certificates: readonly {
    readonly der: Uint8Array
    readonly start: number
    readonly extensions: readonly Extension[]
  }[]
}

export interface CertificateRequest {
  readonly kind: 'certificate-request'
  readonly requestContext: Uint8Array
  readonly certificateTypes: readonly number[]
  readonly signatureAlgorithms: readonly number[] | null
  /** Distinguished names, DER. */
  readonly authorities: readonly Uint8Array[]
  /** Bytes of the authorities list. */
  readonly authoritiesLength: number
  readonly extensions: readonly Extension[]
}

export interface CertificateVerify {
  readonly kind: 'certificate-verify'
  /** null before TLS 1.2. */
  readonly scheme: number | null
  readonly signature: Uint8Array
}

export interface ServerKeyExchange {
  readonly kind: 'server-key-exchange'
  readonly exchange: 'ecdhe' | 'dhe' | 'rsa' | 'psk' | 'unknown'
  /** ECDHE: the named group. */
  readonly group: number | null
  /** DHE: bits of the prime; RSA export: bits of the modulus. */
  readonly bits: number | null
  readonly scheme: number | null
  readonly signature: Uint8Array | null
  /** Bytes of the message body covered by the signature (the params). */
  readonly paramsLength: number
}

export interface ClientKeyExchange {
  readonly kind: 'client-key-exchange'
  /** RSA: the encrypted premaster secret; ECDHE and DHE: the public value. */
  readonly exchange: Uint8Array
}

export interface NewSessionTicket {
  readonly kind: 'new-session-ticket'
  readonly lifetime: number
  readonly ticket: Uint8Array
  /** TLS 1.3 only. */
  readonly nonce: Uint8Array | null
  readonly extensions: readonly Extension[]
}

export interface EncryptedExtensions {
  readonly kind: 'encrypted-extensions'
  readonly extensions: readonly Extension[]
  readonly alpn: string | null
}

export interface CertificateStatus {
  readonly kind: 'certificate-status'
  readonly statusType: number
  readonly response: Uint8Array
}

export interface KeyUpdate {
  readonly kind: 'key-update'
  readonly requested: boolean
}

export interface Finished {
  readonly kind: 'finished'
  readonly verifyData: Uint8Array
}

/** HelloRequest, ServerHelloDone, EndOfEarlyData, NextProtocol, message_hash and every message without a typed value. */
export interface OtherMessage {
  readonly kind: 'other'
}

export interface Alert {
  readonly kind: 'alert'
  readonly level: number
  readonly description: number
}

export interface ChangeCipherSpec {
  readonly kind: 'change-cipher-spec'
}

export type HandshakeBody =
  | ClientHello
  | ServerHello
  | HelloVerifyRequest
  | CertificateMessage
  | CertificateRequest
  | CertificateVerify
  | ServerKeyExchange
  | ClientKeyExchange
  | NewSessionTicket
  | EncryptedExtensions
  | CertificateStatus
  | KeyUpdate
  | Finished
  | OtherMessage
  | Alert
  | ChangeCipherSpec

/** What a message cannot say itself and its parser must know. */
export interface MessageContext {
  /** The negotiated version (0x0304 …), or 0 before a ServerHello. */
  readonly version: number
  /** The chosen cipher suite, or 0. */
  readonly cipherSuite: number
  readonly from: 'client' | 'server'
  readonly dtls: boolean
}
