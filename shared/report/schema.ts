// JSON Schemas of what is printed as JSON, made from the contract.

import { z } from 'zod'
import { explainSchemaName, explanation } from '../contract/explain.ts'
import { report, reportSchemaName } from '../contract/report.ts'
import { profileFile, profileSchemaName, whatIf, whatIfSchemaName } from '../contract/whatif.ts'

/** JSON Schema (draft 2020-12) of `handshake-report/1`. Unknown keys are allowed: additions stay version 1. */
export function reportJsonSchema(): object {
  return schemaOf(
    reportSchemaName,
    'Handshake report, version 1',
    'Unknown is null, known to be none is [] or false. Times are ISO 8601 UTC with nanoseconds, or null. Readers ignore unknown keys.',
    report,
  )
}

/** By file name in docs/: every schema of the product. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return {
    'handshake-report-1.schema.json': reportJsonSchema(),
    'what-if-1.schema.json': schemaOf(
      whatIfSchemaName,
      'What if it were Windows X, version 1',
      'One row for the captured side, then one for each Windows version, newest first. Readers ignore unknown keys.',
      whatIf,
    ),
    'windows-profile-1.schema.json': schemaOf(
      profileSchemaName,
      'A changed Windows profile, version 1',
      'What is switched on or off in the defaults of a Windows version, by name or number.',
      profileFile,
    ),
    'explain-1.schema.json': schemaOf(
      explainSchemaName,
      'The meaning of a pasted error, version 1',
      'Everything recognised in the text, the most telling first. Readers ignore unknown keys.',
      explanation,
    ),
  }
}

function schemaOf(name: string, title: string, description: string, schema: z.ZodType): object {
  return {
    $id: `urn:${name.replace('/', ':')}`,
    title,
    description,
    ...z.toJSONSchema(schema, { io: 'input' }),
  }
}
