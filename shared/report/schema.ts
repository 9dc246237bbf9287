// The JSON Schema of the report, made from the contract.

import { z } from 'zod'
import { report, reportSchemaName } from '../contract/report.ts'

/** JSON Schema (draft 2020-12) of `handshake-report/1`. Unknown keys are allowed: additions stay version 1. */
export function reportJsonSchema(): object {
  return {
    $id: `urn:${reportSchemaName.replace('/', ':')}`,
    title: 'Handshake report, version 1',
    description:
      'Unknown is null, known to be none is [] or false. Times are ISO 8601 UTC with nanoseconds, or null. Readers ignore unknown keys.',
    ...z.toJSONSchema(report, { io: 'input' }),
  }
}
