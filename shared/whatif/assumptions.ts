// What an answer rests on besides the capture and the profiles. Each is said with the answer it bears on.

import type { WhatIf, WhatIfRow } from '../contract/whatif.ts'
import type { Side } from '../conversation/facts.ts'
import { offeredVersions, versionName } from '../diagnosis/offer.ts'
import { isTls13 } from '../registries/tls.ts'
import type { Profile } from '../schannel/profiles.ts'
import type { Subject } from './subject.ts'

type Assumption = WhatIf['assumptions'][number]

/** `rows` are the answers of `profiles`, in any order. */
export function assumptionsOf(
  side: Side,
  subject: Subject,
  profiles: readonly Profile[],
  rows: readonly WhatIfRow[],
): Assumption[] {
  const { hello, choice, key } = subject
  const found: Assumption[] = [
    {
      id: 'defaults',
      text: `Each version with the defaults Microsoft documents for it${profiles.some(({ edited }) => edited) ? ', and what was changed in it' : ''}. Policy, registry, updates and the application itself may change any of them.`,
      source: 'schannel §9',
    },
    {
      id: 'signature-algorithms',
      text: 'No source lists the signature algorithms of each version: those of one family of Windows ClientHellos stand in for all, without RSA-PSS before Windows 10 1607.',
      source: 'schannel §9.5',
    },
  ]
  if (side === 'server') {
    found.push(
      {
        id: 'server-key',
        text: {
          captured: `The Windows server holds the key of the captured certificate: ${key.text}.`,
          suite: `No certificate is seen; the key is of the kind that the chosen suite needs: ${key.text}.`,
          assumed: `The Windows server holds a key of this kind, which the capture does not show: ${key.text}.`,
        }[key.from],
        source: 'this question',
      },
      {
        id: 'server-order',
        text: "The server's order decides: its first suite that the client offers, then its first group.",
        source: 'schannel §9.2 (priority order); for groups inferred',
      },
      {
        id: 'full-handshake',
        text: 'A full handshake is meant: no session is resumed, and ALPN and server names are left to the application.',
        source: 'this question',
      },
    )
    const offers13 = hello?.body.supportedVersions?.some(isTls13) === true
    if (offers13 && profiles.some((profile) => !knows13(profile)))
      found.push({
        id: 'version-field',
        text: 'Versions that do not know TLS 1.3 do not read supported_versions either: they go by the version field of the ClientHello.',
        source: 'RFC 8446 §4.2.1, RFC 5246 appendix E.1',
      })
    if (offers13 && profiles.some(knows13))
      found.push({
        id: 'version-first',
        text: 'The version is settled first: a server that chose TLS 1.3 and finds nothing in common there does not try TLS 1.2. Among common groups it prefers one with a key share.',
        source: 'RFC 8446 §4.1.1; Windows not documented',
      })
  } else {
    found.push({
      id: 'same-server',
      text: 'The server is taken to choose the same again. Offered something else, it might have chosen differently.',
      source: 'this question',
    })
    if (choice?.scheme == null)
      found.push({
        id: 'signature-hidden',
        text: 'The signature algorithm the server used is not visible and not compared.',
        source: 'this capture',
      })
  }
  return [...found, ...notesOf(side, subject, profiles, rows)]
}

function knows13({ versions }: Profile): boolean {
  return versions.server.some(({ code }) => isTls13(code))
}

/** Notes of the profiles that speak of a version at stake: the best one offered, the one the server chose, or the answer's own. */
function notesOf(
  side: Side,
  { hello, choice }: Subject,
  profiles: readonly Profile[],
  rows: readonly WhatIfRow[],
): Assumption[] {
  const asked =
    side === 'client' ? choice?.version : hello === null ? undefined : offeredVersions(hello.body)[0]
  return profiles.flatMap(({ id, name, notes }) => {
    const answered = rows.find(({ profile }) => profile === id)?.cells.version.value ?? ''
    const atStake = [answered, asked === undefined ? '' : versionName(asked)]
    const speaks = (note: string) =>
      [...note.matchAll(/(?<!D)TLS 1\.(\d)(?:\/1\.(\d))?/g)].some(([, one, other]) =>
        atStake.some((version) => version === `TLS 1.${one!}` || version === `TLS 1.${other ?? ''}`),
      )
    return notes
      .filter(speaks)
      .map((note) => ({ id: 'profile-note', text: `${name}: ${note}`, source: 'schannel §9.1' }))
  })
}
