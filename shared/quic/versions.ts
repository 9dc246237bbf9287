// QUIC versions whose Initial packets can be opened, with what differs between them (RFC 9001, RFC 9369, drafts 29 to 34, the draft of version 2).

/** What a version's Initial protection is made of. */
export interface QuicVersion {
  readonly name: string
  readonly salt: Uint8Array
  /** Begins the labels of RFC 9001 §5.1: `quic` or `quicv2`. */
  readonly label: string
  /** Which packet kind the two type bits of a long header mean (RFC 9000 §17.2, RFC 9369 §3.2). */
  readonly kinds: readonly LongKind[]
}

export type LongKind = 'initial' | '0-rtt' | 'handshake' | 'retry'

const kinds1: readonly LongKind[] = ['initial', '0-rtt', 'handshake', 'retry']
const kinds2: readonly LongKind[] = ['retry', 'initial', '0-rtt', 'handshake']

const salts = {
  draft29: [0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99], // prettier-ignore
  v1: [0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a], // prettier-ignore
  v2draft: [0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d, 0x62, 0xca, 0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3], // prettier-ignore
  v2: [0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9], // prettier-ignore
}

/** The version a long header names; null for one that is not known. Source: RFC 9001 §5.2, RFC 9369 §3.3.1, draft-ietf-quic-tls-29 §5.2, draft-ietf-quic-v2-01 §3.2. */
export function quicVersion(version: number): QuicVersion | null {
  return versions.get(version) ?? null
}

/** A version as a person reads it: its name, or its number. */
export function versionName(version: number): string {
  const hex = `0x${version.toString(16).padStart(8, '0')}`
  return versions.get(version)?.name ?? (isReserved(version) ? `GREASE (${hex})` : hex)
}

/** Versions that only exist to be refused (RFC 9000 §15). */
export function isReserved(version: number): boolean {
  return (version & 0x0f0f0f0f) === 0x0a0a0a0a
}

const versions = new Map<number, QuicVersion>([
  [0x00000001, { name: 'QUIC 1', salt: Uint8Array.from(salts.v1), label: 'quic', kinds: kinds1 }],
  [0x6b3343cf, { name: 'QUIC 2', salt: Uint8Array.from(salts.v2), label: 'quicv2', kinds: kinds2 }],
  // draft-ietf-quic-v2-01 to -04, which was given another number later.
  [
    0x709a50c4,
    { name: 'QUIC 2 draft', salt: Uint8Array.from(salts.v2draft), label: 'quicv2', kinds: kinds2 },
  ],
  ...[29, 30, 31, 32].map((draft) => [0xff000000 + draft, ofDraft(draft, salts.draft29)] as const),
  ...[33, 34].map((draft) => [0xff000000 + draft, ofDraft(draft, salts.v1)] as const),
])

function ofDraft(draft: number, salt: readonly number[]): QuicVersion {
  return { name: `QUIC draft ${String(draft)}`, salt: Uint8Array.from(salt), label: 'quic', kinds: kinds1 }
}
