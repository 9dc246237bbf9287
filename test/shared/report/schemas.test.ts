import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { jsonSchemas } from '../../../shared/report/schema.ts'

describe('the JSON Schemas in docs', () => {
  it.each(Object.entries(jsonSchemas()))(
    '%s is up to date (else: node scripts/schema.mjs)',
    (name, schema) => {
      const committed: unknown = JSON.parse(readFileSync(`docs/${name}`, 'utf8'))
      expect(committed).toEqual(JSON.parse(JSON.stringify(schema)))
      expect(JSON.stringify(schema)).not.toContain('"additionalProperties":false')
    },
  )
})
