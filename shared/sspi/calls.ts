// The vocabulary of SSPI calls: functions, buffers, handles. Source: schannel §2, §2.1, §4.0.

export type SspiFunction =
  | 'InitializeSecurityContext'
  | 'AcceptSecurityContext'
  | 'DecryptMessage'
  | 'ApplyControlToken'
  | 'DeleteSecurityContext'

export type BufferType =
  | 'SECBUFFER_EMPTY'
  | 'SECBUFFER_DATA'
  | 'SECBUFFER_TOKEN'
  | 'SECBUFFER_MISSING'
  | 'SECBUFFER_EXTRA'
  | 'SECBUFFER_STREAM_TRAILER'
  | 'SECBUFFER_STREAM_HEADER'
  | 'SECBUFFER_ALERT'
  | 'SECBUFFER_APPLICATION_PROTOCOLS'
  | 'SECBUFFER_DTLS_MTU'

/** One SecBuffer: its type and cbBuffer. `bytes` is null for an output slot that Schannel allocates, or whose token was not captured. */
export interface SecBuffer {
  readonly type: BufferType
  readonly bytes: number | null
}

/** Context handle as the application holds it when it makes the call, or what the call did to it. */
export type Handle = 'none' | 'held' | 'new' | 'deleted'

/** How sure a status is, and where from. */
export type Basis = 'documented' | 'seen-on-windows' | 'seen-in-apps' | 'rfc' | 'inferred'
