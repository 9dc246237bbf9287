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
import { joinedNotes, type Notebook } from '../../shared/contract/notes.ts'

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

describe('notes beside the capture', () => {
  it('are written only when asked for, and found by whoever gets both files', async () => {
    const path = join(folder, 'a.pcap')
    copyFileSync(sample, path)
    const store = openNotes(join(folder, 'data'))
    await store.write(path, book)
    expect(await store.beside(path)).toBeNull()
    await store.write(path, { ...book, beside: true })
    expect(readdirSync(folder)).toContain('a.pcap.notes.json')
    expect(await openNotes(join(folder, 'elsewhere')).beside(path)).toEqual(book)
  })

  it('are none where the file is no notebook', async () => {
    const path = join(folder, 'a.pcap')
    writeFileSync(`${path}.notes.json`, '{"title":7}')
    expect(await openNotes(folder).beside(path)).toBeNull()
  })

  it('join what is known: on one place the note written last', () => {
    const [first] = book.notes
    if (first === undefined) throw new Error('There is a note.')
    const newer = { ...first, text: 'Asked.', written: '2026-11-23T10:00:00Z' }
    const elsewhere = { ...first, key: 'cd', text: 'Another.' }
    expect(joinedNotes(book, { title: 'X', notes: [newer, elsewhere] })).toEqual({
      title: 'Case 4711',
      notes: [newer, elsewhere],
    })
  })
})

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
