// What calls are made with: buffer descriptors (schannel §2.1, §2.2) and flags (§3.3, §8). Equal lists are shared, never copied.

import type { Conversation, Side } from '../conversation/facts.ts'
import type { SecBuffer } from '../sspi/calls.ts'
import type { DeliveryMode } from './model.ts'

export type Buffers = readonly SecBuffer[]

const empty: SecBuffer = { type: 'SECBUFFER_EMPTY', bytes: 0 }
const allocatedToken: SecBuffer = { type: 'SECBUFFER_TOKEN', bytes: null }
const allocatedAlert: SecBuffer = { type: 'SECBUFFER_ALERT', bytes: null }
const noToken: SecBuffer = { type: 'SECBUFFER_TOKEN', bytes: 0 }
const noAlert: SecBuffer = { type: 'SECBUFFER_ALERT', bytes: 0 }
/** sockaddr_in6: what a DTLS server passes for the cookie (schannel §2.1, "ASC call, DTLS"). */
const clientAddress: SecBuffer = { type: 'SECBUFFER_EXTRA', bytes: 28 }

/** pInput = NULL, or no output descriptor. */
export const noBuffers: Buffers = []
/** Output slots as supplied: ISC_REQ_ALLOCATE_MEMORY, so their size is Schannel's affair (schannel §2.2). */
export const outputBefore: Buffers = [allocatedToken, allocatedAlert]
/** Output slots after a call that put out nothing. */
export const outputNone: Buffers = [noToken, noAlert]

/** Output slots after a call whose token the capture does not have. */
export const outputUnseen: Buffers = [allocatedToken, noAlert]

export function outputToken(bytes: number): Buffers {
  return [{ type: 'SECBUFFER_TOKEN', bytes }, noAlert]
}

/** A failing call's alert, a complete record, in the ALERT slot (schannel §2.2, §6.4). */
export function outputAlert(bytes: number): Buffers {
  return [noToken, { type: 'SECBUFFER_ALERT', bytes }]
}

/** Input of ISC and ASC: TOKEN and EMPTY; a DTLS server adds the client's address (schannel §2.1). */
export function inputToken(bytes: number, withAddress: boolean): Buffers {
  const token: SecBuffer = { type: 'SECBUFFER_TOKEN', bytes }
  return withAddress ? [token, empty, clientAddress] : [token, empty]
}

/** The same input after the call: the EMPTY slot turned into EXTRA or MISSING (schannel §5.1, §5.2). */
export function inputAfter(
  before: Buffers,
  type: 'SECBUFFER_EXTRA' | 'SECBUFFER_MISSING',
  bytes: number | null,
): Buffers {
  return before.map((buffer, i) => (i === 1 ? { type, bytes } : buffer))
}

/** ApplyControlToken takes exactly one TOKEN: 4 bytes for a shutdown, 12 for an alert (schannel §2.1, §4.9). */
export function controlToken(bytes: 4 | 12): Buffers {
  return [{ type: 'SECBUFFER_TOKEN', bytes }]
}

/** Input of DecryptMessage: DATA and three EMPTY (schannel §2.1). */
export function decryptBefore(bytes: number): Buffers {
  return [{ type: 'SECBUFFER_DATA', bytes }, empty, empty, empty]
}

/** The same buffers re-typed: header, plaintext, trailer, and what follows the record. */
export function decryptAfter(
  header: number,
  data: number | null,
  trailer: number | null,
  extra: number,
): Buffers {
  return [
    { type: 'SECBUFFER_STREAM_HEADER', bytes: header },
    { type: 'SECBUFFER_DATA', bytes: data },
    { type: 'SECBUFFER_STREAM_TRAILER', bytes: trailer },
    extra > 0 ? { type: 'SECBUFFER_EXTRA', bytes: extra } : empty,
  ]
}

/** A record cut short: both the DATA and the first EMPTY slot become MISSING (schannel §5.1, DM row). */
export function decryptMissing(bytes: number | null): Buffers {
  const missing: SecBuffer = { type: 'SECBUFFER_MISSING', bytes }
  return [missing, missing, empty, empty]
}

/**
 * Input of the first ISC: nothing, or option buffers only. `SEC_APPLICATION_PROTOCOLS` is a DWORD length, a DWORD extension,
 * a WORD list length and the RFC 7301 list (schannel §2.3); the DTLS MTU is two bytes.
 */
export function firstInput(alpn: readonly string[] | null, datagrams: boolean): Buffers {
  if (datagrams) return mtu
  if (alpn === null || alpn.length === 0) return noBuffers
  return [
    {
      type: 'SECBUFFER_APPLICATION_PROTOCOLS',
      bytes: alpn.reduce((sum, name) => sum + 1 + name.length, 10),
    },
  ]
}

const mtu: Buffers = [{ type: 'SECBUFFER_DTLS_MTU', bytes: 2 }]

/** Flags of one context's calls. */
export interface FlagLists {
  readonly requested: readonly string[]
  /** Returned by calls that neither fail nor wait for more input. */
  readonly returned: readonly string[]
  readonly assumption: string
}

