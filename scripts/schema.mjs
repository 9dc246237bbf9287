// `node scripts/schema.mjs`: writes the JSON Schemas in docs/ from the contract's zod schemas. A test says when to.

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'rolldown'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const file = join(root, 'node_modules/.cache/schema/schema.js')
await build({
  input: join(root, 'shared/report/schema.ts'),
  platform: 'node',
  output: { file, format: 'esm' },
  logLevel: 'warn',
})
const { jsonSchemas } = await import(pathToFileURL(file))
for (const [name, schema] of Object.entries(jsonSchemas()))
  writeFileSync(join(root, 'docs', name), `${JSON.stringify(schema, null, 2)}\n`)
