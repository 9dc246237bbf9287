// What Windows says to a call before it looks at any bytes: wrong credentials, buffers, handles and sizes (schannel §2.2, §4.0, §4.9,
// §4.10, §5.1, §5.4).
// A capture never shows such a call; an application's error text does, so `explain` names them beside the protocol's causes.

import type { BufferType, SspiFunction } from '../sspi/calls.ts'
import type { StatusName } from '../sspi/status.ts'

/** A buffer as an application supplies it; `pointer` false is pvBuffer NULL. */
export interface SuppliedBuffer {
  readonly type: BufferType
  readonly bytes: number
  readonly pointer?: boolean
}

/** How far the context has come that the call is given. */
export type ContextState = 'none' | 'partial' | 'failed' | 'established' | 'closing' | 'deleted'

export interface SuppliedCall {
  readonly function: SspiFunction | 'AcquireCredentialsHandle' | 'QueryContextAttributes'
  readonly context: ContextState
  /** null: a NULL descriptor. */
  readonly input: readonly SuppliedBuffer[] | null
  readonly output?: readonly SuppliedBuffer[] | null
  readonly allocateMemory?: boolean
  /** ApplyControlToken: the DWORD at the token's start (1 SCHANNEL_SHUTDOWN, 2 SCHANNEL_ALERT, 0 SCHANNEL_RENEGOTIATE). */
  readonly control?: number
  /** AcquireCredentialsHandle: what it is given. */
  readonly credential?: SuppliedCredential
}

export interface SuppliedCredential {
  readonly package: boolean
  readonly use: 'outbound' | 'inbound' | 'both' | 'none'
  /** phCredential is given. */
  readonly handle: boolean
  /** SCHANNEL_CRED is 4, SCH_CREDENTIALS 5. */
  readonly version: number
  /** Sides and kinds in grbitEnabledProtocols; empty: the system's defaults. */
  readonly protocols: readonly ('client' | 'server' | 'tls' | 'dtls')[]
  readonly certificate: 'none' | 'good' | 'bogus' | 'two' | 'without-key'
}

/** One check: when it applies, what the call returns, and whether the context lives on. */
export interface ArgumentRule {
  readonly function: SuppliedCall['function'] | 'InitializeSecurityContext and AcceptSecurityContext'
  readonly situation: string
  readonly status: StatusName
  /** The same token presented correctly afterwards works. */
  readonly survives: boolean
  readonly source: string
  applies(call: SuppliedCall): boolean
}

const handshakeCall = 'InitializeSecurityContext and AcceptSecurityContext'

const shutdownControl = 1
const alertControl = 2

