// What both key schedules have in common: they learn from messages in capture order and open records with what they know.

import { hex } from '../bytes/fields.ts'
import type { Message, Side, TlsRecord } from '../conversation/facts.ts'
import type { Crypto } from '../ports.ts'
import type { KeyLog } from './keylog.ts'
import type { OpenedRecord } from './record-opener.ts'

/** An RSA private key behind the host's door. */
export interface RsaDecryptor {
  /** Whether this is the private key of the certificate. */
  matches(certificateDer: Uint8Array): boolean
  /** The premaster secret of RSA key exchange, or null where the padding does not fit. */
  decrypt(encryptedPremaster: Uint8Array): Uint8Array | null
}

/** Master secrets of earlier conversations, by session id or ticket: for sessions resumed later. */
export type SessionSecrets = Map<string, Uint8Array>

export interface Keys {
  readonly log: KeyLog | null
  readonly rsa: readonly RsaDecryptor[] | null
  /** Filled and read while conversations are opened in capture order; without it a private key opens no resumed session. */
  readonly sessions?: SessionSecrets
}

/** Something that kept a conversation from being opened. Texts never hold key material. */
export interface KeyProblem {
  readonly code:
    | 'client-hello-missing'
    | 'version-not-supported'
    | 'suite-not-supported'
    | 'cipher-not-offered'
    | 'private-key-cannot-open'
    | 'keys-do-not-match'
    | 'keys-incomplete'
    | 'early-data-not-opened'
    | 'record-does-not-open'
  readonly text: string
  /** The packet of the first record or message concerned. */
  readonly packet: number
}

export interface Schedule {
  /** Learns from a handshake message or ChangeCipherSpec, plain or just opened, in capture order. */
  learn(message: Message): void
  /** Opens the sealed record that is next on its side, or null. Called for every sealed record. */
  open(side: Side, record: TlsRecord): OpenedRecord | null
  /** Whether keys for this conversation were found. */
  readonly matched: boolean
  readonly problems: readonly KeyProblem[]
}

/** The keys under which `SessionSecrets` holds a session. */
export function sessionName(crypto: Crypto, kind: 'id' | 'ticket', value: Uint8Array): string {
  return `${kind} ${hex(crypto.hash('sha256', value))}`
}

/** A list that names each problem once. */
export class Problems {
  readonly list: KeyProblem[] = []

  add(code: KeyProblem['code'], text: string, packet: number): void {
    if (!this.list.some((known) => known.code === code && known.text === text))
      this.list.push({ code, text, packet })
  }
}