/**
 * The flags of the application that `mode` stands for (schannel §8): curl and the samples, or .NET per record. `mutual`: the
 * server asks for a certificate. `asking`: the client leaves it to SEC_I_INCOMPLETE_CREDENTIALS to hear of that.
 */
export function flagsOf(
  conversation: Conversation,
  side: Side,
  mode: DeliveryMode,
  mutual: boolean,
  asking: boolean,
): FlagLists {
  const datagrams = conversation.transport === 'udp'
  if (conversation.transport === 'quic')
    return side === 'client' ? flags.clientMessages : flags.serverMessages
  if (side === 'server')
    return mutual
      ? datagrams
        ? flags.serverMutualDatagram
        : flags.serverMutual
      : datagrams
        ? flags.serverDatagram
        : flags.server
  if (datagrams) return flags.clientDatagram
  if (mode === 'per-record') return flags.clientNet
  return asking ? flags.clientAsking : flags.client
}

const base = ['REPLAY_DETECT', 'SEQUENCE_DETECT', 'CONFIDENTIALITY']

function list(prefix: string, names: readonly string[]): readonly string[] {
  return names.map((name) => prefix + name)
}

function lists(
  side: 'ISC' | 'ASC',
  requested: readonly string[],
  returned: readonly string[],
  assumption: string,
): FlagLists {
  return {
    requested: list(`${side}_REQ_`, [...base, 'ALLOCATE_MEMORY', ...requested]),
    returned: list(`${side}_RET_`, [...base, ...returned]),
    assumption,
  }
}

const usual =
  'Flags as the common sample loop and curl request them (schannel §8); a capture does not show them.'
const net = 'Flags as .NET SslStream requests them (schannel §8); a capture does not show them.'

const messagesMode =
  'Flags as a QUIC stack on Schannel (msquic) requests them: MESSAGES, in a SECBUFFER_FLAGS, makes tokens CRYPTO bytes without record headers (schannel §3.3, §8). Sizes of sealed packets count their other frames too.'

const flags = {
  clientMessages: lists('ISC', ['EXTENDED_ERROR', 'MESSAGES'], ['EXTENDED_ERROR', 'MESSAGES'], messagesMode),
  serverMessages: lists('ASC', ['EXTENDED_ERROR', 'MESSAGES'], ['EXTENDED_ERROR', 'MESSAGES'], messagesMode),
  client: lists(
    'ISC',
    ['STREAM', 'EXTENDED_ERROR', 'USE_SUPPLIED_CREDS'],
    ['STREAM', 'EXTENDED_ERROR', 'USED_SUPPLIED_CREDS', 'ALLOCATED_MEMORY'],
    usual,
  ),
  clientAsking: lists(
    'ISC',
    ['STREAM', 'EXTENDED_ERROR'],
    ['STREAM', 'EXTENDED_ERROR', 'ALLOCATED_MEMORY'],
    'Flags as curl requests them without USE_SUPPLIED_CREDS (schannel §3.3, §8); a capture does not show them.',
  ),
  clientNet: lists(
    'ISC',
    ['MANUAL_CRED_VALIDATION'],
    ['STREAM', 'MANUAL_CRED_VALIDATION', 'ALLOCATED_MEMORY'],
    net,
  ),
  // schannel §3.3: the DTLS test's first call returned 0x0008C49C.
  clientDatagram: lists(
    'ISC',
    ['DATAGRAM', 'EXTENDED_ERROR', 'MANUAL_CRED_VALIDATION', 'USE_SUPPLIED_CREDS'],
    ['MANUAL_CRED_VALIDATION', 'STREAM', 'EXTENDED_ERROR', 'DATAGRAM', 'USED_SUPPLIED_CREDS'],
    usual,
  ),
  server: lists('ASC', ['STREAM', 'EXTENDED_ERROR'], ['STREAM', 'EXTENDED_ERROR', 'ALLOCATED_MEMORY'], usual),
  serverMutual: lists(
    'ASC',
    ['STREAM', 'EXTENDED_ERROR', 'MUTUAL_AUTH'],
    ['STREAM', 'EXTENDED_ERROR', 'MUTUAL_AUTH', 'ALLOCATED_MEMORY'],
    'MUTUAL_AUTH because a CertificateRequest was sent (schannel §3.3); the other flags as the common sample loop requests them (§8).',
  ),
  serverDatagram: lists(
    'ASC',
    ['DATAGRAM', 'EXTENDED_ERROR'],
    ['DATAGRAM', 'EXTENDED_ERROR', 'ALLOCATED_MEMORY'],
    usual,
  ),
  serverMutualDatagram: lists(
    'ASC',
    ['DATAGRAM', 'EXTENDED_ERROR', 'MUTUAL_AUTH'],
    ['DATAGRAM', 'EXTENDED_ERROR', 'MUTUAL_AUTH', 'ALLOCATED_MEMORY'],
    usual,
  ),
}

/** A failed call, or one that waits for more input, returns no attributes that mean anything. */
export const noFlags: readonly string[] = []
