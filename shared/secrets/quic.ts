// Handshake packets of QUIC opened with a key log: their CRYPTO frames become messages (RFC 9001 §5, RFC 9000 §19.6).

import { joined } from '../bytes/joined.ts'
import type { Message, Side, TlsRecord } from '../conversation/facts.ts'
import type { Crypto } from '../ports.ts'
import { CryptoStream } from '../quic/crypto-stream.ts'
import { readFrames } from '../quic/frames.ts'
import { readLongPacket } from '../quic/packet.ts'
import { openPacket, packetKeys } from '../quic/protection.ts'
import type { ClientHello, ServerHello } from '../tls/messages.ts'
import type { KeyLog } from './keylog.ts'
import type { OpenedRecord } from './record-opener.ts'
import { Problems, type Schedule } from './schedule.ts'
import { suiteProtection } from './suites.ts'

interface Level {
  readonly secret: Uint8Array | null
  readonly crypto: CryptoStream
  expected: number
}

const handshakeRecord = 22
const finishedType = 20

/** Opens the Handshake level. 1-RTT packets stay sealed: of them only tickets would be TLS. */
export class QuicSchedule implements Schedule {
  readonly matched: boolean
  /** The traffic secret each Finished was made under. */
  readonly finishedSecrets = new Map<Message, Uint8Array>()
  private readonly crypto: Crypto
  private readonly suite: ReturnType<typeof suiteProtection>
  private readonly found = new Problems()
  private readonly levels: Record<Side, Level>

  constructor(
    crypto: Crypto,
    log: KeyLog | null,
    clientHello: ClientHello,
    serverHello: ServerHello,
    packet: number,
  ) {
    this.crypto = crypto
    this.matched = log?.has(clientHello.random) === true
    this.suite = suiteProtection(serverHello.cipherSuite)
    if (this.matched && (this.suite?.tls13 !== true || this.suite.cipher.kind !== 'aead')) {
      const text = 'The cipher suite of this conversation is not one that can be opened here.'
      this.found.add('suite-not-supported', text, packet)
    }
    const level = (label: string): Level => ({
      secret: log?.secret(clientHello.random, label) ?? null,
      crypto: new CryptoStream(),
      expected: 0,
    })
    this.levels = {
      client: level('CLIENT_HANDSHAKE_TRAFFIC_SECRET'),
      server: level('SERVER_HANDSHAKE_TRAFFIC_SECRET'),
    }
  }

  get problems(): Problems['list'] {
    return this.found.list
  }

  learn(message: Message): void {
    const { secret } = this.levels[message.from]
    if (message.protection === 'opened' && message.type === finishedType && secret !== null)
      this.finishedSecrets.set(message, secret)
  }

  /** The CRYPTO bytes that the packet adds, none for one that only acknowledges; or the alert that closes. */
  open(side: Side, record: TlsRecord): OpenedRecord | null {
    const level = this.levels[side]
    const { suite } = this
    if (record.contentType !== handshakeRecord || record.sealedBytes === null || suite === null) return null
    if (level.secret === null) {
      const text = `The key log has no ${side.toUpperCase()}_HANDSHAKE_TRAFFIC_SECRET for this conversation, so what it protects stays sealed.`
      if (this.matched) this.found.add('keys-incomplete', text, record.packet)
      return null
    }
    const bytes = record.sealedBytes
    const read = readLongPacket(bytes, 0, bytes.length)
    if (!read.ok || read.value.kind !== 'handshake' || suite.cipher.kind !== 'aead') return null
    const keys = packetKeys(this.crypto, read.value.version, suite.cipher.cipher, suite.hash, level.secret)
    const opened = openPacket(this.crypto, keys, bytes, read.value, level.expected)
    if (opened === null) return null
    level.expected = Math.max(level.expected, opened.number + 1)
    const { crypto, close } = readFrames(opened.payload)
    const alert = close === null || close.application ? -1 : close.code - 0x100
    if (crypto.length === 0 && alert >= 0 && alert <= 0xff)
      return { innerType: 21, content: Uint8Array.of(2, alert) }
    const parts = crypto.map((frame) => level.crypto.add(frame))
    return { innerType: handshakeRecord, content: joined(parts) }
  }
}
