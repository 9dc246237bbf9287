// What a card says: its name, what its buffers held and what the call left in them. Pure.

import type { ReportCall } from '../../shared/contract/report.ts'
import { count } from '../format.ts'
import { abbreviation, bufferName, glyphOf, wordOf } from '../status.ts'
import { roundsName } from './spoken.ts'
import { areRounds, statusesOf } from './steps.ts'

export interface CardWords {
  /** `ISC #4`, `ASC #1–#60`, `Ticket rounds 2 to 4`. */
  readonly name: string
  /** `60 × SEC_E_INCOMPLETE_MESSAGE`, `SEC_E_OK`; of a flight the status it begins with. */
  readonly status: string
  /** What stands for the status in a narrow lane: `needs bytes`. */
  readonly word: string
  /** The other statuses of a flight: `4 × SEC_I_CONTINUE_NEEDED`. */
  readonly others: string
  /** What stands behind the status: its number, or what the call achieved. */
  readonly extra: string
  /** `TOKEN 1 233`; null where the call took in nothing. */
  readonly input: string | null
  /** An EMPTY buffer that nothing came into. */
  readonly spare: boolean
  /** What the call left: `EXTRA 1 240`, `MISSING 562`. */
  readonly left: string | null
  readonly output: string | null
}

/** Words of one call, or of a folded run; `applied`: an ApplyControlToken of its side came right before. */
export function cardWords(calls: readonly ReportCall[], applied: boolean): CardWords {
  const first = calls[0]!
  const last = calls.at(-1)!
  const run = calls.length > 1
  const rounds = areRounds(calls)
  const statuses = statusesOf(calls)
  const others = [...statuses].slice(1).map(([status, times]) => `${String(times)} × ${status}`)
  const short = abbreviation(first.function)
  const from = main(first.input.before)
  const to = run ? main(last.input.before) : null
  const one = leftOf(first)
  const two = run ? leftOf(last) : undefined
  const out = main(last.output.after)
  return {
    name: rounds
      ? roundsName(calls)
      : `${short} #${String(first.ordinal)}${run ? `–#${String(last.ordinal)}` : ''}`,
    status: rounds
      ? `${String(calls.length)} calls, ${last.status}`
      : run
        ? `${String(statuses.get(first.status))} × ${first.status}`
        : first.status,
    word: wordOf(glyphOf(rounds ? last.status : first.status)),
    others: rounds ? '' : others.join(', '),
    extra: run ? '' : extraOf(first, applied),
    input:
      from === null
        ? null
        : `${bufferName(from.type)} ${amount(from.bytes)}${to === null ? '' : `${dots}${amount(to.bytes)}`}`,
    spare: !run && one === undefined && first.input.before.some((each) => each.type === 'SECBUFFER_EMPTY'),
    left:
      one === undefined
        ? null
        : `${bufferName(one.type)} ${amount(one.bytes)}${two === undefined ? '' : `${dots}${amount(two.bytes)}`}`,
    output: out === null ? null : `${bufferName(out.type)} ${amount(out.bytes)}`,
  }
}

function extraOf({ status, function: fn, state, code }: ReportCall, applied: boolean): string {
  if (status !== 'SEC_E_OK') return code
  if (applied) return 'after ApplyControlToken'
  if (fn === 'DecryptMessage' || fn === 'ApplyControlToken') return ''
  return state === '' ? code : state
}

/** From the first of a run to its last, in thin spaces. */
const dots = '\u2009…\u2009'

type Buffers = ReportCall['input']['before']

/** The buffer that counts: the first with bytes of a token, of data or of an alert. */
function main(buffers: Buffers): Buffers[number] | null {
  return buffers.find((each) => /TOKEN|DATA|ALERT/.test(each.type) && each.bytes !== 0) ?? buffers[0] ?? null
}

function leftOf(call: ReportCall): Buffers[number] | undefined {
  return call.input.after.find((each) => /EXTRA|MISSING/.test(each.type))
}

function amount(bytes: number | null): string {
  return bytes === null ? 'allocate' : count(bytes)
}
