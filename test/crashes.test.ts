// Inputs that once broke the core, found by the fuzz loop: each runs through all of it and must say the same in both passes.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { crashes } from './fuzz/crashes.ts'
import { runCapture } from './fuzz/target.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-test-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('a capture with', () => {
  it.each(crashes)('$what is read to its end', async ({ base64, keylog }) => {
    const path = join(folder, 'capture.pcap')
    writeFileSync(path, Buffer.from(base64, 'base64'))
    const log = join(folder, 'keys.log')
    writeFileSync(log, keylog ?? '')
    await runCapture(path, keylog === undefined ? null : log)
  })
})
