// The hellos of a conversation in words, for comparing them.

import type { Analysis } from '../analyse.ts'
import type { Hello, Hellos } from '../contract/compare.ts'
import { viewHandshake, type Parsed } from '../diagnosis/view.ts'
import { cipherSuites } from '../registries/cipher-suites.ts'
import { extensionTypes } from '../registries/extensions.ts'
import { supportedGroups } from '../registries/groups.ts'
import { isGrease, nameOf, type Registry } from '../registries/registry.ts'
import { signatureSchemes } from '../registries/signatures.ts'
import { compressionMethods, versions } from '../registries/tls.ts'
import type { ClientHello, Extension, ServerHello } from '../tls/messages.ts'

/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV and TLS_FALLBACK_SCSV. */
const signals: readonly number[] = [0x00ff, 0x5600]

/** Hellos of the first handshake; GREASE values (RFC 8701) are left out, for they differ by design. */
export function helloViews(analysis: Analysis): Hellos {
  const view = viewHandshake(analysis.conversation, 1)
  const first = view.firstHello ?? view.hello
  return {
    client: first === null ? null : clientView(first),
    retry: view.retry === null ? null : serverView(view.retry, null),
    server:
      view.serverHello === null
        ? null
        : serverView(view.serverHello, view.serverKeyExchange?.body.group ?? null),
  }
}

function clientView({ message, body }: Parsed<ClientHello>): Hello {
  return {
    ...placeOf(message),
    versions: names(versions, body.supportedVersions ?? [body.version]),
    cipherSuites: names(
      cipherSuites,
      body.cipherSuites.filter((suite) => !signals.includes(suite)),
    ),
    signals: names(
      cipherSuites,
      body.cipherSuites.filter((suite) => signals.includes(suite)),
    ),
    groups: namesOrNull(supportedGroups, body.supportedGroups),
    keyShares: namesOrNull(supportedGroups, body.keyShares),
    signatureAlgorithms: namesOrNull(signatureSchemes, body.signatureAlgorithms),
    alpn: body.alpn === null ? null : [...body.alpn],
    serverName: body.serverName,
    extensions: extensionNames(body.extensions),
    sessionId: body.sessionId.length,
    compression: names(compressionMethods, body.compressionMethods),
  }
}

/** `exchanged`: the group of a ServerKeyExchange, where the hello itself names none. */
function serverView({ message, body }: Parsed<ServerHello>, exchanged: number | null): Hello {
  const group = body.keyShareGroup ?? exchanged
  return {
    ...placeOf(message),
    versions: names(versions, [body.negotiatedVersion]),
    cipherSuites: names(cipherSuites, [body.cipherSuite]),
    signals: [],
    groups: group === null ? null : names(supportedGroups, [group]),
    keyShares: null,
    signatureAlgorithms: null,
    alpn: body.alpn === null ? null : [body.alpn],
    serverName: null,
    extensions: extensionNames(body.extensions),
    sessionId: body.sessionId.length,
    compression: names(compressionMethods, [body.compressionMethod]),
  }
}

function placeOf(message: Parsed<ClientHello>['message']): Pick<Hello, 'packet' | 'stream' | 'bytes'> {
  return {
    packet: message.packet,
    stream: [message.start, message.end],
    bytes: message.bytes.length,
  }
}

function names(registry: Registry, numbers: readonly number[]): string[] {
  return numbers
    .filter((number) => !(registry.grease && isGrease(number)))
    .map((number) => nameOf(registry, number))
}

function namesOrNull(registry: Registry, numbers: readonly number[] | null): string[] | null {
  return numbers === null ? null : names(registry, numbers)
}

function extensionNames(extensions: readonly Extension[] | null): string[] {
  return names(
    extensionTypes,
    (extensions ?? []).map((extension) => extension.type),
  )
}
