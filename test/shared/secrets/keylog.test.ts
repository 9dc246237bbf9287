import { describe, expect, it } from 'vitest'
import { joinKeyLogs, parseKeyLog } from '../../../shared/secrets/keylog.ts'

const random = 'a1'.repeat(32)
const other = 'b2'.repeat(32)
const master = '0c'.repeat(48)
const secret = '0d'.repeat(32)
const bytes = (text: string) => Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16))

describe('a key log', () => {
  it('gives master secrets and TLS 1.3 secrets by client random and label', () => {
    const { log, warnings } = parseKeyLog(
      `# comment\nCLIENT_RANDOM ${random} ${master}\n\nSERVER_TRAFFIC_SECRET_0 ${other} ${secret}\n`,
    )
    expect(warnings).toEqual([])
    expect(log.size).toBe(2)
    expect(log.secret(bytes(random), 'CLIENT_RANDOM')).toEqual(bytes(master))
    expect(log.secret(bytes(other), 'SERVER_TRAFFIC_SECRET_0')).toEqual(bytes(secret))
    expect(log.secret(bytes(other), 'CLIENT_RANDOM')).toBeNull()
    expect([log.has(bytes(random)), log.has(bytes('c3'.repeat(32)))]).toEqual([true, false])
  })

  it('reads CR LF, a byte order mark, capitals, tabs and a last line without its end', () => {
    const { log, warnings } = parseKeyLog(
      `\ufeff# heading\r\nCLIENT_RANDOM\t${random.toUpperCase()} ${master.toUpperCase()}\r\nEXPORTER_SECRET ${random} ${secret}`,
    )
    expect(warnings).toEqual([])
    expect(log.secret(bytes(random), 'CLIENT_RANDOM')).toEqual(bytes(master))
    expect(log.secret(bytes(random), 'EXPORTER_SECRET')).toEqual(bytes(secret))
  })

  it('finds the premaster secret of an RSA line by the first eight encrypted bytes', () => {
    const { log } = parseKeyLog(`RSA 0102030405060708 ${master}\n`)
    expect(log.premaster(bytes('01020304050607080910'))).toEqual(bytes(master))
    expect(log.premaster(bytes('ff020304050607080910'))).toBeNull()
  })

  it('passes over broken lines with a warning each, and still takes the others', () => {
    const { log, warnings } = parseKeyLog(
      [
        `CLIENT_RANDOM ${random}`,
        `CLIENT_RANDOM ${random} xyz`,
        `CLIENT_RANDOM ${random} ${master.slice(2)}`,
        `CLIENT_RANDOM ${random.slice(2)} ${master}`,
        `RSA 0102 ${master}`,
        `SOME_LABEL ${random} ${master}`,
        `CLIENT_RANDOM ${random} ${master} more`,
        `CLIENT_RANDOM ${other} ${master}`,
      ].join('\n'),
    )
    expect(warnings.map(({ line, code }) => `${String(line)} ${code}`)).toEqual([
      '1 broken-line',
      '2 broken-line',
      '3 wrong-length',
      '4 wrong-length',
      '5 wrong-length',
      '6 unknown-label',
      '7 broken-line',
    ])
    expect(log.size).toBe(1)
  })

  it('says where two lines contradict each other, and uses the later', () => {
    const { log, warnings } = parseKeyLog(
      `CLIENT_RANDOM ${random} ${master}\nCLIENT_RANDOM ${random} ${'0e'.repeat(48)}\nCLIENT_RANDOM ${random} ${'0E'.repeat(48)}\n`,
    )
    expect(warnings.map(({ line, code }) => [line, code])).toEqual([[2, 'conflicting-secret']])
    expect(log.secret(bytes(random), 'CLIENT_RANDOM')).toEqual(bytes('0e'.repeat(48)))
  })

  it('never repeats a line in a warning', () => {
    const { warnings } = parseKeyLog(
      `CLIENT_RANDOM ${random} ${master}ff\n${master}\nRSA ${random} ${master}\n`,
    )
    expect(warnings).toHaveLength(3)
    for (const { text } of warnings) expect(text).not.toMatch(/0c0c|a1a1|CLIENT_RANDOM/)
  })

  it('survives every prefix of a log, and a file that is none', () => {
    const text = `CLIENT_RANDOM ${random} ${master}\n`
    for (let i = 0; i < text.length - 1; i++) expect(parseKeyLog(text.slice(0, i)).log.size).toBe(0)
    const { log, warnings } = parseKeyLog('no key log\n'.repeat(100_000))
    expect([log.size, warnings.length]).toEqual([0, 100])
  })

  it('holds many connections', () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, i) => `CLIENT_RANDOM ${i.toString(16).padStart(64, '0')} ${i.toString(16).padStart(96, '0')}\n`,
    )
    const { log, warnings } = parseKeyLog(lines.join(''))
    expect([log.size, warnings.length]).toEqual([20_000, 0])
    expect(log.secret(bytes((19_999).toString(16).padStart(64, '0')), 'CLIENT_RANDOM')?.at(-1)).toBe(
      19_999 & 0xff,
    )
  })

  it('joins with others, the later one first', () => {
    const first = parseKeyLog(`CLIENT_RANDOM ${random} ${master}\nRSA 0102030405060708 ${master}\n`).log
    const second = parseKeyLog(`CLIENT_RANDOM ${random} ${'0e'.repeat(48)}\n`).log
    const both = joinKeyLogs([first, second])
    expect(both.size).toBe(3)
    expect(both.has(bytes(random))).toBe(true)
    expect(both.secret(bytes(random), 'CLIENT_RANDOM')?.[0]).toBe(0x0e)
    expect(both.premaster(bytes('0102030405060708'))).toEqual(bytes(master))
  })
})
