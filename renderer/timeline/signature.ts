// A call as the API has it: function, arguments, buffer descriptors and flags with their values. Pure.

import type { ReportCall, ReportConversation } from '../../shared/contract/report.ts'
import { bufferTypes } from '../../shared/sspi/buffers.ts'
import { flagsValue } from '../../shared/sspi/flags.ts'
import { count } from '../format.ts'
import { bufferName } from '../status.ts'
import type { Side } from './steps.ts'

/** One argument: its name in sspi.h, what is passed, and for descriptors each SecBuffer, for flags each bit. */
export interface Argument {
  readonly name: string
  readonly value: string
  readonly parts: readonly { readonly name: string; readonly value: string }[]
  /** Written by the call. */
  readonly out: boolean
}

export interface Signature {
  readonly function: string
  readonly arguments: readonly Argument[]
  readonly status: string
  readonly code: string
}

/** The signature of a call of one side's context. */
export function signatureOf(call: ReportCall, side: Side, conversation: ReportConversation): Signature {
  return {
    function: call.function,
    arguments: argumentsOf(call, side, conversation),
    status: call.function === 'DeleteSecurityContext' && call.status === '' ? 'SEC_E_OK' : call.status,
    code: call.code,
  }
}

/** A signature as text to paste: an argument a line, its buffers or flags below it, then what came back. */
export function signatureText({ function: name, arguments: passed, status, code }: Signature): string {
  const width = Math.max(...passed.map((argument) => argument.name.length))
  const lines = passed.flatMap((argument) => [
    `  ${argument.name.padEnd(width)}  ${argument.value}`,
    ...argument.parts.map((part) => `  ${' '.repeat(width)}    ${part.name} ${part.value}`),
  ])
  return `${name}(\n${lines.join('\n')}\n) returns ${status} ${code}\n`
}

function argumentsOf(call: ReportCall, side: Side, conversation: ReportConversation): Argument[] {
  const context = `&h${side === 'client' ? 'Client' : 'Server'}Context`
  switch (call.function) {
    case 'InitializeSecurityContext':
      return [
        plain('phCredential', '&hCredential'),
        plain('phContext', call.handle === 'new' || call.handle === 'none' ? 'NULL' : context),
        plain(
          'pszTargetName',
          conversation.serverName === null ? 'not on the wire' : `L"${conversation.serverName}"`,
        ),
        flags('fContextReq', call.requested),
        plain('Reserved1', '0'),
        plain('TargetDataRep', '0'),
        buffers('pInput', call.input.before, call.input.after),
        plain('Reserved2', '0'),
        plain('phNewContext', context, true),
        buffers('pOutput', call.output.before, call.output.after, true),
        flags('pfContextAttr', call.returned, true),
        plain('ptsExpiry', '&tsExpiry', true),
      ]
    case 'AcceptSecurityContext':
      return [
        plain('phCredential', '&hCredential'),
        plain('phContext', call.handle === 'new' || call.handle === 'none' ? 'NULL' : context),
        buffers('pInput', call.input.before, call.input.after),
        flags('fContextReq', call.requested),
        plain('TargetDataRep', '0'),
        plain('phNewContext', context, true),
        buffers('pOutput', call.output.before, call.output.after, true),
        flags('pfContextAttr', call.returned, true),
        plain('ptsExpiry', '&tsExpiry', true),
      ]
    case 'DecryptMessage':
      return [
        plain('phContext', context),
        buffers('pMessage', call.input.before, call.input.after, true),
        plain('MessageSeqNo', '0'),
        plain('pfQOP', 'NULL', true),
      ]
    case 'ApplyControlToken':
      return [plain('phContext', context), buffers('pInput', call.input.before, call.input.after)]
    case 'DeleteSecurityContext':
      return [plain('phContext', context)]
  }
}

function plain(name: string, value: string, out = false): Argument {
  return { name, value, parts: [], out }
}

type Buffers = ReportCall['input']['before']

/** A SecBufferDesc; what the call left in a slot follows an arrow. */
function buffers(name: string, before: Buffers, after: Buffers, out = false): Argument {
  const slots = Math.max(before.length, after.length)
  if (slots === 0) return plain(name, 'NULL', out)
  return {
    name,
    value: `SecBufferDesc, cBuffers ${String(slots)}`,
    parts: Array.from({ length: slots }, (_, index) => {
      const one = bufferText(before[index])
      const two = bufferText(after[index])
      return {
        name: `[${String(index)}]`,
        value: one === two || two === '' ? one : one === '' ? two : `${one} → ${two}`,
      }
    }),
    out,
  }
}

/** `TOKEN (2), 1 233 bytes`. */
function bufferText(buffer: Buffers[number] | undefined): string {
  if (buffer === undefined) return ''
  const name = bufferName(buffer.type)
  const value = bufferTypes[name]?.value
  const bytes = buffer.bytes === null ? 'allocated by Schannel' : `cbBuffer ${count(buffer.bytes)}`
  return `${name}${value === undefined ? '' : ` (${String(value)})`}, ${bytes}`
}

function flags(name: string, names: readonly string[], out = false): Argument {
  const value = flagsValue(names)
  return {
    name,
    value: names.length === 0 ? (out ? 'not set' : '0') : `0x${value.toString(16).padStart(8, '0')}`,
    parts: names.map((each) => ({ name: `0x${flagsValue([each]).toString(16)}`, value: each })),
    out,
  }
}
