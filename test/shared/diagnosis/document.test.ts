// docs/diagnosis.md is what the rules say.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { rulesDocument } from '../../../shared/diagnosis/document.ts'

it('docs/diagnosis.md is up to date: run node scripts/diagnosis.mjs', () => {
  expect(readFileSync('docs/diagnosis.md', 'utf8')).toBe(rulesDocument())
})
