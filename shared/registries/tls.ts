// TLS numbers and names: versions, records, messages, alerts and the small code spaces of extensions.
// Source: IANA "TLS Parameters" and "TLS Extensions" registries, RFC 5246, RFC 8446, RFC 9147;
// written 2026-11-22 from the RFCs and drafts, not from a download of the registry; gone through once more 2026-11-28.

import type { Registry } from './registry.ts'

function octet(names: Record<number, string>): Registry {
  return { octets: 1, written: 'decimal', grease: false, names }
}

/** ProtocolVersion, with what was deployed under draft and vendor numbers. */
export const versions: Registry = {
  octets: 2,
  written: 'hex',
  grease: true,
  names: {
    0x0002: 'SSL 2.0',
    0x0100: 'DTLS 1.0 (OpenSSL pre-0.9.8f)',
    0x0101: 'TLCP 1.1',
    0x0300: 'SSL 3.0',
    0x0301: 'TLS 1.0',
    0x0302: 'TLS 1.1',
    0x0303: 'TLS 1.2',
    0x0304: 'TLS 1.3',
    0x7f0e: 'TLS 1.3 draft 14',
    0x7f0f: 'TLS 1.3 draft 15',
    0x7f10: 'TLS 1.3 draft 16',
    0x7f11: 'TLS 1.3 draft 17',
    0x7f12: 'TLS 1.3 draft 18',
    0x7f13: 'TLS 1.3 draft 19',
    0x7f14: 'TLS 1.3 draft 20',
    0x7f15: 'TLS 1.3 draft 21',
    0x7f16: 'TLS 1.3 draft 22',
    0x7f17: 'TLS 1.3 draft 23',
    0x7f18: 'TLS 1.3 draft 24',
    0x7f19: 'TLS 1.3 draft 25',
    0x7f1a: 'TLS 1.3 draft 26',
    0x7f1b: 'TLS 1.3 draft 27',
    0x7f1c: 'TLS 1.3 draft 28',
    0xfb17: 'TLS 1.3 (Facebook draft 23)',
    0xfb1a: 'TLS 1.3 (Facebook draft 26)',
    0xfefc: 'DTLS 1.3',
    0xfefd: 'DTLS 1.2',
    0xfeff: 'DTLS 1.0',
  },
}

/** Whether a negotiated version has the messages of RFC 8446 (TLS 1.3, its deployed drafts, DTLS 1.3). */
export function isTls13(version: number): boolean {
  return version === 0x0304 || version === 0xfefc || version >> 8 === 0x7f || version >> 8 === 0xfb
}

export const contentTypes = octet({
  20: 'change_cipher_spec',
  21: 'alert',
  22: 'handshake',
  23: 'application_data',
  24: 'heartbeat',
  25: 'tls12_cid',
  26: 'ACK',
  27: 'return_routability_check',
})

export const handshakeTypes = octet({
  0: 'hello_request',
  1: 'client_hello',
  2: 'server_hello',
  3: 'hello_verify_request',
  4: 'new_session_ticket',
  5: 'end_of_early_data',
  6: 'hello_retry_request',
  8: 'encrypted_extensions',
  9: 'request_connection_id',
  10: 'new_connection_id',
  11: 'certificate',
  12: 'server_key_exchange',
  13: 'certificate_request',
  14: 'server_hello_done',
  15: 'certificate_verify',
  16: 'client_key_exchange',
  17: 'client_certificate_request',
  20: 'finished',
  21: 'certificate_url',
  22: 'certificate_status',
  23: 'supplemental_data',
  24: 'key_update',
  25: 'compressed_certificate',
  26: 'ekt_key',
  67: 'next_protocol',
  203: 'channel_id',
  254: 'message_hash',
})

export const alertLevels = octet({ 1: 'warning', 2: 'fatal' })

