// SecBuffer types. Source: schannel §2 (sspi.h), read 2026-11-22.

export interface BufferRow {
  readonly value: number
  readonly use: string
}

/** By name without the SECBUFFER_ prefix. */
export const bufferTypes: Readonly<Record<string, BufferRow>> = {
  EMPTY: {
    value: 0,
    use: 'Slot Schannel may re-type to EXTRA / MISSING / header types. Must be supplied as 2nd input buffer from the 2nd ISC call on',
  },
  DATA: { value: 1, use: 'Input of DM (ciphertext); output of DM (plaintext); EM plaintext' },
  TOKEN: { value: 2, use: 'Handshake bytes' },
  PKG_PARAMS: { value: 3, use: 'Not used by Schannel' },
  MISSING: { value: 4, use: 'cbBuffer = how many more bytes are wanted (hint only)' },
  EXTRA: { value: 5, use: 'cbBuffer = unconsumed byte count' },
  STREAM_TRAILER: { value: 6, use: 'MAC/tag/padding area' },
  STREAM_HEADER: { value: 7, use: 'Record header (+ explicit IV/nonce)' },
  NEGOTIATION_INFO: { value: 8, use: 'Negotiate package' },
  PADDING: { value: 9, use: 'Not used by Schannel streams' },
  STREAM: { value: 10, use: 'Whole message form, other packages' },
  MECHLIST: { value: 11, use: 'SPNEGO' },
  MECHLIST_SIGNATURE: { value: 12, use: 'SPNEGO' },
  TARGET: { value: 13, use: 'obsolete' },
  CHANNEL_BINDINGS: { value: 14, use: 'For Negotiate/NTLM/Kerberos, built from the Schannel QCA result' },
  CHANGE_PASS_RESPONSE: { value: 15, use: 'password change' },
  TARGET_HOST: { value: 16, use: 'other packages' },
  ALERT: { value: 17, use: 'Alert produced by a failing/closing call' },
  APPLICATION_PROTOCOLS: { value: 18, use: 'ALPN list (SEC_APPLICATION_PROTOCOLS)' },
  SRTP_PROTECTION_PROFILES: { value: 19, use: 'DTLS-SRTP use_srtp profiles' },
  SRTP_MASTER_KEY_IDENTIFIER: { value: 20, use: 'DTLS-SRTP MKI' },
  TOKEN_BINDING: { value: 21, use: 'RFC 8472 negotiation' },
  PRESHARED_KEY: { value: 22, use: 'external PSK' },
  PRESHARED_KEY_IDENTITY: { value: 23, use: 'external PSK identity' },
  DTLS_MTU: { value: 24, use: '2-byte MTU; default 1096, legal 200…64K' },
  SEND_GENERIC_TLS_EXTENSION: { value: 25, use: 'add an arbitrary hello extension' },
  SUBSCRIBE_GENERIC_TLS_EXTENSION: { value: 26, use: 'ask to see a peer extension' },
  FLAGS: { value: 27, use: 'carries the 64-bit ISC_REQ/ASC_REQ flags' },
  TRAFFIC_SECRETS: { value: 28, use: 'QUIC-style use (MESSAGES flag)' },
  CERTIFICATE_REQUEST_CONTEXT: { value: 29, use: 'TLS 1.3 post-handshake auth context' },
  CHANNEL_BINDINGS_RESULT: { value: 30, use: 'newer SDK only' },
  APP_SESSION_STATE: { value: 31, use: 'newer SDK only' },
  SESSION_TICKET: { value: 32, use: 'newer SDK only' },
}

/** Attribute bits OR-ed into BufferType; strip them before comparing types. */
export const bufferAttributeMask = 0xf0000000
