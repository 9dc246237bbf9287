// Every rule as a page of documentation, made from the rules themselves.

import { neighbourRules } from './rules/neighbours.ts'
import { rules } from './rules.ts'

/** docs/diagnosis.md: one row a rule, with scenario, precondition, evidence, confidence and sources. */
export function rulesDocument(): string {
  const count = rules.length + neighbourRules.length + 1
  return [
    '# The rules of the diagnosis',
    '',
    `Made from the rules by \`node scripts/diagnosis.mjs\`; do not edit. ${String(count)} rules.`,
    '',
    'A conversation that failed is judged first: candidate causes, ranked, the first of which is the verdict (`shared/diagnosis/judge.ts`). The rules then say what was found, with evidence, remedy and what Windows would have said. *observed*: the bytes say so; *likely* and *possible*: they fit.',
    '',
    '## Rules over one conversation',
    '',
    ...table(rules),
    '',
    '## Rules over the neighbours of a conversation, at the end of the capture',
    '',
    ...table([...neighbourRules, revocationRow]),
    '',
  ].join('\n')
}

const revocationRow = {
  id: 'revocation-fetch-failed',
  scenario: 'S25',
  precondition:
    'While a handshake that failed was pending, the client looked up or fetched the CRL or OCSP host of the certificate in vain.',
  evidence: 'The DNS or HTTP answer.',
  confidence: 'likely',
  sources: ['field S25'],
}

function table(rows: readonly Omit<(typeof rules)[number], 'check' | 'asks'>[]): readonly string[] {
  return [
    '| scenario | rule | applies when | evidence | confidence | sources |',
    '|---|---|---|---|---|---|',
    ...rows
      .toSorted((a, b) => (a.scenario ?? 'T').localeCompare(b.scenario ?? 'T'))
      .map(
        ({ id, scenario, precondition, evidence, confidence, sources }) =>
          `| ${[scenario ?? '', `\`${id}\``, precondition, evidence, confidence, sources.join(', ')].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
      ),
  ]
}
