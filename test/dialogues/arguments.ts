// Calls that Windows answers before it looks at any bytes: each a row of the reference's tests on Windows.

import type { SuppliedBuffer, SuppliedCall, SuppliedCredential } from '../../shared/schannel/arguments.ts'
import type { StatusName } from '../../shared/sspi/status.ts'

export interface ArgumentDialogue {
  readonly name: string
  readonly source: string
  readonly call: SuppliedCall
  /** null: nothing is wrong with the arguments, the bytes decide. */
  readonly status: StatusName | null
  readonly survives?: boolean
}

const token = (bytes: number): SuppliedBuffer => ({ type: 'SECBUFFER_TOKEN', bytes })
const empty = (bytes = 0): SuppliedBuffer => ({ type: 'SECBUFFER_EMPTY', bytes })
const data = (bytes: number): SuppliedBuffer => ({ type: 'SECBUFFER_DATA', bytes })
const room: readonly SuppliedBuffer[] = [token(4096), { type: 'SECBUFFER_ALERT', bytes: 1024 }]

const isc = (more: Partial<SuppliedCall>): SuppliedCall => ({
  function: 'InitializeSecurityContext',
  context: 'partial',
  input: [token(100), empty()],
  output: room,
  ...more,
})
const act = (more: Partial<SuppliedCall>): SuppliedCall => ({
  function: 'ApplyControlToken',
  context: 'established',
  input: [token(4)],
  control: 1,
  ...more,
})
const dm = (input: readonly SuppliedBuffer[]): SuppliedCall => ({
  function: 'DecryptMessage',
  context: 'established',
  input,
})

const acquire = (more: Partial<SuppliedCredential>): SuppliedCall => ({
  function: 'AcquireCredentialsHandle',
  context: 'none',
  input: null,
  credential: {
    package: true,
    use: 'outbound',
    handle: true,
    version: 5,
    protocols: [],
    certificate: 'none',
    ...more,
  },
})

