// The key schedule of TLS 1.0–1.2 and DTLS: a master secret for each handshake, new keys at each ChangeCipherSpec.

import { joined } from '../bytes/joined.ts'
import type { Message, Side, TlsRecord } from '../conversation/facts.ts'
import type { Crypto, HashName } from '../ports.ts'
import type { ClientHello, Extension, ServerHello } from '../tls/messages.ts'
import { masterSecret, prf } from './key-schedule.ts'
import { Lane, sealed } from './lane.ts'
import { openerBefore13, type OpenedRecord, type RecordOpener } from './record-opener.ts'
import { Problems, sessionName, type Keys, type RsaDecryptor, type Schedule } from './schedule.ts'
import { hashLength, suiteProtection, type SuiteProtection } from './suites.ts'
import { inSendingOrder, inTranscript, transcriptBytes, transcriptHash } from './transcript.ts'

/** What a handshake agreed on, once its master secret is known. */
export interface Agreed12 {
  readonly handshake: number
  readonly master: Uint8Array
  /** null: MD5 and SHA-1 together (before TLS 1.2). */
  readonly hash: HashName | null
  readonly clientRandom: Uint8Array
  readonly serverRandom: Uint8Array
  readonly extendedMasterSecret: boolean
}

interface Openers {
  readonly client: RecordOpener
  readonly server: RecordOpener
}

const encryptThenMacExtension = 22
const extendedMasterSecretExtension = 23

export class Schedule12 implements Schedule {
  readonly agreed: Agreed12[] = []
  matched = false
  private readonly crypto: Crypto
  private readonly keys: Keys
  private readonly found = new Problems()
  private readonly lanes = { client: new Lane(), server: new Lane() }
  private readonly epochs = new Map<number, Openers>()
  private hello: ClientHello | null = null
  private answer: ServerHello | null = null
  private certificate: Uint8Array | null = null
  private premaster: Uint8Array | null = null
  private handshake = 1
  private changes = { client: 0, server: 0 }
  private next: Openers | null = null
  private transcript: Message[] = []

  constructor(crypto: Crypto, keys: Keys) {
    this.crypto = crypto
    this.keys = keys
  }

  get problems(): Problems['list'] {
    return this.found.list
  }

  learn(message: Message): void {
    if (message.contentType === 20) {
      this.change(message)
      return
    }
    if (!inTranscript(message)) return
    const body = message.body
    if (body?.kind === 'client-hello') {
      this.begin(body, message.handshake)
    }
    this.transcript.push(message)
    if (body?.kind === 'server-hello') {
      this.answer = body
      this.agree(message)
    } else if (body?.kind === 'certificate' && message.from === 'server') {
      this.certificate = body.certificates[0]?.der ?? null
    } else if (body?.kind === 'client-key-exchange') {
      this.premaster = this.premasterOf(body.exchange, message)
      this.agree(message)
    } else if (body?.kind === 'new-session-ticket') {
      this.remember('ticket', body.ticket)
    }
  }

  open(side: Side, record: TlsRecord): OpenedRecord | null {
    if (record.dtls === null) return this.lanes[side].open(record)
    const opener = this.epochs.get(record.dtls.epoch)?.[side]
    return opener === undefined || record.sealedBytes === null ? null : opener.open(sealed(record, 0))
  }

  private begin(hello: ClientHello, handshake: number): void {
    this.hello = hello
    this.handshake = handshake
    this.answer = null
    this.certificate = null
    this.premaster = null
    this.next = null
    this.transcript = []
    this.matched ||= this.keys.log?.has(hello.random) === true
  }

  /** RFC 5246 §7.1: the side's next record is the first under the keys just agreed. */
  private change(message: Message): void {
    if (message.dtls?.retransmission === true) return
    this.agreeResumed(message)
    if (this.next === null && this.agreed.length > 0 && this.found.list.length === 0) {
      const text = 'The keys of the renegotiation are not known, so what follows it stays sealed.'
      this.found.add('keys-incomplete', text, message.packet)
    }
    this.lanes[message.from].start(this.next === null ? null : this.next[message.from])
    this.changes[message.from]++
  }

  /** Derives the keys as soon as hellos and a secret are known. */
  private agree(message: Message): void {
    const { hello, answer } = this
    if (this.next !== null || hello === null || answer === null) return
    const master =
      this.keys.log?.secret(hello.random, 'CLIENT_RANDOM') ??
      (this.premaster === null ? null : this.masterOf(this.premaster, hello, answer))
    if (master !== null) this.install(master, hello, answer, message)
  }

  /** A ChangeCipherSpec without a key exchange before it: an earlier session goes on (RFC 5246 §7.3). */
  private agreeResumed(message: Message): void {
    const { hello, answer } = this
    const sessions = this.keys.sessions
    if (this.next !== null || hello === null || answer === null || sessions === undefined) return
    if (this.certificate !== null || this.premaster !== null) return
    const names = []
    if (hello.sessionTicket !== null && hello.sessionTicket.length > 0) {
      names.push(sessionName(this.crypto, 'ticket', hello.sessionTicket))
    }
    if (answer.sessionId.length > 0) names.push(sessionName(this.crypto, 'id', answer.sessionId))
    const master = names.map((name) => sessions.get(name)).find((known) => known !== undefined)
    if (master !== undefined) this.install(master, hello, answer, message)
  }

