import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openNotes } from '../../electron/worker/notes.ts'
import type { Notebook } from '../../shared/contract/notes.ts'

const sample = 'test/captures/untrusted-root.pcap'
const book: Notebook = {
  title: 'Case 4711',
  notes: [
    {
      key: 'ab',
      call: { side: 'client', from: 'server', offset: 0 },
      text: 'Ask.',
      written: '2026-11-22T10:00:00Z',
    },
  ],
}
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notes-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('notes', () => {
  it('are found again for the same capture under another name, and not for another capture', async () => {
    const copy = join(folder, 'renamed.pcap')
    copyFileSync(sample, copy)
    await openNotes(folder).write(sample, book)
    expect(await openNotes(folder).read(copy)).toEqual(book)
    expect(await openNotes(folder).read('test/captures/ok-tls12-full.pcap')).toEqual({ title: '', notes: [] })
  })

  it('are kept with the application’s data and nowhere near the capture', async () => {
    const captures = join(folder, 'captures')
    mkdirSync(captures)
    copyFileSync(sample, join(captures, 'a.pcap'))
    await openNotes(join(folder, 'data')).write(join(captures, 'a.pcap'), book)
    expect(readdirSync(captures)).toEqual(['a.pcap'])
    expect(readdirSync(join(folder, 'data', 'notes'))).toHaveLength(1)
  })

  it('of several quick changes keep the last', async () => {
    const store = openNotes(folder)
    const titles = ['one', 'two', 'three']
    await Promise.all(titles.map((title) => store.write(sample, { ...book, title })))
    expect((await store.read(sample)).title).toBe('three')
  })

  it('that are damaged are refused, and stay as they are', async () => {
    const store = openNotes(folder)
    await store.write(sample, book)
    const file = join(folder, 'notes', readdirSync(join(folder, 'notes'))[0]!)
    writeFileSync(file, '{')
    await expect(store.read(sample)).rejects.toMatchObject({ fault: { code: 'notes-damaged' } })
    expect(readFileSync(file, 'utf8')).toBe('{')
  })

  it('last as long as the process where there is no folder for them', async () => {
    const store = openNotes(null)
    await store.write(sample, book)
    expect(await store.read(sample)).toEqual(book)
    expect(await openNotes(null).read(sample)).toEqual({ title: '', notes: [] })
  })
})
