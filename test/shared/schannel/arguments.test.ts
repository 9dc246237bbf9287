// Calls that Windows answers by their arguments alone.

import { describe, expect, it } from 'vitest'
import { explain } from '../../../shared/diagnosis/explain.ts'
import { argumentFault, argumentRules } from '../../../shared/schannel/arguments.ts'
import { argumentDialogues } from '../../dialogues/arguments.ts'

describe('a call', () => {
  it.each(argumentDialogues)(
    '$name is answered as Windows answers it ($source)',
    ({ call, status, survives }) => {
      const fault = argumentFault(call)
      expect(fault?.status ?? null).toBe(status)
      if (survives !== undefined) expect(fault?.survives).toBe(survives)
    },
  )

  it('meets every rule in at least one dialogue', () => {
    const met = new Set(argumentDialogues.map(({ call }) => argumentFault(call)))
    expect(argumentRules.filter((rule) => !met.has(rule))).toEqual([])
  })
})

describe('explain', () => {
  it('names the wrong calls that return a status, beside what the peer may have sent', () => {
    const { meanings } = explain('ApplyControlToken failed: 0x80090302')
    expect(meanings).toContainEqual(
      expect.objectContaining({ kind: 'call', name: 'ApplyControlToken', source: 'schannel §4.9' }),
    )
  })
})
