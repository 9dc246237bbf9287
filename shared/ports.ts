// What the pure core asks of its host. Interfaces only; Node's implementations are in electron/worker/ports.ts.

/** A capture's bytes. Reads never return more than is there; a short count means the end of the file. */
export interface ByteSource {
  readonly name: string
  /** Bytes in the source, or null while it is still being written or spooled. */
  readonly size: number | null
  /** Fills `into[start, start + length)` from `offset`; returns how many bytes were there. Throws `SourceError`. */
  read(offset: number, into: Uint8Array, start: number, length: number): number
}

/** The host could not read the source: the file changed, vanished, or the disk failed. */
export class SourceError extends Error {
  readonly code: 'capture-unreadable' | 'capture-changed' | 'capture-too-large'
  readonly hint: string
  constructor(code: SourceError['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** A run of a capture's bytes in a buffer that is used again: copy what you keep. */
export interface Piece {
  /** A plain Uint8Array, never a Buffer: `slice` must copy. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** Where `bytes[start]` lies in the capture (in the unpacked capture, if it is compressed). */
  readonly offset: number
  /** Bytes of the input read so far, for progress against `Pieces.total`. */
  readonly read: number
}

/** What a capture may be packed in and is still read. */
export type Container = 'gzip' | 'zstd' | 'lz4'

/** A capture read forward once, from a file, a compressed file or a pipe. */
/** A warning about what an input is packed in. */
export interface PieceProblem {
  readonly code: string
  readonly text: string
}

export interface Pieces {
  readonly name: string
  /** Bytes of the input as it lies on disk; null for a pipe. */
  readonly total: number | null
  /** What the capture is packed in. */
  readonly container: Container | null
  /** For reading packets again; null where the input cannot be read twice, so that noted packets must be spooled. */
  readonly seekable: ByteSource | null
  /** What was found so far about the compression: unusual, or why the bytes ended before their time (damaged, cut, a limit). */
  readonly problems: readonly PieceProblem[]
  /**
   * The next bytes, with the last `unconsumed` bytes of the previous piece in front. `wanted` is how many the reader needs to
   * go on. Null at the end of the input. Throws `SourceError`.
   */
  next(unconsumed: number, wanted: number): Promise<Piece | null>
  close(): void
}

/** A packet as it was captured. `bytes` is a copy. */
export interface StoredPacket {
  readonly bytes: Uint8Array
  readonly original: number
  readonly time: number
  /** `CaptureInterface.index`. */
  readonly link: number
}

/** Keeps noted packets of inputs that cannot be read twice. */
export interface PacketSpool {
  /** Copies `bytes[start, start + captured)`; returns the place to read it from, or -1 once the limit is reached. */
  append(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    time: number,
    link: number,
  ): number
  /** Null where nothing was stored at `place`. */
  read(place: number): StoredPacket | null
  close(): void
}

export type HashName = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

export interface AeadInput {
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'aes-128-ccm' | 'aes-256-ccm' | 'chacha20-poly1305'
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
  /** Ciphertext with the tag at its end. */
  readonly sealed: Uint8Array
  readonly tagLength: number
}

/** Known cryptography, synchronous; the host's own library does the work. */
export interface Crypto {
  hash(name: HashName, data: Uint8Array): Uint8Array
  /** The hash in lower-case hex digits. */
  hashHex(name: HashName, data: Uint8Array): string
  hmac(name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array
  /** The plaintext, or null where the tag does not match. */
  openAead(input: AeadInput): Uint8Array | null
  /** Raw CBC, ECB or stream decryption without padding checks; null where the host has no such cipher. */
  decipher(name: string, key: Uint8Array, iv: Uint8Array | null, data: Uint8Array): Uint8Array | null
  /** AES-ECB of one block: QUIC header protection (RFC 9001 §5.4.3). */
  aesEcb(key: Uint8Array, block: Uint8Array): Uint8Array
  /** Whether the host can use this cipher (`aes-128-ccm`, `rc4`, …); tells "no such cipher" from "wrong key". */
  offers(cipher: string): boolean
  /**
   * Whether `signature` by the certificate's key covers `data`; null where the host cannot tell.
   * `scheme` is the SignatureScheme, or 0 before TLS 1.2 (RSA over MD5 and SHA-1, else SHA-1).
   */
  verifySignature(
    certificateDer: Uint8Array,
    scheme: number,
    data: Uint8Array,
    signature: Uint8Array,
  ): boolean | null
}
