// The other inputs of the fuzz loop: key files, filters, changed profiles, pasted errors. None may make the program throw.

import { readKeyFile } from '../../electron/worker/keys.ts'
import { completeFilter } from '../../shared/filter/complete.ts'
import { compileFilter } from '../../shared/filter/evaluate.ts'
import { parseFilter } from '../../shared/filter/parse.ts'
import { explain } from '../../shared/diagnosis/explain.ts'
import { parseKeyLog } from '../../shared/secrets/keylog.ts'
import { profilesOf, readProfile } from '../../shared/whatif/profiles.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

function jsonOf(typed: string): unknown {
  try {
    return JSON.parse(typed)
  } catch {
    return null
  }
}

/** What each kind of input goes through. */
const readers = {
  keylog: (bytes: Uint8Array) => void parseKeyLog(text(bytes)),
  key: (bytes: Uint8Array) => {
    readKeyFile(bytes, null)
    readKeyFile(bytes, 'secret')
  },
  filter: (bytes: Uint8Array) => {
    const typed = text(bytes)
    completeFilter(typed, typed.length >> 1, () => new Map([['x y', 1]]))
    const parsed = parseFilter(typed)
    if (parsed.ok) compileFilter(parsed.filter)
    else if (parsed.problem.start > typed.length) throw new Error('a problem lies behind the filter')
  },
  profile: (bytes: Uint8Array) => {
    const read = readProfile(jsonOf(text(bytes)))
    if (read.ok) profilesOf(read.file)
  },
  explain: (bytes: Uint8Array) => {
    const { filter } = explain(text(bytes))
    if (filter !== null && !parseFilter(filter).ok) throw new Error(`the filter ${filter} cannot be read`)
  },
} as const

export type TextKind = keyof typeof readers

export function runText(kind: TextKind, bytes: Uint8Array): void {
  readers[kind](bytes)
}

/** Filters, a profile and errors to start from; key files are at hand as recordings. */
export const seeds: readonly (readonly [TextKind, string])[] = [
  ['filter', 'ip.addr == 10.0.0.5 && failed'],
  ['filter', 'status == 0x80090326 || alert in {40, 42..49}'],
  ['filter', '!(tls.sni contains "example") and duration > 1.5'],
  ['filter', 'tls.sni matches "^(a|b)+$" xor ip.src != 2001:db8::/32'],
  ['filter', 'cause ~ "x" && client.status != SEC_E_OK && frame >= 7'],
  [
    'profile',
    '{"schema":"windows-profile/1","base":"win81","name":"n","versions":{"TLS 1.0":"off"},"cipherSuites":{"0xc02f":"off"},"groups":{"x25519":"on"}}',
  ],
  ['explain', 'InitializeSecurityContext failed: SEC_E_ILLEGAL_MESSAGE (0x80090326)'],
  ['explain', 'Event 36887: the TLS protocol defined fatal alert code is 46. internal error state is 10013'],
  ['explain', 'schannel: next InitializeSecurityContext failed: -2146893018'],
]
