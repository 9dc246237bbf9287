// Every bound on what a hostile capture may cost, in one place. Reaching one is a warning in the report.

/** Bytes held out of order per stream before the hole is given up as a gap. */
export const maxHeldBytes = 1 << 20
/** Segments held out of order per stream. */
export const maxHeldSegments = 512
export const maxHeldSegmentsInBulk = 64
/** Largest handshake message kept whole; larger ones are counted and skipped. */
export const maxMessageBytes = 1 << 20
/** Handshake bytes kept per stream in one scan. */
export const maxHandshakeBytes = 4 << 20
/** Handshake messages, alerts and the like kept per conversation. */
export const maxMessagesKept = 8192
/** Records described per stream; later ones are counted. */
export const maxRecordsKept = 4096
/** Chunks (deliveries) remembered per stream. */
export const maxChunksKept = 16384
/** Bytes of a carrier's negotiation kept before TLS begins, both directions together. */
export const maxPrologueBytes = 1 << 16
/** Transport events kept per conversation. */
export const maxEventsKept = 256
/** Application records described at the start and at the end of a stream. */
export const firstApplicationRecords = 12
/** Bytes of application data at the start of a stream whose records are described too, however many they are. */
export const firstApplicationBytes = 1 << 14
export const lastApplicationRecords = 4
/** Sealed records shorter than this are always noted (alerts, KeyUpdate), up to `maxSmallRecords`. */
export const smallRecordBytes = 64
export const maxSmallRecords = 64
/** Packets noted per conversation for `inspect`. */
export const maxNotedPackets = 20000
/** Conversations open at once; the one idle longest is closed first. */
export const maxOpenFlows = 1 << 19
/** Bytes that all open conversations together may keep, by estimate; beyond, the heaviest are closed first. */
export const maxOpenBytes = 1 << 28
/** Conversations are listed until they take this share of the memory that the process may have; further ones are counted. */
export const listedShareOfMemory = 0.6
/** A closed connection waits this long (capture time) for late packets; this many may wait at once. */
export const lingerNs = 5e8
export const maxLingering = 128
/** Captured bytes of one packet. Longer lengths are damage (tcpdump's MAXIMUM_SNAPLEN is 262144). */
export const maxPacketBytes = 1 << 18
/** IP fragments: datagrams waiting, and bytes of one datagram. */
export const maxFragmentedDatagrams = 1024
/** DTLS handshake messages waiting for fragments per direction, and bytes of one of them. */
export const maxFragmentedMessages = 32
export const maxFragmentedMessageBytes = 1 << 17
/** Separate runs of one such message that wait for what lies between, and fragments it may come in. */
export const maxFragmentHoles = 64
export const maxFragmentsPerMessage = 4096
/** Bytes of opened application data read on each side for what lies inside TLS. */
export const maxOpenedBytes = 1 << 18
/** Data connections that FTP's control connections announce, in one capture. */
export const maxAnnounced = 1 << 16
/** TLS inside TLS: conversations one in another. */
export const maxInnerDepth = 4
/** Nested link headers, IPv6 extension headers and tunnels per packet. */
export const maxHeaderNesting = 16
/** Characters of a server name that are repeated in rows and sentences (a DNS name has 253 at most, RFC 1035 §2.3.4). */
export const maxNameLength = 300
/** Characters of one sentence that a row keeps. */
export const maxSentenceLength = 2000
/** Protocol names and alerts listed in a row. */
export const maxListed = 100
/** Certificates read from one Certificate message. */
export const maxCertificatesRead = 100
/** Conversations that neighbour rules look at. */
export const maxNeighbourhoods = 50_000
/** Warnings kept per capture; further ones of a code are counted. */
export const maxWarningsKept = 100
/** Bytes of one pcapng block that is read whole (longer ones are passed over, or are damage if they are packets). */
export const maxBlockBytes = 1 << 24
/** Sections and interfaces of a pcapng capture. */
export const maxCaptureSections = 1 << 16
export const maxCaptureInterfaces = 1 << 16
/** Comments kept per capture, and characters of one. */
export const maxCommentsKept = 1000
export const maxCommentLength = 4096
/** Bytes a compressed capture may unpack to. */
export const maxInflatedBytes = 64 * 2 ** 30
/** From so many bytes on, a compressed capture that unpacks to more than so many times its size is said to be unusual. */
export const suspectInflatedBytes = 64 * 2 ** 20
export const suspectInflation = 200
/** Bytes of noted packets kept from inputs that cannot be read twice. */
export const maxSpoolBytes = 2 * 2 ** 30
/** Distinct IPv6 addresses in one capture. */
export const maxInternedAddresses = 1 << 21
/** Bytes of one reassembled IP datagram, and nanoseconds its fragments are waited for (RFC 791, RFC 8200 §4.5). */
export const maxDatagramBytes = 65535
export const maxFragmentWait = 60e9
/** Record sequence numbers tried where lost bytes leave it unknown how many records went with them. */
export const maxSequenceTries = 1024
/** Bytes of QUIC CRYPTO frames held out of order per direction and level (RFC 9000 §7.5 asks for 4096 at least). */
export const maxCryptoBytesHeld = 1 << 17
/** The same in frames, for they may be of one byte each. */
export const maxCryptoFramesHeld = 1024
/** Initial packets of one flow that are tried with keys; each costs two hashes and two ciphers. */
export const maxInitialPackets = 256
/** EAP sessions open at once; the oldest is closed first. */
export const maxEapSessions = 1 << 14
/** Bytes of one token that are shown, and fields described in it. */
export const maxTokenBytes = 1 << 22
export const maxTokenFields = 100_000
/** Elements of one piece of ASN.1 that are shown, and how deep they may nest. */
export const maxAsn1Elements = 20_000
export const maxAsn1Depth = 64
/** Bytes of one message of a carrier that wraps TLS in packets of its own. */
export const maxWrappedMessageBytes = 1 << 17
/** Places remembered per direction where such messages ended, to tell which of their bytes were acknowledged. */
export const maxWrappedMessages = 1024

