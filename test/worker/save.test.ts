import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { saveWhole } from '../../electron/save.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'save-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('saveWhole', () => {
  it('writes all pieces as UTF-8 and says how many bytes that were', async () => {
    const path = join(folder, 'report.txt')
    const pieces = ['é', 'x'.repeat(200_000), '→']
    await expect(saveWhole(path, pieces)).resolves.toBe(200_005)
    expect(readFileSync(path, 'utf8')).toBe(pieces.join(''))
    expect(readdirSync(folder)).toEqual(['report.txt'])
  })

  it('replaces an old file', async () => {
    const path = join(folder, 'report.txt')
    writeFileSync(path, 'old and longer')
    await saveWhole(path, new Uint8Array([110, 101, 119]))
    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  it('leaves the old file where the system wrote less than it was given, without a word', async () => {
    const path = join(folder, 'report.txt')
    writeFileSync(path, 'old')
    const file = await open(path)
    const files = Object.getPrototypeOf(file) as FileHandle
    await file.close()
    const short = vi.spyOn(files, 'appendFile').mockImplementation(async function (this: FileHandle, data) {
      await this.write(data.slice(1) as string)
    })
    await expect(saveWhole(path, 'a longer text')).rejects.toThrow('Only')
    short.mockRestore()
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['report.txt'])
  })

  it('leaves the old file and nothing else when the report breaks off', async () => {
    const path = join(folder, 'report.txt')
    writeFileSync(path, 'old')
    function* breaking() {
      yield 'x'.repeat(200_000)
      throw new Error('broken off')
    }
    await expect(saveWhole(path, breaking())).rejects.toThrow('broken off')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['report.txt'])
  })

  it('leaves nothing behind where the destination cannot be written', async () => {
    mkdirSync(join(folder, 'taken'))
    await expect(saveWhole(join(folder, 'taken'), ['x'])).rejects.toThrow()
    await expect(saveWhole(join(folder, 'missing', 'report.txt'), ['x'])).rejects.toMatchObject({
      code: 'ENOENT',
    })
    expect(readdirSync(folder)).toEqual(['taken'])
  })
})
