// The key schedule of TLS 1.3 (RFC 8446 §7): each side's epochs from early data to application data and KeyUpdate.

import type { Message, Side, TlsRecord } from '../conversation/facts.ts'
import type { Crypto } from '../ports.ts'
import type { ClientHello, ServerHello } from '../tls/messages.ts'
import { expandLabel, nextTrafficSecret } from './key-schedule.ts'
import type { KeyLog } from './keylog.ts'
import { Lane } from './lane.ts'
import { opener13, type OpenedRecord, type RecordOpener } from './record-opener.ts'
import { Problems, type Schedule } from './schedule.ts'
import { suiteProtection, type RecordCipher, type SuiteProtection } from './suites.ts'

type Aead13 = RecordCipher & { readonly kind: 'aead' }

interface Epoch {
  readonly name: 'early' | 'handshake' | 'application'
  /** The key log's label of its secret. */
  readonly label: string
  readonly suite: SuiteProtection & { readonly cipher: Aead13 }
  /** null: not in the key log. */
  secret: Uint8Array | null
}

interface SideState {
  readonly lane: Lane
  readonly epochs: readonly Epoch[]
  at: number
}

const endOfEarlyData = 5
const finishedType = 20
const earlyDataExtension = 42

export class Schedule13 implements Schedule {
  readonly matched: boolean
  /** The traffic secret each Finished was made under. */
  readonly finishedSecrets = new Map<Message, Uint8Array>()
  private readonly crypto: Crypto
  private readonly found = new Problems()
  private readonly sides: Record<Side, SideState>

  /** `serverHello` is the one after any HelloRetryRequest. */
  constructor(
    crypto: Crypto,
    log: KeyLog | null,
    clientHello: ClientHello,
    serverHello: ServerHello,
    packet: number,
  ) {
    this.crypto = crypto
    this.matched = log?.has(clientHello.random) === true
    const suite = usable(serverHello.cipherSuite)
    if (suite === null && this.matched) {
      const text = 'The cipher suite of this conversation is not one that can be opened here.'
      this.found.add('suite-not-supported', text, packet)
    } else if (suite !== null && this.matched && !crypto.offers(suite.cipher.cipher)) {
      const text = `The cryptographic library of this computer does not offer ${suite.cipher.cipher}, which ${suite.name} needs.`
      this.found.add('cipher-not-offered', text, packet)
    }
    const secret = (label: string) => log?.secret(clientHello.random, label) ?? null
    const epochs = (side: 'CLIENT' | 'SERVER'): Epoch[] => {
      if (suite === null) return []
      const handshake = `${side}_HANDSHAKE_TRAFFIC_SECRET`
      const application = `${side}_TRAFFIC_SECRET_0`
      return [
        { name: 'handshake', label: handshake, suite, secret: secret(handshake) },
        { name: 'application', label: application, suite, secret: secret(application) },
      ]
    }
    const early = earlyEpochs(clientHello, serverHello, secret('CLIENT_EARLY_TRAFFIC_SECRET'))
    this.sides = {
      client: this.begun([...early, ...epochs('CLIENT')]),
      server: this.begun(epochs('SERVER')),
    }
  }

  get problems(): Problems['list'] {
    return this.found.list
  }

  learn(message: Message): void {
    const side = this.sides[message.from]
    const epoch = side.epochs[side.at]
    if (epoch === undefined || message.protection !== 'opened' || message.contentType !== 22) return
    if (message.type === finishedType) {
      if (epoch.secret !== null) this.finishedSecrets.set(message, epoch.secret)
      if (epoch.name === 'handshake') this.go(side, side.at + 1)
    } else if (message.type === endOfEarlyData && epoch.name === 'early') {
      this.go(
        side,
        side.epochs.findIndex(({ name }) => name === 'handshake'),
      )
    } else if (message.body?.kind === 'key-update' && epoch.name === 'application' && epoch.secret !== null) {
      epoch.secret = nextTrafficSecret(this.crypto, epoch.suite.hash, epoch.secret)
      this.go(side, side.at)
    }
  }

  open(from: Side, record: TlsRecord): OpenedRecord | null {
    const side = this.sides[from]
    const opened = side.lane.open(record)
    if (opened !== null) return opened
    const epoch = side.epochs[side.at]
    if (epoch === undefined) return null
    if (epoch.name !== 'early' && epoch.secret === null) {
      const text = `The key log has no ${epoch.label} for this conversation, so what it protects stays sealed.`
      this.found.add('keys-incomplete', text, record.packet)
    }
    // Early data ends without a word where the server refused it (RFC 8446 §4.2.10), and a log may lack a secret.
    return epoch.name === 'early' || side.lane.opened === 0 ? this.openLater(side, record) : null
  }

  private openLater(side: SideState, record: TlsRecord): OpenedRecord | null {
    // An epoch that opened nothing yet may begin with this record, behind early data whose secret is missing.
    for (let at = side.lane.opened === 0 ? side.at : side.at + 1; at < side.epochs.length; at++) {
      const opener = this.openerOf(side.epochs[at]!)
      const opened = opener === null ? null : side.lane.restartAt(opener, record)
      if (opened === null) continue
      side.at = at
      return opened
    }
    return null
  }

  private begun(epochs: readonly Epoch[]): SideState {
    const side = { lane: new Lane(), epochs, at: 0 }
    this.go(side, 0)
    return side
  }

  private go(side: SideState, at: number): void {
    side.at = at
    const epoch = side.epochs[at]
    side.lane.start(epoch === undefined ? null : this.openerOf(epoch))
  }

  /** RFC 8446 §7.3. */
  private openerOf({ suite, secret }: Epoch): RecordOpener | null {
    if (secret === null) return null
    const none = new Uint8Array(0)
    const key = expandLabel(this.crypto, suite.hash, secret, 'key', none, suite.cipher.keyLength)
    const iv = expandLabel(this.crypto, suite.hash, secret, 'iv', none, 12)
    return opener13(this.crypto, suite.cipher, key, iv)
  }
}

function usable(code: number): Epoch['suite'] | null {
  const suite = suiteProtection(code)
  if (suite?.tls13 !== true || suite.cipher.kind !== 'aead') return null
  return { ...suite, cipher: suite.cipher }
}

/**
 * Early data is sealed with the suite of the session it resumes, which is the chosen one where the server accepts
 * (RFC 8446 §4.2.10); where it refuses, each offered suite is a candidate.
 */
function earlyEpochs(clientHello: ClientHello, serverHello: ServerHello, secret: Uint8Array | null): Epoch[] {
  if (secret === null) return []
  return [...new Set([serverHello.cipherSuite, ...clientHello.cipherSuites])]
    .map(usable)
    .filter((suite) => suite !== null)
    .filter((suite) => (suite.hash === 'sha256' ? 32 : 48) === secret.length)
    .map((suite) => ({ name: 'early', label: 'CLIENT_EARLY_TRAFFIC_SECRET', suite, secret }))
}

/** Whether the hello announces early data. */
export function offersEarlyData(clientHello: ClientHello): boolean {
  return clientHello.extensions?.some((extension) => extension.type === earlyDataExtension) === true
}
