// What a session works with: the core's analysis, the report printers, the key log reader, profiles, meanings.

import { readFile } from 'node:fs/promises'
import type { Notebook } from '../../shared/contract/notes.ts'
import type { ReportRow, Warning } from '../../shared/contract/report.ts'
import { explain } from '../../shared/diagnosis/explain.ts'
import { parseKeyLog } from '../../shared/secrets/keylog.ts'
import { profileViews } from '../../shared/whatif/profiles.ts'
import { analyseFile } from './analyse.ts'
import type { OpenCapture } from './analyse.ts'
import { saveCapture } from './export.ts'
import { openNotes } from './notes.ts'
import { loadPolicyFile, loadProfileFile, profileText } from './profile-file.ts'
import { previewOf, reportPieces } from './report.ts'
import type { Preview, ReportOptions } from './report.ts'
import type { PreviewRequest, Tools } from './session.ts'

export const tools: Tools = {
  analyse: analyseFile,
  report,
  preview,
  save: saveCapture,
  notes: openNotes(null),
  keys,
  explain,
  profiles: profileViews,
  loadProfile: loadProfileFile,
  loadPolicy: loadPolicyFile,
  profileText,
}

function report(
  capture: OpenCapture,
  rows: readonly ReportRow[],
  request: PreviewRequest,
  notes: Notebook | null,
): Iterable<string> {
  return reportPieces(capture, rows, optionsOf(request, notes))
}

function preview(
  capture: OpenCapture,
  rows: readonly ReportRow[],
  request: PreviewRequest,
  notes: Notebook | null,
): Preview {
  return previewOf(capture, rows, optionsOf(request, notes))
}

function optionsOf(request: PreviewRequest, notes: Notebook | null): ReportOptions {
  const { format, scope, title, redact, replay } = request
  return {
    format: format === 'pdf' ? 'html' : format,
    // Conversations that were picked are drawn whether they failed or not.
    full: format !== 'jsonl' && (Array.isArray(scope) || scope === 'filtered'),
    title,
    redact,
    notes,
    replay,
  }
}

async function keys(
  path: string,
  rows: readonly ReportRow[],
): Promise<{ secrets: number; matched: number; warnings: Warning[] }> {
  const { log, warnings } = parseKeyLog(await readFile(path, 'utf8'))
  const opened = rows.filter(({ handshakes }) =>
    handshakes.some(
      ({ clientRandom }) =>
        clientRandom !== null && log.has(new Uint8Array(Buffer.from(clientRandom, 'hex'))),
    ),
  )
  return {
    secrets: log.size,
    matched: opened.length,
    warnings: warnings.map(({ code, text }) => ({ code, text, offset: null, packet: null })),
  }
}
