// The tables of Windows' behaviour against the reference they were read from, row by row, where it is there.

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { streamSizes } from '../../../shared/schannel/cipher-info.ts'
import { alerts } from '../../../shared/sspi/alerts.ts'
import { events } from '../../../shared/sspi/events.ts'
import { failures } from '../../../shared/sspi/failures.ts'
import { statusCode, statusNames } from '../../../shared/sspi/status.ts'

const file = '../shared/reference/schannel.md'
const present = existsSync(file)
const text = present ? readFileSync(file, 'utf8') : ''

/** The cells of each row of the first table behind a heading. */
function table(heading: string): string[][] {
  const from = text.slice(text.indexOf(`\n${heading}`) + 1)
  const lines = from.slice(from.indexOf('\n|')).trimStart().split('\n')
  const end = lines.findIndex((line) => !line.startsWith('|'))
  return lines.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** The statuses that a cell names: whole, by number, or behind "or" without their prefix. */
const statuses = (cell: string) =>
  statusNames.filter((name) => {
    const short = name.replace(/^(?:SEC_[EI]|CRYPT_E)_/, '')
    return new RegExp(`\\b${name}\\b|\\bor ${short}\\b|${statusCode(name)}`, 'i').test(cell)
  })

describe.skipIf(!present)('the reference', () => {
  it('says of each alert received what the table says (§6.1)', () => {
    const rows = table('### 6.1')
    expect(rows.map(([number]) => Number(number))).toEqual(Object.keys(alerts).map(Number))
    for (const [number, name, status] of rows) {
      const row = alerts[Number(number)]!
      expect(row.name).toBe(name!.replace(/ \(.*/, ''))
      expect(status, name).toContain(row.documented)
      expect(row.byCatchAll, name).toBe(status!.startsWith('default'))
    }
  })

  it('names for each local failure the statuses, alerts and events of its row (§6.3)', () => {
    const rows = table('### 6.3')
    const alertOf = (cell: string) => rows[Number(/^as (\d+)/.exec(cell)?.[1] ?? 0) - 1]?.[4] ?? cell
    expect(rows).toHaveLength(failures.length)
    for (const [number, , , status, alert, event] of rows) {
      const row = failures[Number(number) - 1]!
      const where = `row ${number!}`
      const said = [...(row.status === null ? [] : [row.status]), ...row.alternatives]
      // Some rows name no status: the handshake goes on, or no source says.
      const named = statuses(status!)
      if (named.length > 0) for (const name of said) expect(named, where).toContain(name)
      for (const name of named) expect(said, where).toContain(name)
      for (const code of [row.alert, ...row.otherAlerts])
        if (code !== null) expect(alertOf(alert!), where).toMatch(new RegExp(`\\b${String(code)}\\b`))
      for (const id of row.events) expect(event, where).toContain(String(id))
      for (const id of event!.match(/\b36\d{3}\b(?!\?)/g) ?? [])
        expect(row.events, where).toContain(Number(id))
    }
  })

  it('lists the same events (§10)', () => {
    expect(table('## 10').map(([id]) => Number(id))).toEqual(Object.keys(events).map(Number))
  })

  it('gives the same stream sizes for each kind of cipher (§7.2)', () => {
    const suites: Readonly<Record<string, readonly [version: number, suite: number]>> = {
      'TLS 1.3 any (GCM / CCM-16 / ChaCha20)': [0x0304, 0x1301],
      'TLS 1.2 AES-GCM': [0x0303, 0xc02f],
      'TLS 1.1/1.2 AES-CBC SHA1': [0x0303, 0xc013],
      'TLS 1.2 AES-CBC SHA256': [0x0303, 0xc027],
      'TLS 1.2 AES-CBC SHA384': [0x0303, 0xc028],
      'TLS 1.0 / SSL 3 AES-CBC SHA1': [0x0301, 0x002f],
      'TLS 1.0 3DES SHA1': [0x0301, 0x000a],
      'TLS 1.1/1.2 3DES SHA1': [0x0302, 0x000a],
      'RC4 MD5 / RC4 SHA1': [0x0301, 0x0005],
      'NULL SHA1 / SHA256': [0x0303, 0x0002],
    }
    const rows = table('### 7.2').filter(([name]) => !name!.startsWith('DTLS'))
    expect(rows.map(([name]) => name)).toEqual(Object.keys(suites))
    for (const [name, header, trailer, block] of rows) {
      const [version, cipherSuite] = suites[name!]!
      const agreed = { version, cipherSuite, group: null, exchangeBits: null, keyType: null }
      const sizes = (datagrams: boolean) =>
        Object.fromEntries(
          streamSizes({ ...agreed, datagrams }).fields.map((field) => [field.name, field.value]),
        )
      expect(sizes(false)['cbHeader'], name).toBe(header)
      expect(trailer!.match(/\d+/g), name).toContain(sizes(false)['cbTrailer'])
      expect(block!.match(/\d+/g), name).toContain(sizes(false)['cbBlockSize'])
      if (version > 0x0301 && version < 0x0304)
        expect(sizes(true)['cbHeader'], name).toBe(String(Number(header) + 8))
    }
  })
})