export const alertDescriptions = octet({
  0: 'close_notify',
  1: 'end_of_early_data',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  21: 'decryption_failed',
  22: 'record_overflow',
  30: 'decompression_failure',
  40: 'handshake_failure',
  41: 'no_certificate',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  52: 'too_many_cids_requested',
  60: 'export_restriction',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  100: 'no_renegotiation',
  109: 'missing_extension',
  110: 'unsupported_extension',
  111: 'certificate_unobtainable',
  112: 'unrecognized_name',
  113: 'bad_certificate_status_response',
  114: 'bad_certificate_hash_value',
  115: 'unknown_psk_identity',
  116: 'certificate_required',
  117: 'general_error',
  120: 'no_application_protocol',
  121: 'ech_required',
})

export const compressionMethods = octet({ 0: 'null', 1: 'DEFLATE', 64: 'LZS' })

export const pointFormats = octet({
  0: 'uncompressed',
  1: 'ansiX962_compressed_prime',
  2: 'ansiX962_compressed_char2',
})

export const curveTypes = octet({ 1: 'explicit_prime', 2: 'explicit_char2', 3: 'named_curve' })

export const clientCertificateTypes = octet({
  1: 'rsa_sign',
  2: 'dss_sign',
  3: 'rsa_fixed_dh',
  4: 'dss_fixed_dh',
  5: 'rsa_ephemeral_dh',
  6: 'dss_ephemeral_dh',
  20: 'fortezza_dms',
  // In use before registration (RFC 9189 §7.4 has the numbers that came of it).
  21: 'gost94_sign (legacy)',
  22: 'gost01_sign (legacy)',
  64: 'ecdsa_sign',
  65: 'rsa_fixed_ecdh',
  66: 'ecdsa_fixed_ecdh',
  67: 'gost_sign256',
  68: 'gost_sign512',
  238: 'gost_sign256 (legacy)',
  239: 'gost_sign512 (legacy)',
})

/** CertificateType of RFC 7250, as in client_certificate_type and server_certificate_type. */
export const certificateTypes = octet({ 0: 'X509', 1: 'OpenPGP', 2: 'Raw Public Key', 3: '1609Dot2' })

export const certificateStatusTypes = octet({ 1: 'ocsp', 2: 'ocsp_multi' })

export const pskKeyExchangeModes = octet({ 0: 'psk_ke', 1: 'psk_dhe_ke' })

export const serverNameTypes = octet({ 0: 'host_name' })

export const maxFragmentLengths = octet({ 1: '512 bytes', 2: '1024 bytes', 3: '2048 bytes', 4: '4096 bytes' })

export const heartbeatModes = octet({ 1: 'peer_allowed_to_send', 2: 'peer_not_allowed_to_send' })

export const heartbeatMessageTypes = octet({ 1: 'heartbeat_request', 2: 'heartbeat_response' })

export const keyUpdateRequests = octet({ 0: 'update_not_requested', 1: 'update_requested' })

export const tokenBindingKeyParameters = octet({ 0: 'rsa2048_pkcs1.5', 1: 'rsa2048_pss', 2: 'ecdsap256' })

export const userMappingTypes = octet({ 64: 'upn_domain_hint' })

export const authorizationFormats = octet({
  0: 'x509_attr_cert',
  1: 'saml_assertion',
  2: 'x509_attr_cert_url',
  3: 'saml_assertion_url',
  64: 'keynote_assertion_list',
  65: 'keynote_assertion_list_url',
  66: 'dtcp_authorization',
})

export const trustedAuthorityTypes = octet({
  0: 'pre_agreed',
  1: 'key_sha1_hash',
  2: 'x509_name',
  3: 'cert_sha1_hash',
})

export const cachedInformationTypes = octet({ 1: 'cert', 2: 'cert_req' })

export const supplementalDataTypes: Registry = {
  octets: 2,
  written: 'decimal',
  grease: false,
  names: { 0: 'user_mapping_data', 16386: 'authz_data' },
}

export const certificateCompressionAlgorithms: Registry = {
  octets: 2,
  written: 'decimal',
  grease: true,
  names: { 1: 'zlib', 2: 'brotli', 3: 'zstd' },
}

