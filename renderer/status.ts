// Which glyph and word a status or an outcome has. Shape, word, colour, in that order.

import { statuses, type StatusName } from '../shared/sspi/status.ts'

export type GlyphName = 'ok' | 'wait' | 'need' | 'fail' | 'note' | 'part'

const words: Readonly<Record<GlyphName, string>> = {
  ok: 'ok',
  wait: 'waiting',
  need: 'needs bytes',
  fail: 'failed',
  note: 'notice',
  part: 'incomplete',
}

export function wordOf(glyph: GlyphName): string {
  return words[glyph]
}

/** The glyph of a SECURITY_STATUS name. */
export function glyphOf(status: string): GlyphName {
  if (status === 'SEC_E_OK') return 'ok'
  if (status === 'SEC_I_CONTINUE_NEEDED') return 'wait'
  if (status === 'SEC_E_INCOMPLETE_MESSAGE') return 'need'
  if (status.startsWith('SEC_I_')) return 'note'
  return 'fail'
}

export type Outcome = 'established' | 'failed' | 'incomplete' | 'none'

const outcomes: Readonly<Record<Outcome, { glyph: GlyphName; word: string }>> = {
  established: { glyph: 'ok', word: 'Established' },
  failed: { glyph: 'fail', word: 'Failed' },
  incomplete: { glyph: 'part', word: 'Incomplete' },
  none: { glyph: 'part', word: 'No handshake' },
}

export function outcomeOf(outcome: Outcome): { glyph: GlyphName; word: string } {
  return outcomes[outcome]
}

export function severityGlyph(severity: 'error' | 'warning' | 'info'): GlyphName {
  return severity === 'error' ? 'fail' : severity === 'warning' ? 'need' : 'note'
}

export function verdictGlyph(verdict: 'ok' | 'bad' | 'cannot-tell'): GlyphName {
  return verdict === 'ok' ? 'ok' : verdict === 'bad' ? 'fail' : 'part'
}

/** How words of the field are written where a cause's id has them small. */
const spelled: Readonly<Record<string, string>> = Object.fromEntries(
  'ALPN CA DHE EAP FIPS FTP HTTP LDAP LDAPS MAC MTU PSS QUIC RDP RDSTLS RSA SCSV STARTTLS TDS TLS DTLS CredSSP SSLv2'
    .split(' ')
    .map((word) => [word.toLowerCase(), word]),
)

/** A cause as words: `alpn-mismatch` is `ALPN mismatch`, `one-sided-capture` is `one-sided capture`. */
export function causeWords(cause: string): string {
  return cause
    .split('-')
    .map((word) => spelled[word] ?? word.replace(/^tls(\d)(\d)$/, 'TLS $1.$2'))
    .join(' ')
    .replace('one sided', 'one-sided')
}

function isStatusName(name: string): name is StatusName {
  return Object.hasOwn(statuses, name)
}

/** What a status means, in a few words; '' for names the registry does not have. The alert numbers of the registry are left out. */
export function meaningOf(name: string): string {
  if (!isStatusName(name)) return ''
  return statuses[name].meaning.replace(/; (?:also )?alerts? .*$/, '')
}

/** `ISC`, `ASC`, `DM`, … as cards show them. */
export function abbreviation(name: string): string {
  return (
    {
      InitializeSecurityContext: 'ISC',
      AcceptSecurityContext: 'ASC',
      DecryptMessage: 'DM',
      ApplyControlToken: 'ACT',
      DeleteSecurityContext: 'DSC',
    }[name] ?? name
  )
}

/** `ISC #2`, as cards and the inspector call a call. */
export function callName(call: { readonly function: string; readonly ordinal: number }): string {
  return `${abbreviation(call.function)} #${String(call.ordinal)}`
}

/** `observed` … in the words of the page. */
export function basisWords(basis: string): string {
  return (
    {
      documented: 'documented',
      'seen-on-windows': 'seen on Windows',
      'seen-in-apps': 'seen in application logs',
      rfc: 'from the RFC',
      inferred: 'inferred',
    }[basis] ?? basis
  )
}

/** `TOKEN`, `EMPTY`, … without the common prefix. */
export function bufferName(type: string): string {
  return type.replace(/^SECBUFFER_/, '')
}
