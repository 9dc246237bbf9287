// What each side has, and where they would meet: the sets that findings show beside their sentence.

import { supportedGroups } from '../registries/groups.ts'
import { nameOf } from '../registries/registry.ts'
import type { Registry } from '../registries/registry.ts'
import { cipherSuites } from '../registries/cipher-suites.ts'
import { signatureSchemes } from '../registries/signatures.ts'
import { versions } from '../registries/tls.ts'
import type { SetRow } from './finding.ts'
import { offeredVersions, suitesOf, usefulNumbers } from './offer.ts'
import type { HandshakeView } from './view.ts'

/** All sets that a hello negotiates. The server's column is what it chose here; null where it chose nothing. */
export function negotiationSets(view: HandshakeView): readonly SetRow[] {
  return [versionSet(view), cipherSet(view), groupSet(view), schemeSet(view), alpnSet(view)].filter(
    (set) => set.client !== null || set.server !== null,
  )
}

export function versionSet(view: HandshakeView): SetRow {
  const hello = view.hello?.body
  const chosen = view.serverHello?.body.negotiatedVersion
  return setOf('protocol versions', versions, hello === undefined ? null : offeredVersions(hello), chosen)
}

export function cipherSet(view: HandshakeView): SetRow {
  const hello = view.hello?.body
  return setOf(
    'cipher suites',
    cipherSuites,
    hello === undefined ? null : suitesOf(hello).map((suite) => suite.code),
    view.serverHello?.body.cipherSuite,
  )
}

export function groupSet(view: HandshakeView): SetRow {
  const groups = view.hello?.body.supportedGroups ?? null
  return setOf(
    'groups',
    supportedGroups,
    groups === null ? null : usefulNumbers(groups),
    view.serverKeyExchange?.body.group ??
      view.serverHello?.body.keyShareGroup ??
      view.retry?.body.keyShareGroup ??
      undefined,
  )
}

export function schemeSet(view: HandshakeView): SetRow {
  const schemes = view.hello?.body.signatureAlgorithms ?? null
  return setOf(
    'signature algorithms',
    signatureSchemes,
    schemes === null ? null : usefulNumbers(schemes),
    view.serverKeyExchange?.body.scheme ?? view.certificateVerify.server?.body.scheme ?? undefined,
  )
}

export function alpnSet(view: HandshakeView): SetRow {
  const client = view.hello?.body.alpn ?? null
  const chosen = view.serverHello?.body.alpn ?? null
  return {
    what: 'application protocols',
    client: client === null ? null : [...client],
    server: chosen === null ? null : [chosen],
    common: chosen === null || client === null ? null : client.filter((name) => name === chosen),
  }
}

function setOf(
  what: string,
  registry: Registry,
  client: readonly number[] | null,
  chosen: number | undefined,
): SetRow {
  const names = (numbers: readonly number[]) => numbers.map((number) => nameOf(registry, number))
  return {
    what,
    client: client === null ? null : names(client),
    server: chosen === undefined ? null : names([chosen]),
    common:
      chosen === undefined || client === null ? null : names(client.filter((number) => number === chosen)),
  }
}
