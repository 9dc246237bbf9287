// The tables of Windows' statuses, alerts, events and flags are whole and agree with one another.

import { describe, expect, it } from 'vitest'
import { alertRow, alerts } from '../../../shared/sspi/alerts.ts'
import { bufferTypes } from '../../../shared/sspi/buffers.ts'
import { events } from '../../../shared/sspi/events.ts'
import { failures, statusBehindAlert } from '../../../shared/sspi/failures.ts'
import { ascReturns, flagsValue, iscReturns } from '../../../shared/sspi/flags.ts'
import { isFailure, statusNames } from '../../../shared/sspi/status.ts'

describe('the tables of the reference', () => {
  it('number the rows of local failures 1 to 39 and name only known events', () => {
    expect(failures.map(({ row }) => row)).toEqual(Array.from({ length: 39 }, (_, i) => i + 1))
    for (const { events: ids } of failures) for (const id of ids) expect(events).toHaveProperty(String(id))
  })

  it('turn an alert into the documented status, and into the observed one where Windows 10 differs', () => {
    expect(alertRow(48).documented).toBe('SEC_E_UNTRUSTED_ROOT')
    expect(alertRow(70)).toMatchObject({
      documented: 'SEC_E_UNSUPPORTED_FUNCTION',
      observed: 'SEC_E_ILLEGAL_MESSAGE',
    })
    expect(alertRow(120).observed).toBe('SEC_E_APPLICATION_PROTOCOL_MISMATCH')
    expect(alertRow(0).documented).toBe('SEC_I_CONTEXT_EXPIRED')
  })

  it('give the catch-all status to an alert that nobody registered', () => {
    expect(alertRow(201)).toMatchObject({ documented: 'SEC_E_ILLEGAL_MESSAGE', byCatchAll: true })
  })

  it('name a status for every alert that a side may send', () => {
    for (let description = 1; description < 256; description++) {
      for (const side of ['client', 'server'] as const) {
        expect(statusNames).toContain(statusBehindAlert(description, side, true).status)
      }
    }
    expect(statusBehindAlert(40, 'server', true).status).toBe('SEC_E_ALGORITHM_MISMATCH')
  })

  it('treat every alert but close_notify as a failure of the reading call', () => {
    for (const [code, row] of Object.entries(alerts)) expect(isFailure(row.documented)).toBe(code !== '0')
  })

  it('add up to the flags that Windows returned in the tests', () => {
    const tls = ['REPLAY_DETECT', 'SEQUENCE_DETECT', 'CONFIDENTIALITY', 'STREAM', 'USED_SUPPLIED_CREDS']
    expect(flagsValue(tls.map((name) => `ISC_RET_${name}`))).toBe(0x809c)
    expect(iscReturns.ISC_RET_EXTENDED_ERROR).toBe(0x4000)
    expect(ascReturns.ASC_RET_EXTENDED_ERROR).toBe(0x8000)
  })

  it('know 33 buffer types, each number once', () => {
    const values = Object.values(bufferTypes).map(({ value }) => value)
    expect(new Set(values).size).toBe(33)
  })
})
