// TLS extensions by number, as registered, and those in wide use without registration.
// Source: IANA "TLS ExtensionType Values", written 2026-11-22 from the RFCs and drafts (gone through once more 2026-11-28), not from a download of the registry;
// unregistered ones by their drafts (named beside them).

import type { Registry } from './registry.ts'

export const extensionTypes: Registry = {
  octets: 2,
  written: 'decimal',
  grease: true,
  names: {
    0: 'server_name',
    1: 'max_fragment_length',
    2: 'client_certificate_url',
    3: 'trusted_ca_keys',
    4: 'truncated_hmac',
    5: 'status_request',
    6: 'user_mapping',
    7: 'client_authz',
    8: 'server_authz',
    9: 'cert_type',
    10: 'supported_groups',
    11: 'ec_point_formats',
    12: 'srp',
    13: 'signature_algorithms',
    14: 'use_srtp',
    15: 'heartbeat',
    16: 'application_layer_protocol_negotiation',
    17: 'status_request_v2',
    18: 'signed_certificate_timestamp',
    19: 'client_certificate_type',
    20: 'server_certificate_type',
    21: 'padding',
    22: 'encrypt_then_mac',
    23: 'extended_master_secret',
    24: 'token_binding',
    25: 'cached_info',
    26: 'tls_lts',
    27: 'compress_certificate',
    28: 'record_size_limit',
    29: 'pwd_protect',
    30: 'pwd_clear',
    31: 'password_salt',
    32: 'ticket_pinning',
    33: 'tls_cert_with_extern_psk',
    34: 'delegated_credential',
    35: 'session_ticket',
    36: 'TLMSP',
    37: 'TLMSP_proxying',
    38: 'TLMSP_delegate',
    39: 'supported_ekt_ciphers',
    // draft-ietf-tls-tls13-22 and before
    40: 'key_share (draft)',
    41: 'pre_shared_key',
    42: 'early_data',
    43: 'supported_versions',
    44: 'cookie',
    45: 'psk_key_exchange_modes',
    // draft-ietf-tls-tls13-20 and before
    46: 'ticket_early_data_info (draft)',
    47: 'certificate_authorities',
    48: 'oid_filters',
    49: 'post_handshake_auth',
    50: 'signature_algorithms_cert',
    51: 'key_share',
    52: 'transparency_info',
    53: 'connection_id (deprecated)',
    54: 'connection_id',
    55: 'external_id_hash',
    56: 'external_session_id',
    57: 'quic_transport_parameters',
    58: 'ticket_request',
    59: 'dnssec_chain',
    60: 'sequence_number_encryption_algorithms',
    61: 'rrc',
    62: 'tls_flags',
    // draft-agl-tls-nextprotoneg
    13172: 'next_protocol_negotiation',
    // draft-balfanz-tls-obc
    13175: 'origin_bound_certificates',
    // draft-agl-tls-padding before its number was assigned
    35655: 'padding (draft)',
    // draft-vvv-tls-alps, old and new number
    17513: 'application_settings (old)',
    17613: 'application_settings',
    // draft-balfanz-tls-channelid, old and new number
    30031: 'channel_id (old)',
    30032: 'channel_id',
    // draft-ietf-tls-trust-anchor-ids
    51764: 'trust_anchors',
    64768: 'ech_outer_extensions',
    // draft-ietf-tls-esni-08 … -10
    65032: 'encrypted_client_hello (draft 08)',
    65033: 'encrypted_client_hello (draft 09)',
    65034: 'encrypted_client_hello (draft 10)',
    65037: 'encrypted_client_hello',
    65281: 'renegotiation_info',
    // draft-ietf-tls-esni-07
    65282: 'encrypted_client_hello (draft 07)',
    // draft-ietf-quic-tls-13 … -32
    65445: 'quic_transport_parameters (draft)',
    // draft-ietf-tls-esni-01 … -05
    65486: 'encrypted_server_name',
  },
}
