// "What if it were Windows X?": one captured hello, or one server's choice, held against Windows versions (schannel §9).

import type { WhatIf, WhatIfCellName, WhatIfQuestion, WhatIfRow } from '../contract/whatif.ts'
import { whatIfSchemaName } from '../contract/whatif.ts'
import { isTls13 } from '../registries/tls.ts'
import type { Profile } from '../schannel/profiles.ts'
import { assumptionsOf } from './assumptions.ts'
import { type Ending, goesOn, refusedBy, refusedByRfc, told } from './calls.ts'
import { type Captured, capturedRow } from './captured.ts'
import { type Cells, firstMissing } from './cells.ts'
import { clientOffer } from './client.ts'
import { type ServerAnswer, serverAnswer } from './server.ts'
import { type Choice, type Subject, subjectOf } from './subject.ts'

/**
 * Asks each of `profiles` (oldest first) what it would do on `question.side` of this conversation. Rows come newest first,
 * the captured side before them. What cannot be asked is said in `problem`.
 */
export function whatIf(
  captured: Captured,
  question: Pick<WhatIfQuestion, 'side' | 'serverKey'>,
  profiles: readonly Profile[],
): WhatIf {
  const { conversation, outcome } = captured
  const { side } = question
  const subject = subjectOf(conversation, question.serverKey)
  const head = {
    schema: whatIfSchemaName,
    side,
    conversation: {
      id: conversation.id,
      client: conversation.clientEndpoint,
      server: conversation.serverEndpoint,
      serverName: subject.hello?.body.serverName ?? null,
      outcome: outcome.outcome,
      packet: (side === 'server' ? subject.hello?.message.packet : subject.choice?.packet) ?? null,
    },
  } as const
  const problem = problemOf(side, subject)
  if (problem !== null)
    return { ...head, problem, summary: problem, serverKey: null, assumptions: [], rows: [] }
  const answers = [...profiles].reverse().map((profile) => rowOf(profile, side, subject))
  return {
    ...head,
    problem: null,
    summary: summaryOf(side, answers),
    serverKey: { text: subject.key.text, from: subject.key.from },
    assumptions: assumptionsOf(side, subject, profiles, answers),
    rows: [capturedRow(captured, side, subject), ...answers],
  }
}

function problemOf(side: WhatIf['side'], { hello, choice }: Subject): string | null {
  if (side === 'server' && hello === null)
    return 'The capture holds no readable ClientHello of this conversation.'
  if (side === 'client' && choice === null)
    return 'The server chose nothing in this conversation: there is no ServerHello to hold against Windows clients.'
  return null
}

function rowOf(profile: Profile, side: WhatIf['side'], subject: Subject): WhatIfRow {
  return side === 'server' ? serverRow(profile, subject) : clientRow(profile, subject)
}

function serverRow(profile: Profile, subject: Subject): WhatIfRow {
  const hello = subject.hello!.body
  const answer = serverAnswer({ profile, hello, key: subject.key, datagrams: subject.datagrams })
  const first = firstMissing(answer.cells)
  const verdict =
    first !== null
      ? 'refuses'
      : answer.retries
        ? 'retries'
        : answer.unlistedVersion
          ? 'peer-refuses'
          : 'accepts'
  return {
    ...headOf(profile),
    verdict,
    cells: answer.cells,
    firstMissing: first,
    because: because(verdict, first, answer.cells),
    ...serverEnding(answer, first, subject, hello.version === 0x0002),
  }
}

/** Windows' refusals in schannel §6.3 name suites and versions; whatever keeps every suite from use ends like a missing one. */
function serverEnding(
  answer: ServerAnswer,
  first: WhatIfCellName | null,
  { datagrams }: Subject,
  sslv2Only: boolean,
): Ending {
  // A DTLS server answers the first ClientHello with a cookie (schannel §4.8 row 2).
  const ordinal = datagrams ? 2 : 1
  const tls13 = answer.version !== null && isTls13(answer.version)
  if (first === null) {
    if (answer.retries) return goesOn('server', ordinal, 'inferred', 'schannel §4.4 HelloRetryRequest row 2')
    const source = datagrams ? 'schannel §4.8 row 4' : tls13 ? 'schannel §4.4 row 2' : 'schannel §4.1 row 2'
    const ending = goesOn(
      'server',
      ordinal,
      tls13 ? 'inferred' : datagrams ? 'seen-in-apps' : 'seen-on-windows',
      source,
    )
    // RFC 8446 appendix D.1
    return answer.unlistedVersion ? { ...ending, ...told('client', 70, 'no-common-version') } : ending
  }
  if (sslv2Only) return refusedBy('server', ordinal, 25, 'no-common-version')
  if (first === 'version') return refusedBy('server', ordinal, 3, 'no-common-version')
  if (answer.lacksExtension)
    return refusedByRfc(
      'server',
      ordinal,
      'SEC_E_ILLEGAL_MESSAGE',
      109,
      'RFC 8446 §9.2; status not documented',
    )
  if (first === 'cipherSuite') return refusedBy('server', ordinal, 1, 'no-common-cipher')
  return refusedBy('server', ordinal, 1, tls13 ? 'no-common-group' : 'no-common-cipher', true)
}