export const argumentDialogues: readonly ArgumentDialogue[] = [
  { name: 'ACH for a client without a certificate', source: '§4.10', call: acquire({}), status: null },
  { name: 'ACH with SCHANNEL_CRED', source: '§4.10', call: acquire({ version: 4 }), status: null },
  {
    name: 'ACH for a server with a certificate',
    source: '§4.10',
    call: acquire({ use: 'inbound', certificate: 'good' }),
    status: null,
  },
  {
    name: 'ACH without a package name',
    source: '§4.10',
    call: acquire({ package: false }),
    status: 'SEC_E_SECPKG_NOT_FOUND',
  },
  {
    name: 'ACH for a server without a certificate',
    source: '§4.10',
    call: acquire({ use: 'inbound' }),
    status: 'SEC_E_NO_CREDENTIALS',
  },
  {
    name: 'ACH for both sides without a certificate',
    source: '§4.10',
    call: acquire({ use: 'both' }),
    status: 'SEC_E_NO_CREDENTIALS',
  },
  {
    name: 'ACH without a direction',
    source: '§4.10',
    call: acquire({ use: 'none' }),
    status: 'SEC_E_NO_CREDENTIALS',
  },
  {
    name: 'ACH without a credential handle',
    source: '§4.10',
    call: acquire({ handle: false }),
    status: 'SEC_E_NO_CREDENTIALS',
  },
  {
    name: 'ACH for a client with server protocols only',
    source: '§4.10',
    call: acquire({ protocols: ['server', 'tls'] }),
    status: 'SEC_E_ALGORITHM_MISMATCH',
  },
  {
    name: 'ACH for a server with client protocols only',
    source: '§4.10',
    call: acquire({ use: 'inbound', certificate: 'good', protocols: ['client', 'tls'] }),
    status: 'SEC_E_ALGORITHM_MISMATCH',
  },
  {
    name: 'ACH with DTLS and TLS protocols together',
    source: '§4.8, §4.10',
    call: acquire({ protocols: ['client', 'tls', 'dtls'] }),
    status: 'SEC_E_ALGORITHM_MISMATCH',
  },
  {
    name: 'ACH with a bad dwVersion',
    source: '§4.10',
    call: acquire({ version: 77 }),
    status: 'SEC_E_UNKNOWN_CREDENTIALS',
  },
  {
    name: 'ACH with a bogus certificate',
    source: '§4.10',
    call: acquire({ certificate: 'bogus' }),
    status: 'SEC_E_UNKNOWN_CREDENTIALS',
  },
  {
    name: 'ACH with two certificates',
    source: '§4.10',
    call: acquire({ certificate: 'two' }),
    status: 'SEC_E_UNKNOWN_CREDENTIALS',
  },
  {
    name: 'ACH with a certificate without its private key',
    source: '§4.10',
    call: acquire({ certificate: 'without-key' }),
    status: 'SEC_E_NO_CREDENTIALS',
  },
  {
    name: 'ISC 1 with no input',
    source: '§12 case 1',
    call: isc({ context: 'none', input: null }),
    status: null,
  },
  {
    name: 'ISC 1 with one EMPTY buffer',
    source: '§12 case 1',
    call: isc({ context: 'none', input: [empty()] }),
    status: null,
  },
  {
    name: 'ISC 1 with an output slot of size 0 and without ALLOCATE_MEMORY',
    source: '§2.2',
    call: isc({ context: 'none', input: null, output: [token(0)] }),
    status: 'SEC_E_INSUFFICIENT_MEMORY',
    survives: true,
  },
  {
    name: 'ISC 1 with an ALERT slot of size 0 and without ALLOCATE_MEMORY',
    source: '§3.3',
    call: isc({ context: 'none', input: null, output: [token(1420), { type: 'SECBUFFER_ALERT', bytes: 0 }] }),
    status: 'SEC_E_INSUFFICIENT_MEMORY',
    survives: true,
  },
  {
    name: 'ISC 1 with ALLOCATE_MEMORY needs no room',
    source: '§2.2',
    call: isc({ context: 'none', input: null, output: [token(0)], allocateMemory: true }),
    status: null,
  },
  {
    name: 'ISC 1 with pvBuffer NULL but a size: Schannel allocates anyway',
    source: '§2.2',
    call: isc({ context: 'none', input: null, output: [{ ...token(4096), pointer: false }] }),
    status: null,
  },
  {
    name: 'ISC 1 without an output descriptor',
    source: '§2.2',
    call: isc({ context: 'none', output: null }),
    status: 'SEC_E_INVALID_TOKEN',
    survives: true,
  },
  { name: 'ISC 2 with one buffer only', source: '§2.1', call: isc({ input: [token(100)] }), status: null },
  {
    name: 'ISC 2 without input before the handshake is over',
    source: '§4.0',
    call: isc({ input: null }),
    status: 'SEC_E_INCOMPLETE_MESSAGE',
    survives: true,
  },
  {
    name: 'ISC 2 with a second buffer that is EMPTY but has a size',
    source: '§4.0',
    call: isc({ input: [token(100), empty(77)] }),
    status: 'SEC_E_INVALID_TOKEN',
    survives: true,
  },
  { name: 'the same token presented correctly afterwards', source: '§4.0', call: isc({}), status: null },
  {
    name: 'garbage again on a context that failed on garbage',
    source: '§4.0',
    call: isc({ context: 'failed' }),
    status: 'SEC_E_INVALID_TOKEN',
    survives: false,
  },
  {
    name: 'a fresh context with the same credential after that',
    source: '§4.0',
    call: isc({ context: 'none', input: null }),
    status: null,
  },
  {
    name: 'ISC without input on an established context begins a renegotiation',
    source: '§4.6',
    call: isc({ context: 'established', input: null }),
    status: null,
  },
  {
    name: 'ISC after the closing token was fetched',
    source: '§4.9',
    call: isc({ context: 'closing', input: null }),
    status: 'SEC_E_INCOMPLETE_MESSAGE',
    survives: true,
  },
  { name: 'ACT with SCHANNEL_SHUTDOWN', source: '§4.9', call: act({}), status: null },
  {
    name: 'ACT with SCHANNEL_SHUTDOWN in 5 bytes',
    source: '§4.9',
    call: act({ input: [token(5)] }),
    status: null,
  },
  {
    name: 'ACT with SCHANNEL_ALERT',
    source: '§4.9',
    call: act({ input: [token(12)], control: 2 }),
    status: null,
  },
  {
    name: 'ACT with a second buffer, even an EMPTY one',
    source: '§4.9',
    call: act({ input: [token(4), empty()] }),
    status: 'SEC_E_INVALID_TOKEN',
  },
  {
    name: 'ACT on no context',
    source: '§4.9',
    call: act({ context: 'none' }),
    status: 'SEC_E_INVALID_HANDLE',
  },
  {
    name: 'ACT without a descriptor',
    source: '§4.9',
    call: act({ input: null }),
    status: 'SEC_E_INTERNAL_ERROR',
  },
  {
    name: 'ACT with a DATA buffer',
    source: '§4.9',
    call: act({ input: [data(4)] }),
    status: 'SEC_E_INVALID_TOKEN',
  },
  {
    name: 'ACT with an ALERT buffer',
    source: '§4.9',
    call: act({ input: [{ type: 'SECBUFFER_ALERT', bytes: 4 }] }),
    status: 'SEC_E_INVALID_TOKEN',
  },
  {
    name: 'ACT with 2 bytes',
    source: '§4.9',
    call: act({ input: [token(2)] }),
    status: 'SEC_E_UNSUPPORTED_FUNCTION',
  },
  {
    name: 'ACT with SCHANNEL_RENEGOTIATE',
    source: '§4.6, §4.9',
    call: act({ control: 0 }),
    status: 'SEC_E_UNSUPPORTED_FUNCTION',
  },
  {
    name: 'DM with one DATA and three EMPTY buffers',
    source: '§2.1',
    call: dm([data(31), empty(), empty(), empty()]),
    status: null,
  },
  {
    name: 'DM with the buffers in another order',
    source: '§2.1',
    call: dm([empty(), empty(), data(31), empty()]),
    status: null,
  },
  {
    name: 'DM with three buffers',
    source: '§5.4',
    call: dm([data(31), empty(), empty()]),
    status: 'SEC_E_INVALID_TOKEN',
  },
  {
    name: 'DM without DATA',
    source: '§5.4',
    call: dm([empty(), empty(), empty(), empty()]),
    status: 'SEC_E_INVALID_TOKEN',
  },
  {
    name: 'DM with two DATA buffers',
    source: '§5.4',
    call: dm([data(31), data(0), empty(), empty()]),
    status: 'SEC_E_INVALID_TOKEN',
  },
  {
    name: 'DM with EXTRA where EMPTY is due',
    source: '§5.4',
    call: dm([data(31), empty(), empty(), { type: 'SECBUFFER_EXTRA', bytes: 0 }]),
    status: 'SEC_E_INVALID_TOKEN',
  },
  {
    name: 'QCA on a deleted context',
    source: '§4.0, §7',
    call: { function: 'QueryContextAttributes', context: 'deleted', input: null },
    status: 'SEC_E_INVALID_HANDLE',
  },
]
