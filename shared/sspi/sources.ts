// What the sections of the Schannel reference are about, and which public documents they rest on (docs/sources.md).

/** By section, the longest name first. */
const sections: readonly (readonly [section: string, about: string])[] = [
  [
    '6.1',
    'an alert that is received and the status it becomes: Microsoft, “Schannel Error Codes for TLS and SSL Alerts”',
  ],
  [
    '6.2',
    'what current Windows returns for an alert: messages of .NET, RabbitMQ and other clients on Windows',
  ],
  [
    '6.3',
    'a failure of a side, its status and its alert: Microsoft’s Schannel pages and events, Wine’s tests on Windows, logs of applications',
  ],
  ['9.5', 'signature algorithms: one family of ClientHellos of Windows, no page of Microsoft lists them'],
  ['10', 'the System event log: Microsoft, “Schannel Events”'],
  [
    '6',
    'errors on either side: Microsoft’s pages on InitializeSecurityContext and AcceptSecurityContext, curl',
  ],
  ['1', 'status codes: winerror.h; Microsoft, “SSPI Status Codes”'],
  ['2', 'buffers of a call: sspi.h; Microsoft, “SecBuffer structure”'],
  ['3', 'flags of a call: sspi.h; Microsoft’s pages on InitializeSecurityContext and AcceptSecurityContext'],
  [
    '4',
    'the order of calls: Microsoft, “Creating an Schannel Security Context” and the pages beside it; Wine’s tests on Windows',
  ],
  [
    '5',
    'too little and too much input: Microsoft, “Extra Buffers Returned by Schannel”; Wine’s tests on Windows; curl, .NET, MsQuic',
  ],
  ['7', 'QueryContextAttributes: Microsoft’s page on it; RFC 5929, 5705 and 9266; Wine’s tests on Windows'],
  ['8', 'how applications call Schannel: the sources of curl, .NET and others'],
  [
    '9',
    'what a Windows version has switched on: Microsoft, “TLS Cipher Suites in Windows” and the pages beside it',
  ],
]

const fieldGuide =
  'failures as they are met: Microsoft’s support articles, issue trackers and forums (docs/diagnosis.md lists them)'

/** One thing that a source names. `section` is null for what speaks for itself, as an RFC does. */
interface Named {
  readonly work: string
  readonly section: string | null
}

/** What a source names: `schannel §1, §8 (msquic)`, `schannel §7.3 (tls-exporter), RFC 9266`. */
function namedIn(source: string): Named[] {
  const named: Named[] = []
  let work = ''
  for (const [, known, rfc, section] of source.matchAll(
    /\b(schannel|field)(?= §)|(RFC \d+(?:,? (?:§|section |appendix )[\w.]*\w)?)|§(\d+(?:\.\d+)*)/g,
  )) {
    if (known !== undefined) work = known
    else if (rfc !== undefined) named.push({ work: rfc, section: null })
    else if (work !== '' && section !== undefined) named.push({ work, section })
  }
  return named
}

/** The entry of the table that a section belongs to. */
function entryOf(section: string): readonly [section: string, about: string] | undefined {
  return sections.find(([name]) => section === name || section.startsWith(`${name}.`))
}

function aboutSection(work: string, section: string, about: string | undefined): string[] {
  if (work === 'field') return [`Field guide §${section}, ${fieldGuide}`]
  return about === undefined ? [] : [`Schannel reference §${section}, ${about}`]
}

/**
 * Says what a `source` of a report refers to, for a reader who does not know the reference: `schannel §6.3 row 6`.
 * Null where it names no section of it (an RFC speaks for itself).
 */
export function aboutSource(source: string): string | null {
  const said = namedIn(source).flatMap(({ work, section }) =>
    section === null ? [] : aboutSection(work, section, entryOf(section)?.[1]),
  )
  return said.length === 0 ? null : said.join('. ')
}

/** The sources that a document rests on, each once, numbered from 1 in the order in which they are first named. */
export class SourceList {
  readonly #numbers = new Map<string, number>()

  /** The numbers of what `source` names; none for what is no document (`this capture`). */
  numbersOf(source: string): number[] {
    const entries = namedIn(source).flatMap(({ work, section }) => {
      if (section === null) return [work]
      const [name, about] = entryOf(section) ?? [section, undefined]
      return aboutSection(work, work === 'field' ? section : name, about)
    })
    return [...new Set(entries)].map((entry) => {
      const number = this.#numbers.get(entry) ?? this.#numbers.size + 1
      this.#numbers.set(entry, number)
      return number
    })
  }

  /** In words, in the order of their numbers. */
  get entries(): string[] {
    return [...this.#numbers.keys()]
  }
}
