import { describe, expect, it } from 'vitest'
import { plainPaint, textPrinter } from '../../../shared/report/text.ts'
import { hostileReport, printSample } from '../../support/reports.ts'

const print = (width: number, all = false) => printSample(textPrinter({ paint: plainPaint, width, all }))

describe('the text report', () => {
  it('begins with the capture, its warnings, and counts of outcomes', () => {
    const [file, period, warning, counts] = print(100).split('\n')
    expect(file).toBe('lab-20261122.pcapng  pcapng, 1.4 MB, 570 packets, 35 flows')
    expect(period).toBe('2026-11-22 10:12:44.213 to 10:15:32.411 UTC')
    expect(warning).toContain('The file breaks off inside packet 571')
    expect(counts).toBe('3 conversations: 1 established, 1 failed, 1 incomplete')
  })

  it('has one aligned line for each conversation', () => {
    const lines = print(100)
      .split('\n')
      .filter((line) => /^[✓✗◌] +\d+ {2}\d\d:/.test(line))
    expect(lines).toHaveLength(3)
    expect(lines[1]).toContain('client: untrusted-root')
    expect(new Set(lines.map((line) => line.indexOf('10:1'))).size).toBe(1)
  })

  it('draws the two lanes of a failed conversation, with the failure point in the failing lane', () => {
    const lines = print(100).split('\n')
    const failing = lines.findIndex((line) => line.includes('failure'))
    expect(lines[failing]).toMatch(/ISC #2 ✗ SEC_E_UNTRUSTED_ROOT +│ +│$/)
    expect(lines.some((line) => /out TOKEN 320 +├─+ 320 bytes #221 ─+▶│ in {2}TOKEN 320$/.test(line))).toBe(
      true,
    )
    expect(
      lines.some((line) =>
        /in {2}TOKEN 1\u202f233 +│◀─+ 1\u202f233 bytes #223 ─+┤ out TOKEN 1\u202f233$/.test(line),
      ),
    ).toBe(true)
    expect(lines.some((line) => /│ +│ ASC #2 ✗ SEC_E_UNTRUSTED_ROOT$/.test(line))).toBe(true)
  })

  it('says why, by what evidence, and what to do', () => {
    const text = print(100)
    expect(text).toContain('Cause       untrusted-root, observed; also incomplete-chain (possible)')
    expect(text).toContain('#225 alert 48 unknown_ca')
    expect(text).toContain('What to do  Add “otherca Root”')
    expect(text).toContain('client 36882')
  })

  it('draws the others when asked, shows needed bytes and marks what is inferred', () => {
    expect(print(100)).not.toContain('33. 198.51.100.17:20190')
    const text = print(100, true)
    expect(text).toContain('in  TOKEN 200 › MISSING 81')
    expect(text).toContain('(inferred)')
    expect(text).toContain('200 of 281 bytes #566')
  })

  it('says on each arrow how many bytes it newly brought', () => {
    expect(print(100, true)).toContain('81 of 281 bytes #567')
  })

  it.each([80, 100, 132])('fits %i columns', (width) => {
    const longest = Math.max(
      ...print(width, true)
        .split('\n')
        .map((line) => Array.from(line).length),
    )
    expect(longest).toBeLessThanOrEqual(width)
  })

  it('keeps status names whole in 80 columns', () => {
    expect(print(80)).toContain('SEC_E_UNTRUSTED_ROOT')
  })

  it('never sends a control character of the capture to the terminal', () => {
    const text = printSample(textPrinter({ paint: plainPaint, width: 100, all: true }), hostileReport())
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(text).toContain('\\u{1b}')
  })
})