function clientRow(profile: Profile, subject: Subject): WhatIfRow {
  const choice = subject.choice!
  const cells = clientOffer(profile, choice, subject.key)
  const first = firstMissing(cells)
  const verdict = first === null ? 'accepts' : 'refuses'
  return {
    ...headOf(profile),
    verdict,
    cells,
    firstMissing: first,
    because: offerSentence(first, cells, choice),
    ...clientEnding(first, subject),
  }
}

/** If the server chose it all the same: schannel §6.3 rows 4, 5 and 35. */
function clientEnding(first: WhatIfCellName | null, { choice, key, datagrams }: Subject): Ending {
  const ordinal = datagrams ? 3 : 2
  switch (first) {
    case null:
      return isTls13(choice!.version)
        ? goesOn('client', ordinal, 'inferred', 'schannel §4.4 row 3, before the flight is whole')
        : goesOn('client', ordinal, 'seen-on-windows', 'schannel §4.1 row 3')
    case 'version':
      return refusedBy('client', ordinal, 4, 'no-common-version')
    case 'cipherSuite':
      return refusedBy('client', ordinal, 5, 'malformed-message')
    case 'certificate':
      return key.curve === null
        ? refusedBy('client', ordinal, 35, 'weak-key')
        : refusedBy('client', ordinal, 5, 'malformed-message', true)
    case 'group':
    case 'signature':
      return refusedBy('client', ordinal, 5, 'malformed-message', true)
  }
}

function headOf({
  id,
  name,
  build,
  edited,
}: Profile): Pick<WhatIfRow, 'profile' | 'name' | 'build' | 'edited'> {
  return { profile: id, name, build, edited }
}

const cellWords: Readonly<Record<WhatIfCellName, string>> = {
  version: 'protocol version',
  cipherSuite: 'cipher suite',
  group: 'group',
  certificate: 'certificate',
  signature: 'signature algorithm',
}

function because(verdict: WhatIfRow['verdict'], first: WhatIfCellName | null, cells: Cells): string {
  const { version, cipherSuite, group } = cells
  if (first !== null) return `No common ${cellWords[first]}: ${cells[first].text}.`
  const chosen = `${version.value ?? ''} with ${cipherSuite.value ?? ''}${group.value === null ? '' : ` and ${group.value}`}`
  if (verdict === 'retries')
    return `${chosen}, after a HelloRetryRequest: the client sent no key share for it.`
  if (verdict === 'peer-refuses')
    return `${chosen}; the client lists its versions without ${version.value ?? ''} and must refuse (alert 70).`
  return `${chosen}.`
}

function offerSentence(first: WhatIfCellName | null, cells: Cells, choice: Choice): string {
  if (first === null) return 'Its ClientHello would have offered all that the server chose.'
  return `It does not offer the ${cellWords[first]} the server chose: ${cells[first].server?.[0] ?? cells[first].text}${cells[first].server === null ? '' : ` (${cells[first].text})`}${choice.sealed ? ', as far as it is visible' : ''}.`
}

/** How many, and what the others miss most often. */
function summaryOf(side: WhatIf['side'], rows: readonly WhatIfRow[]): string {
  const good = rows.filter(({ verdict }) => verdict === 'accepts' || verdict === 'retries')
  const versions = `${String(good.length)} of ${String(rows.length)} Windows version${rows.length === 1 ? '' : 's'}`
  const does =
    side === 'server' ? 'would accept this ClientHello' : 'would have offered what the server chose'
  const counted = `${versions} ${does}${rows.some(({ edited }) => edited) ? '' : ' with their defaults'}.`
  const others = rows.filter((row) => !good.includes(row))
  if (others.length === 0) return counted
  const misses = new Map<string, number>()
  for (const { firstMissing: first } of others) {
    const word = first === null ? 'version that the client allows' : cellWords[first]
    misses.set(word, (misses.get(word) ?? 0) + 1)
  }
  const [word] = [...misses].sort((a, b) => b[1] - a[1])[0]!
  const who =
    others.length === rows.length
      ? 'All'
      : others.length === 1
        ? others[0]!.name
        : `The other ${String(others.length)}`
  const one = others.length === 1
  if (side === 'client') return `${counted} ${who} ${one ? 'does' : 'do'} not offer its ${word}.`
  return `${counted} ${who} first miss${one ? 'es' : ''} a common ${word}.`
}
