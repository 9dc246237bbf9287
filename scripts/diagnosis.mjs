// Writes docs/diagnosis.md from the rules.

import { mkdir, writeFile } from 'node:fs/promises'
import { runnerImport } from 'vite'

const { module } = await runnerImport('./shared/diagnosis/document.ts')
await mkdir('docs', { recursive: true })
await writeFile('docs/diagnosis.md', module.rulesDocument())