export const srtpProtectionProfiles: Registry = {
  octets: 2,
  written: 'hex',
  grease: false,
  names: {
    0x0001: 'SRTP_AES128_CM_HMAC_SHA1_80',
    0x0002: 'SRTP_AES128_CM_HMAC_SHA1_32',
    0x0005: 'SRTP_NULL_HMAC_SHA1_80',
    0x0006: 'SRTP_NULL_HMAC_SHA1_32',
    0x0007: 'SRTP_AEAD_AES_128_GCM',
    0x0008: 'SRTP_AEAD_AES_256_GCM',
    0x0009: 'DOUBLE_AEAD_AES_128_GCM_AEAD_AES_128_GCM',
    0x000a: 'DOUBLE_AEAD_AES_256_GCM_AEAD_AES_256_GCM',
    0x000b: 'SRTP_ARIA_128_CTR_HMAC_SHA1_80',
    0x000c: 'SRTP_ARIA_128_CTR_HMAC_SHA1_32',
    0x000d: 'SRTP_ARIA_256_CTR_HMAC_SHA1_80',
    0x000e: 'SRTP_ARIA_256_CTR_HMAC_SHA1_32',
    0x000f: 'SRTP_AEAD_ARIA_128_GCM',
    0x0010: 'SRTP_AEAD_ARIA_256_GCM',
  },
}

/** QUIC transport parameters (RFC 9000 §18.2 and the IANA registry). */
export const quicTransportParameters: Registry = {
  octets: 2,
  written: 'hex',
  grease: false,
  names: {
    0x00: 'original_destination_connection_id',
    0x01: 'max_idle_timeout',
    0x02: 'stateless_reset_token',
    0x03: 'max_udp_payload_size',
    0x04: 'initial_max_data',
    0x05: 'initial_max_stream_data_bidi_local',
    0x06: 'initial_max_stream_data_bidi_remote',
    0x07: 'initial_max_stream_data_uni',
    0x08: 'initial_max_streams_bidi',
    0x09: 'initial_max_streams_uni',
    0x0a: 'ack_delay_exponent',
    0x0b: 'max_ack_delay',
    0x0c: 'disable_active_migration',
    0x0d: 'preferred_address',
    0x0e: 'active_connection_id_limit',
    0x0f: 'initial_source_connection_id',
    0x10: 'retry_source_connection_id',
    0x11: 'version_information',
    0x20: 'max_datagram_frame_size',
    0x173e: 'discard',
    0x2ab2: 'grease_quic_bit',
    0x3127: 'initial_rtt',
    0x3128: 'google_connection_options',
    0x4752: 'google_version',
  },
}

export const hpkeKems: Registry = {
  octets: 2,
  written: 'hex',
  grease: false,
  names: {
    0x0010: 'DHKEM(P-256, HKDF-SHA256)',
    0x0011: 'DHKEM(P-384, HKDF-SHA384)',
    0x0012: 'DHKEM(P-521, HKDF-SHA512)',
    0x0013: 'DHKEM(CP-256, HKDF-SHA256)',
    0x0014: 'DHKEM(CP-384, HKDF-SHA384)',
    0x0015: 'DHKEM(CP-521, HKDF-SHA512)',
    0x0016: 'DHKEM(secp256k1, HKDF-SHA256)',
    0x0020: 'DHKEM(X25519, HKDF-SHA256)',
    0x0021: 'DHKEM(X448, HKDF-SHA512)',
    0x0030: 'X25519Kyber768Draft00',
    0x0040: 'ML-KEM-512',
    0x0041: 'ML-KEM-768',
    0x0042: 'ML-KEM-1024',
    0x647a: 'X-Wing',
  },
}

export const hpkeKdfs: Registry = {
  octets: 2,
  written: 'hex',
  grease: false,
  names: { 0x0001: 'HKDF-SHA256', 0x0002: 'HKDF-SHA384', 0x0003: 'HKDF-SHA512' },
}

export const hpkeAeads: Registry = {
  octets: 2,
  written: 'hex',
  grease: false,
  names: {
    0x0001: 'AES-128-GCM',
    0x0002: 'AES-256-GCM',
    0x0003: 'ChaCha20Poly1305',
    0xffff: 'Export-only',
  },
}
