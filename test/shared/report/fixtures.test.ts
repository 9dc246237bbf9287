import { describe, expect, it } from 'vitest'
import { report } from '../../../shared/contract/report.ts'
import { rowOf } from '../../support/rows.ts'
import { failedConversation, reportFixture } from '../../support/fixtures.ts'

describe('a row', () => {
  it('keeps who, outcome, failure and final statuses, and names every status that any call returned', () => {
    const row = rowOf(failedConversation)
    expect(row.failure?.cause).toBe('untrusted-root')
    expect(row.contexts).toEqual({
      client: { final: 'SEC_E_UNTRUSTED_ROOT' },
      server: { final: 'SEC_E_UNTRUSTED_ROOT' },
    })
    expect(row.statuses).toEqual(['SEC_I_CONTINUE_NEEDED', 'SEC_E_UNTRUSTED_ROOT', 'SEC_E_OK'])
    expect(row.calls).toBe(6)
  })

  it('has no calls, bytes, certificates or evidence', () => {
    const row = rowOf(failedConversation)
    expect(row).not.toHaveProperty('tokens')
    expect(row).not.toHaveProperty('messages')
    expect(row).not.toHaveProperty('certificates')
    expect(row.findings[0]).not.toHaveProperty('evidence')
  })
})

describe('the sample report', () => {
  it('keeps to the contract', () => {
    expect(report.parse(reportFixture)).toEqual(reportFixture)
  })
})