  private install(master: Uint8Array, hello: ClientHello, answer: ServerHello, message: Message): void {
    this.matched = true
    const suite = suiteProtection(answer.cipherSuite)
    if (suite === null || suite.tls13) {
      const text = 'The cipher suite of this conversation is not one that can be opened here.'
      this.found.add('suite-not-supported', text, message.packet)
      return
    }
    const { cipher } = suite.cipher
    if (cipher !== null && !this.crypto.offers(cipher)) {
      const text = `The cryptographic library of this computer does not offer ${cipher}, which ${suite.name} needs.`
      this.found.add('cipher-not-offered', text, message.packet)
      return
    }
    const hash = prfHash(answer, suite)
    const agreed: Agreed12 = {
      handshake: this.handshake,
      master,
      hash,
      clientRandom: hello.random,
      serverRandom: answer.random,
      extendedMasterSecret: hasExtension(answer.extensions, extendedMasterSecretExtension),
    }
    this.agreed.push(agreed)
    this.next = openersOf(this.crypto, suite, answer, agreed)
    this.epochs.set(this.changes.client + 1, this.next)
    if (answer.sessionId.length > 0) this.remember('id', answer.sessionId)
  }

  private masterOf(premaster: Uint8Array, hello: ClientHello, answer: ServerHello): Uint8Array | null {
    const suite = suiteProtection(answer.cipherSuite)
    if (suite === null) return null
    const hash = prfHash(answer, suite)
    const extended = hasExtension(answer.extensions, extendedMasterSecretExtension)
    const parts = inSendingOrder(this.transcript).map(transcriptBytes)
    const sessionHash = extended ? transcriptHash(this.crypto, hash, parts) : null
    return masterSecret(
      this.crypto,
      hash,
      premaster,
      { client: hello.random, server: answer.random },
      sessionHash,
    )
  }

  private premasterOf(encrypted: Uint8Array, message: Message): Uint8Array | null {
    const logged = this.keys.log?.premaster(encrypted) ?? null
    if (logged !== null) return logged
    const { certificate, answer } = this
    if (certificate === null || answer === null) return null
    const key = this.keys.rsa?.find((candidate) => candidate.matches(certificate))
    if (key === undefined) return null
    if (suiteProtection(answer.cipherSuite)?.staticRsa === true)
      return this.decrypted(key, encrypted, message)
    if (this.keys.log?.has(this.hello?.random ?? certificate) !== true) {
      const text =
        "The private key belongs to the server's certificate, but this conversation agreed on its keys by Diffie-Hellman: only a key log can open it."
      this.found.add('private-key-cannot-open', text, message.packet)
    }
    return null
  }

  private decrypted(key: RsaDecryptor, encrypted: Uint8Array, message: Message): Uint8Array | null {
    this.matched = true
    const premaster = key.decrypt(encrypted)
    if (premaster?.length === 48) return premaster
    const text =
      "The ClientKeyExchange could not be decrypted with the private key of the server's certificate."
    this.found.add('keys-do-not-match', text, message.packet)
    return null
  }

  private remember(kind: 'id' | 'ticket', value: Uint8Array): void {
    const last = this.agreed.at(-1)
    if (last?.handshake === this.handshake) {
      this.keys.sessions?.set(sessionName(this.crypto, kind, value), last.master)
    }
  }
}

function prfHash(answer: ServerHello, suite: SuiteProtection): HashName | null {
  return answer.negotiatedVersion === 0x0303 || answer.negotiatedVersion === 0xfefd ? suite.hash : null
}

function hasExtension(extensions: readonly Extension[] | null, type: number): boolean {
  return extensions?.some((extension) => extension.type === type) === true
}

/** RFC 5246 §6.3: the key block, cut into both sides' keys. */
function openersOf(crypto: Crypto, suite: SuiteProtection, answer: ServerHello, agreed: Agreed12): Openers {
  const { cipher } = suite
  const chained = answer.negotiatedVersion === 0x0301
  const lengths = {
    mac: cipher.kind === 'aead' ? 0 : hashLength(cipher.mac),
    key: cipher.keyLength,
    iv:
      cipher.kind === 'aead' ? cipher.fixedNonce : cipher.kind === 'cbc' && chained ? cipher.blockLength : 0,
  }
  const seed = joined([agreed.serverRandom, agreed.clientRandom])
  const length = 2 * (lengths.mac + lengths.key + lengths.iv)
  const block = prf(crypto, agreed.hash, agreed.master, 'key expansion', seed, length)
  const keysAt = 2 * lengths.mac
  const ivsAt = keysAt + 2 * lengths.key
  const options = { chained, encryptThenMac: hasExtension(answer.extensions, encryptThenMacExtension) }
  const opener = (n: 0 | 1) =>
    openerBefore13(
      crypto,
      cipher,
      {
        mac: block.subarray(n * lengths.mac, (n + 1) * lengths.mac),
        key: block.subarray(keysAt + n * lengths.key, keysAt + (n + 1) * lengths.key),
        iv: block.subarray(ivsAt + n * lengths.iv, ivsAt + (n + 1) * lengths.iv),
      },
      options,
    )
  return { client: opener(0), server: opener(1) }
}
