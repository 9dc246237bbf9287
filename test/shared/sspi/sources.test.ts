// Every source that a report of a recorded handshake names can be explained to its reader.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyseFile } from '../../../electron/worker/analyse.ts'
import { defaultReplay } from '../../../shared/schannel/model.ts'
import { aboutSource, SourceList } from '../../../shared/sspi/sources.ts'

const folder = join(import.meta.dirname, '../../captures')
const options = { keylog: null, key: null, passwordFile: null, replay: defaultReplay }

describe('the source of a status or an attribute', () => {
  it('is told in words, whichever section of the reference it names', async () => {
    const sources = new Set<string>()
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.pcap'))) {
      const outcome = await analyseFile(join(folder, name), options)
      if (!outcome.ok) continue
      for (const { id } of outcome.value.rows) {
        const { contexts, attributes } = outcome.value.inspect(id, defaultReplay)
        for (const { calls } of [contexts.client, contexts.server])
          for (const { source } of calls) sources.add(source)
        for (const { source } of [...attributes.client, ...attributes.server]) sources.add(source)
      }
      outcome.value.close()
    }
    const named = [...sources].filter((source) => source.includes('schannel'))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((source) => aboutSource(source) === null)).toEqual([])
  })

  it('names the closest section, and nothing where an RFC speaks for itself', () => {
    expect(aboutSource('schannel §6.3 row 6')).toMatch(/^Schannel reference §6\.3, a failure of a side/)
    expect(aboutSource('schannel §6.4')).toMatch(/^Schannel reference §6\.4, errors/)
    expect(aboutSource('schannel §10')).toMatch(/event log/)
    expect(aboutSource('schannel §4.10')).toMatch(/order of calls/)
    expect(aboutSource('field §2')).toMatch(/^Field guide §2/)
    expect(aboutSource('schannel §1, §8 (msquic)')).toMatch(/§1, status codes.*\. .*§8, how applications/)
    expect(aboutSource('RFC 8446 §6.2')).toBeNull()
    expect(aboutSource('this capture')).toBeNull()
  })

  it('is numbered once a document, sections of one chapter together', () => {
    const list = new SourceList()
    expect(list.numbersOf('schannel §4.1 row 2')).toEqual([1])
    expect(list.numbersOf('schannel §7.3 (tls-exporter), RFC 9266')).toEqual([2, 3])
    expect(list.numbersOf('schannel §4.9, receiver')).toEqual([1])
    expect(list.numbersOf('this question')).toEqual([])
    expect(list.entries).toEqual([
      expect.stringMatching(/^Schannel reference §4, the order of calls/),
      expect.stringMatching(/^Schannel reference §7, QueryContextAttributes/),
      'RFC 9266',
    ])
  })
})