/** In the order in which they are made. */
export const argumentRules: readonly ArgumentRule[] = [
  credentialRule('no package is named', 'SEC_E_SECPKG_NOT_FOUND', (given) => !given.package),
  credentialRule(
    'there is no room for the handle, or the direction needs a certificate and none is given',
    'SEC_E_NO_CREDENTIALS',
    (given) => !given.handle || (given.use !== 'outbound' && given.certificate === 'none'),
  ),
  credentialRule(
    'the protocols are of the other side only, or mix DTLS and TLS',
    'SEC_E_ALGORITHM_MISMATCH',
    ({ use, protocols }) =>
      (protocols.includes('dtls') && protocols.includes('tls')) ||
      (use === 'outbound' && protocols.includes('server') && !protocols.includes('client')) ||
      (use === 'inbound' && protocols.includes('client') && !protocols.includes('server')),
  ),
  credentialRule(
    'the structure has an unknown version, or its certificate is unusable or not the only one',
    'SEC_E_UNKNOWN_CREDENTIALS',
    ({ version, certificate }) =>
      (version !== 4 && version !== 5) || certificate === 'bogus' || certificate === 'two',
  ),
  credentialRule(
    'the certificate has no private key',
    'SEC_E_NO_CREDENTIALS',
    ({ certificate }) => certificate === 'without-key',
  ),
  {
    function: 'QueryContextAttributes',
    situation: 'the context was deleted',
    status: 'SEC_E_INVALID_HANDLE',
    survives: false,
    source: 'schannel §4.0',
    applies: (call) => call.function === 'QueryContextAttributes' && call.context === 'deleted',
  },
  {
    function: 'ApplyControlToken',
    situation: 'the context handle is NULL',
    status: 'SEC_E_INVALID_HANDLE',
    survives: true,
    source: 'schannel §4.9',
    applies: (call) => call.function === 'ApplyControlToken' && call.context === 'none',
  },
  {
    function: 'ApplyControlToken',
    situation: 'the buffer descriptor is NULL',
    status: 'SEC_E_INTERNAL_ERROR',
    survives: true,
    source: 'schannel §4.9',
    applies: (call) => call.function === 'ApplyControlToken' && call.input === null,
  },
  {
    function: 'ApplyControlToken',
    situation: 'there is not exactly one buffer, or it is no SECBUFFER_TOKEN',
    status: 'SEC_E_INVALID_TOKEN',
    survives: true,
    source: 'schannel §4.9',
    applies: (call) =>
      call.function === 'ApplyControlToken' &&
      (call.input?.length !== 1 || call.input[0]?.type !== 'SECBUFFER_TOKEN'),
  },
  {
    function: 'ApplyControlToken',
    situation: 'the token is shorter than its DWORD, or asks for something other than shutdown or an alert',
    status: 'SEC_E_UNSUPPORTED_FUNCTION',
    survives: true,
    source: 'schannel §4.9',
    applies: (call) =>
      call.function === 'ApplyControlToken' &&
      ((call.input?.[0]?.bytes ?? 0) < 4 ||
        (call.control !== shutdownControl && call.control !== alertControl)),
  },
  {
    function: 'DecryptMessage',
    situation: 'the four buffers are not one SECBUFFER_DATA and three SECBUFFER_EMPTY',
    status: 'SEC_E_INVALID_TOKEN',
    survives: true,
    source: 'schannel §5.4',
    applies: (call) =>
      call.function === 'DecryptMessage' &&
      (call.input?.length !== 4 ||
        count(call, 'SECBUFFER_DATA') !== 1 ||
        count(call, 'SECBUFFER_EMPTY') !== 3),
  },
  {
    function: handshakeCall,
    situation: 'the output descriptor is NULL',
    status: 'SEC_E_INVALID_TOKEN',
    survives: true,
    source: 'schannel §2.2',
    applies: (call) => isHandshakeCall(call) && call.output === null,
  },
  {
    function: handshakeCall,
    situation: 'an output slot has size 0 and ALLOCATE_MEMORY is not requested',
    status: 'SEC_E_INSUFFICIENT_MEMORY',
    survives: true,
    source: 'schannel §2.2',
    applies: (call) =>
      isHandshakeCall(call) &&
      call.allocateMemory !== true &&
      call.context !== 'failed' &&
      (call.output ?? []).some((buffer) => buffer.type !== 'SECBUFFER_EMPTY' && buffer.bytes === 0),
  },
  {
    function: handshakeCall,
    situation: 'the second input buffer is SECBUFFER_EMPTY but has a size',
    status: 'SEC_E_INVALID_TOKEN',
    survives: true,
    source: 'schannel §4.0',
    applies: (call) =>
      isHandshakeCall(call) && call.input?.[1]?.type === 'SECBUFFER_EMPTY' && call.input[1].bytes > 0,
  },
  {
    function: handshakeCall,
    situation: 'the context failed before',
    status: 'SEC_E_INVALID_TOKEN',
    survives: false,
    source: 'schannel §4.0',
    applies: (call) => isHandshakeCall(call) && call.context === 'failed',
  },
  {
    function: handshakeCall,
    situation:
      'no input on a context whose handshake is not over, or whose closing token was fetched already',
    status: 'SEC_E_INCOMPLETE_MESSAGE',
    survives: true,
    source: 'schannel §4.0, §4.9',
    applies: (call) =>
      isHandshakeCall(call) &&
      call.input === null &&
      (call.context === 'partial' || call.context === 'closing'),
  },
]

function credentialRule(
  situation: string,
  status: StatusName,
  applies: (credential: SuppliedCredential) => boolean,
): ArgumentRule {
  return {
    function: 'AcquireCredentialsHandle',
    situation,
    status,
    survives: false,
    source: 'schannel §4.10',
    applies: (call) => call.credential !== undefined && applies(call.credential),
  }
}

/** The first check that a call fails; null where its bytes are looked at. */
export function argumentFault(call: SuppliedCall): ArgumentRule | null {
  return argumentRules.find((rule) => rule.applies(call)) ?? null
}

function isHandshakeCall(call: SuppliedCall): boolean {
  return call.function === 'InitializeSecurityContext' || call.function === 'AcceptSecurityContext'
}

function count(call: SuppliedCall, type: BufferType): number {
  return (call.input ?? []).filter((buffer) => buffer.type === type).length
}
