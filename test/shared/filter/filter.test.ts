import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReportRow } from '../../../shared/contract/report.ts'
import { compileFilter } from '../../../shared/filter/evaluate.ts'
import { fields, findField } from '../../../shared/filter/fields.ts'
import { groupRows } from '../../../shared/filter/group.ts'
import { type Filter, parseFilter } from '../../../shared/filter/parse.ts'
import { rowOf } from '../../support/rows.ts'
import {
  establishedConversation,
  failedConversation,
  incompleteConversation,
} from '../../support/fixtures.ts'

const rows = [establishedConversation, failedConversation, incompleteConversation].map(rowOf)

/** Ids of the rows a filter lets through. */
function ids(text: string, among: readonly ReportRow[] = rows): number[] {
  const parsed = parseFilter(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem.message}`)
  return among.filter(compileFilter(parsed.filter)).map((row) => row.id)
}

describe('a filter', () => {
  it.each([
    ['', [2, 20, 33]],
    ['failed', [20]],
    ['!failed', [2, 33]],
    ['not failed', [2, 33]],
    ['outcome == failed || outcome == incomplete', [20, 33]],
    ['outcome in {failed incomplete}', [20, 33]],
    ['outcome in {failed, incomplete}', [20, 33]],
    ['outcome not in {failed incomplete}', [2]],
    ['outcome != failed', [2, 33]],
    ['failed == false', [2, 33]],
    ['ip.addr == 192.0.2.31', [20]],
    ['ip.addr == 192.0.2.0/24', [20, 33]],
    ['ip.src == 198.51.100.17', []],
    ['ip.dst == 198.51.100.17 and tcp.port == 20175', [20]],
    ['ipv6.addr == 2001:db8:0:0::/32', [2]],
    ['ip.addr == 2001:0db8:85a3:0::7348', [2]],
    ['ip.addr in {192.0.2.31 2001:db8::/32}', [2, 20]],
    ['tcp.port in {20000..20180}', [2, 20]],
    ['tls.sni == "SERVER.example"', [20]],
    ['tls.sni ~ *.example', [2, 20]],
    ['tls.sni matches "*.contoso.*"', [2]],
    ['tls.sni contains serv', [20]],
    ['tls.sni', [2, 20]],
    ['tls.handshake.extensions_server_name contains "contoso"', [2]],
    ['version == "TLS 1.2"', [20]],
    ['version == TLSv13', [2]],
    ['tls.handshake.version == 0x0303', [20]],
    ['version < "TLS 1.3"', [20]],
    ['cipher == 0xC030', [20]],
    ['cipher contains gcm', [2, 20]],
    ['alpn == h2', [2]],
    ['duration > 10', [33]],
    ['duration >= 0.3s', [33]],
    ['time >= 10:14', [20, 33]],
    ['time == 2026-11-22', [2, 20, 33]],
    ['time > "2026-11-22 10:14"', [33]],
    ['side == client', [20]],
    ['cause == untrusted-root', [20]],
    ['candidate == incomplete-chain', [20]],
    ['alert == 48', [20]],
    ['alert == unknown_ca', [20]],
    ['alert contains _ca', [20]],
    ['alert ~ unknown_*', [20]],
    ['alert ~ 4?', [20]],
    ['alert in {40..48}', [20]],
    ['version > SSLv3', [2, 20]],
    ['version == TLSv1', []],
    ['alert', [20]],
    ['!alert', [2, 33]],
    ['event == 36887', [20]],
    ['frame.number == 225', [20]],
    ['packets >= 6 && packets < 11', [33]],
    ['resumed == false', [2, 20]],
    ['(failed or incomplete) and ip.src == 192.0.2.88', [33]],
    ['failed or incomplete and ip.src == 192.0.2.88', [20, 33]],
    ['! (failed || incomplete)', [2]],
    ['random contains 884bdc', [20]],
  ])('%s lets %j through', (text, expected) => expect(ids(text)).toEqual(expected))

  it.each([
    ['status == SEC_E_UNTRUSTED_ROOT'],
    ['status == sec_e_untrusted_root'],
    ['status == 0x80090325'],
    ['status == 80090325'],
    ['status == -2146893019'],
    ['status == 2148074277'],
    ['status contains UNTRUSTED'],
    ['status ~ SEC_E_UNTRUSTED*'],
    ['status ~ *_ROOT'],
    ['status ~ 0x8009032?&& status ~ *_untrusted_*'],
    ['0x80090325'],
    ['-2146893019'],
    ['SEC_E_UNTRUSTED_ROOT'],
  ])('finds a failure by its status however it is written: %s', (text) => expect(ids(text)).toEqual([20]))

  it('finds a status that only one call in the middle returned, and narrows to final ones by side', () => {
    expect(ids('status == SEC_E_INCOMPLETE_MESSAGE')).toEqual([33])
    expect(ids('server.status == SEC_E_INCOMPLETE_MESSAGE')).toEqual([])
    expect(ids('server.status == SEC_E_OK')).toEqual([2])
  })

  it('looks for any other word in the whole row, for several words in any order', () => {
    expect(ids('server.example')).toEqual([20])
    expect(ids('unknown_ca')).toEqual([20])
    expect(ids('aes_256 198.51.100')).toEqual([20])
    expect(ids('"otherca Root"')).toEqual([20])
    expect(ids('192.0.2.0/24')).toEqual([20, 33])
    expect(ids('cont*example')).toEqual([2])
    expect(ids('nowhere')).toEqual([])
  })

  it('looks in what a person sees of the row: its tunnels, what keys opened, its carrier where there is one', () => {
    const [plain] = rows
    const tunnelled = { ...plain!, id: 7, tunnels: ['VXLAN'], carrier: { ...plain!.carrier, name: 'smtp' } }
    expect(ids('vxlan', [...rows, tunnelled])).toEqual([7])
    expect(ids('smtp', [...rows, tunnelled])).toEqual([7])
    expect(ids('none')).toEqual([])
  })

  it('finds an end as the list writes it, in a group of its own too', () => {
    const at = (address: string, port: number) => ({
      ...rows[0]!,
      serverName: null,
      server: { address, port },
    })
    const ends = [at('2001:db8::1', 443), at('02:5e:00:00:00:01', 0), at('10.0.0.1', 443)]
    const written = ['[2001:db8::1]:443', '02:5e:00:00:00:01', '10.0.0.1:443']
    expect(groupRows(ends, 'server').groups.map(({ value }) => value)).toEqual([...written].sort())
    for (const [i, end] of written.entries()) {
      const { filter } = parseFilter(end) as { filter: Filter }
      expect(ends.filter(compileFilter(filter))).toEqual([ends[i]])
    }
  })

  it('takes a field name in quotation marks as a word', () => {
    expect(ids('"failed"')).toEqual([20])
  })
})

describe('a filter that cannot be read', () => {
  it.each([
    ['colour == red', 'There is no field named colour', 'colour'],
    ['ip.addr == 10.0.0', '10.0.0 is not an address; networks are written 10.0.0.0/8', '10.0.0'],
    [
      'status == SEC_E_NOPE',
      'SEC_E_NOPE is not a status: write its name, 0x80090326 or -2146893018',
      'SEC_E_NOPE',
    ],
    ['ip.addr < 10.0.0.1', 'ip.addr can be compared with == != in contains ~ only', '<'],
    ['failed = true', 'Write == to compare', '='],
    ['failed & alert', 'Write &&', '&'],
    ['(failed', 'A closing parenthesis is missing here', 'd'],
    ['failed)', ') does not fit here', ')'],
    ['status ==', 'A value is missing here', '='],
    ['failed &&', 'Something to look for is missing here', '&'],
    ['side in client', 'Write the values in braces: in {a b}', 'client'],
    ['side in {client', 'A closing brace is missing here', 't'],
    ['"half', 'This quotation mark has no partner', '"half'],
    ['version == banana', 'banana is not a version: write "TLS 1.2", TLSv12 or 0x0303', 'banana'],
    ['alert == 300', '300 is not an alert: write its number or name', '300'],
    ['tcp.port == 1..2..3', '1..2..3 is not a number', '1..2..3'],
    ['tcp.port == 1..', '1.. is not a number', '1..'],
    [
      'status == 4294967296',
      '4294967296 is not a status: write its name, 0x80090326 or -2146893018',
      '4294967296',
    ],
    ['duration > long', 'long is not a duration: write milliseconds, or a unit as in 1.5s', 'long'],
    ['time > noon', 'noon is not a time: write 2026-11-22T10:14 or 10:14:03 (UTC)', 'noon'],
  ])('%s says what is wrong and where', (text, message, underlined) => {
    const parsed = parseFilter(text)
    expect(parsed.ok).toBe(false)
    if (parsed.ok) return
    expect(parsed.problem.message).toBe(message)
    expect(text.slice(parsed.problem.start, parsed.problem.end)).toBe(underlined)
  })

  it('refuses thousands of parentheses without harm', () => {
    const parsed = parseFilter('('.repeat(5000) + 'failed' + ')'.repeat(5000))
    expect(parsed).toMatchObject({
      ok: false,
      problem: { message: 'Too many parentheses inside each other' },
    })
  })

  it('is a value and never an exception, whatever is typed', () => {
    const word = fc.constantFrom(
      'failed',
      'status',
      '==',
      '!=',
      '(',
      ')',
      '{',
      '}',
      'in',
      'not',
      '&&',
      '||',
      '~',
      '"',
      '0x80090326',
      'x',
      ',',
      '10.0.0.0/8',
      'é',
      '\\',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = words.join(' ')
        const parsed = parseFilter(text)
        if (parsed.ok) rows.filter(compileFilter(parsed.filter))
        else expect(parsed.problem.end).toBeLessThanOrEqual(text.length)
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it('a pattern of many stars stays cheap on a long name', () => {
    const long = rowOf({ ...failedConversation, serverName: 'a'.repeat(5000) })
    expect(ids(`tls.sni ~ "${'a*'.repeat(200)}b"`, [long])).toEqual([])
  })
})

describe('the registry of fields', () => {
  it('gives each name to one field only', () => {
    const names = fields.flatMap((field) => [field.name, ...field.aliases])
    expect(new Set(names).size).toBe(names.length)
    for (const field of fields)
      for (const name of [field.name, ...field.aliases]) expect(findField(name)).toBe(field)
  })

  it('reads every field of every sample row', () => {
    for (const field of fields) for (const row of rows) expect(Array.isArray(field.read(row))).toBe(true)
  })
})

describe('docs/filter.md', () => {
  it('lists every field with its kind and meaning', () => {
    const text = readFileSync('docs/filter.md', 'utf8')
    for (const { name, aliases, kind, meaning } of fields) {
      const also = aliases.map((alias) => `\`${alias}\``).join(', ')
      expect(text).toContain(`| \`${name}\` | ${also} | ${kind} | ${meaning} |`)
    }
  })
})