/** What a conversation had too much of, by the limit it reached: as the warning says it. */
export const limitWords = {
  maxChunksKept: `more than ${String(maxChunksKept)} deliveries in one direction`,
  maxCryptoBytesHeld: 'too much of its QUIC handshake out of order',
  maxEventsKept: `more than ${String(maxEventsKept)} transport events, such as retransmissions`,
  maxFragmentedMessages: `more than ${String(maxFragmentedMessages)} DTLS messages in unfinished fragments`,
  maxFragmentsPerMessage: `more than ${String(maxFragmentsPerMessage)} fragments in one EAP message`,
  maxHandshakeBytes: `more than ${String(maxHandshakeBytes >> 20)} MiB of handshake`,
  maxInitialPackets: `more than ${String(maxInitialPackets)} QUIC Initial packets`,
  maxListed: `more than ${String(maxListed)} alerts`,
  maxMessageBytes: `a message of more than ${String(maxMessageBytes >> 20)} MiB`,
  maxMessagesKept: `more than ${String(maxMessagesKept)} handshake messages`,
  maxNotedPackets: `more than ${String(maxNotedPackets)} packets to show`,
  maxOpenBytes: 'more than there was memory for, all open conversations together',
} as const
export type LimitName = keyof typeof limitWords

/** The bounds that whoever reads a capture may set; all others are fixed. */
export interface ReadingLimits {
  /** Conversations open at once. */
  readonly openConversations: number
  /** MiB that open conversations may keep together, by estimate. */
  readonly openMegabytes: number
  /** Minutes after which reading stops and keeps what was read; null: it takes as long as it takes. */
  readonly minutes: number | null
}

export const defaultLimits: ReadingLimits = {
  openConversations: maxOpenFlows,
  openMegabytes: maxOpenBytes >> 20,
  minutes: null,
}
/** Least and most of each. */
export const limitRanges = {
  openConversations: [100, 1 << 22],
  openMegabytes: [16, 4096],
  minutes: [1, 1440],
} as const satisfies Readonly<Record<keyof ReadingLimits, readonly [number, number]>>
