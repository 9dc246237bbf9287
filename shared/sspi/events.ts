// Windows event log entries of Schannel. Source: schannel §10 (provider Schannel, System log), read 2026-11-22.

export type EventSide = 'client' | 'server' | 'both' | 'dtls' | 'none'

/** Lowest EventLogging bit that makes Windows write it: 1 error (the default), 2 warning, 4 information. */
export type LoggingBit = 1 | 2 | 4

export interface EventRow {
  readonly side: EventSide
  readonly meaning: string
  /** What the event's text carries. */
  readonly fields: string
  /** Level by the event's kind: the reference names the three bits, not the level of each event. */
  readonly logging: LoggingBit
}

/** By event id. */
export const events: Readonly<Record<number, EventRow>> = {
  36864: { side: 'none', meaning: 'Schannel loaded', fields: '', logging: 4 },
  36865: { side: 'none', meaning: 'crypto module could not be opened', fields: 'error', logging: 1 },
  36866: { side: 'none', meaning: 'Schannel failed to load', fields: 'error', logging: 1 },
  36867: { side: 'both', meaning: 'creating a credential', fields: 'role', logging: 4 },
  36868: { side: 'both', meaning: "properties of the credential's key", fields: '', logging: 4 },
  36869: { side: 'both', meaning: 'certificate has no private-key property', fields: '', logging: 1 },
  36870: { side: 'both', meaning: 'access to private key failed', fields: 'error code, state', logging: 1 },
  36871: {
    side: 'both',
    meaning: 'credential creation failed',
    fields: 'state, e.g. 10013 = no usable protocol; 10001, 10010, 10011 also seen',
    logging: 1,
  },
  36872: {
    side: 'both',
    meaning: 'chain could not be built/retrieved (older text: no default server credential)',
    fields: '',
    logging: 1,
  },
  36873: { side: 'client', meaning: 'no cipher suite usable by client', fields: '', logging: 1 },
  36874: {
    side: 'server',
    meaning: 'no suite in common with the client; names the protocol version',
    fields: 'paired with 36888 alert 40',
    logging: 1,
  },
  36875: {
    side: 'client',
    meaning: 'server asked for a certificate, none found, anonymous attempt follows',
    fields: '',
    logging: 2,
  },
  36876: { side: 'client', meaning: 'server certificate failed validation', fields: 'error', logging: 1 },
  36877: { side: 'server', meaning: 'client certificate failed validation', fields: 'error', logging: 1 },
  36878: {
    side: 'server',
    meaning: 'client certificate unsuited for account mapping',
    fields: '',
    logging: 2,
  },
  36879: { side: 'server', meaning: 'client certificate not mapped (non-fatal)', fields: '', logging: 2 },
  36880: {
    side: 'both',
    meaning: 'handshake completed',
    fields:
      'Type, Protocol, CipherSuite (0xC030), ExchangeStrength (384), ContextHandle, TargetName, Local/RemoteCertSubjectName',
    logging: 4,
  },
  36881: {
    side: 'client',
    meaning: 'server certificate expired or not yet valid',
    fields: 'alert 45',
    logging: 1,
  },
  36882: {
    side: 'client',
    meaning: 'server certificate from an untrusted CA',
    fields: 'alert 48',
    logging: 1,
  },
  36883: { side: 'client', meaning: 'server certificate revoked', fields: 'alert 44', logging: 1 },
  36884: { side: 'client', meaning: 'wrong name in server certificate', fields: '', logging: 1 },
  36885: { side: 'server', meaning: 'issuer list too long, truncated', fields: '', logging: 2 },
  36886: { side: 'server', meaning: 'no suitable default server credential', fields: '', logging: 2 },
  36887: { side: 'both', meaning: 'fatal alert received', fields: 'AlertDesc', logging: 1 },
  36888: {
    side: 'both',
    meaning: 'fatal alert generated (sent)',
    fields: 'AlertDesc, ErrorState, TargetName',
    logging: 1,
  },
  36889: { side: 'none', meaning: 'certificate chain incomplete', fields: '', logging: 2 },
  36896: { side: 'dtls', meaning: 'DTLS record/handshake verification failed', fields: '', logging: 2 },
  36897: { side: 'dtls', meaning: 'DTLS record outside the window', fields: '', logging: 2 },
  36898: { side: 'dtls', meaning: 'DTLS duplicate record', fields: '', logging: 2 },
  36899: { side: 'dtls', meaning: 'DTLS retransmission requested', fields: '', logging: 2 },
  36912: { side: 'server', meaning: 'session-ticket key material missing', fields: '', logging: 1 },
}

/** Alert and error state seen together in event 36888 (schannel §10, "Error states"); only to be shown as typical. */
export const typicalErrorStates: Readonly<Record<number, number>> = { 10: 1203, 40: 1205, 70: 105 }

/** Where logging is set, for remedies. */
export const eventLoggingKey =
  'HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\EventLogging'
