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

/**
 * Says what a `source` of a report refers to, for a reader who does not know the reference: `schannel §6.3 row 6`.
 * Null where it names no section of it (an RFC speaks for itself).
 */
export function aboutSource(source: string): string | null {
  const named = /schannel §([\d.]*\d)/.exec(source)?.[1]
  if (named === undefined) return null
  const found = sections.find(([section]) => named === section || named.startsWith(`${section}.`))
  return found === undefined ? null : `Schannel reference §${named}, ${found[1]}`
}
