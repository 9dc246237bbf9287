// Extensions that came with TLS 1.3 and after it (RFC 8446 §4.2).

import type { Reader } from '../bytes/reader.ts'
import { supportedGroups } from '../registries/groups.ts'
import { signatureSchemes } from '../registries/signatures.ts'
import { versions } from '../registries/tls.ts'
import { showName } from '../x509/names.ts'
import { code, codes } from './codes.ts'
import { extension, isRequest } from './extension-kinds.ts'

// RFC 8446 §4.2.11
export const preSharedKey = extension(
  (r, place): { identities: Uint8Array[] | null; index: number | null } => {
    if (place !== 'client-hello') return { identities: null, index: r.u16('selected identity') }
    const identities: Uint8Array[] = []
    const list = r.vector(2, 'identities')
    while (list.left > 0) {
      list.group('identity', () => {
        identities.push(list.opaque(2, 'identity'))
        list.u32('obfuscated ticket age')
      })
    }
    const binders = r.vector(2, 'binders')
    let count = 0
    for (; binders.left > 0; count++) binders.opaque(1, 'binder')
    if (identities.length === 0) r.fail('identities are empty')
    if (count !== identities.length) r.fail('identities and binders differ in number')
    return { identities, index: null }
  },
  (into, value) => {
    into.pskIdentities = value.identities
    into.pskIndex = value.index
  },
)

// RFC 8446 §4.2.1
export const supportedVersions = extension(
  (r, place) =>
    place === 'client-hello' ? codes(r, versions, 1, 'versions', 'version') : code(r, versions, 'version'),
  (into, value) => {
    if (typeof value === 'number') into.selectedVersion = value
    else into.supportedVersions = value
  },
)

// RFC 8446 §4.2.8
export const keyShare = extension(
  (r, place): number[] | number => {
    if (place === 'hello-retry-request') return code(r, supportedGroups, 'selected group')
    if (place !== 'client-hello') return keyShareEntry(r)
    const list = r.vector(2, 'key shares')
    const groups: number[] = []
    while (list.left > 0) groups.push(keyShareEntry(list))
    return groups
  },
  (into, value) => {
    if (typeof value === 'number') into.selectedGroup = value
    else into.keyShares = value
  },
)

function keyShareEntry(r: Reader): number {
  return r.group('key share', () => {
    const group = code(r, supportedGroups, 'group')
    const at = r.at
    if (r.opaque(2, 'key exchange').length === 0) r.fail('key exchange is empty', at)
    return group
  })
}

// RFC 8446 §4.2.10: a size in tickets only
export const earlyData = extension((r, place) =>
  place === 'new-session-ticket' ? r.u32('maximum early data') : null,
)

// RFC 8446 §4.2.4
export const certificateAuthorities = extension(
  (r) => {
    const list = r.vector(2, 'authorities')
    return { length: list.left, names: readAuthorities(list) }
  },
  (into, value) => {
    into.certificateAuthorities = value
  },
)

/** Distinguished names, each with a two-octet length, to the end of the reader. */
export function readAuthorities(list: Reader): Uint8Array[] {
  const names: Uint8Array[] = []
  while (list.left > 0) {
    const name = list.vector(2, 'authority')
    names.push(name.bytes.slice(name.at, name.end))
    showName(name)
  }
  return names
}

// RFC 8446 §4.2.5
export const oidFilters = extension((r) => {
  const list = r.vector(2, 'filters')
  while (list.left > 0) {
    list.group('filter', () => {
      list.opaque(1, 'certificate extension OID')
      list.opaque(2, 'certificate extension values')
    })
  }
})

// RFC 9345 §4
export const delegatedCredential = extension((r, place) => {
  if (isRequest(place)) {
    codes(r, signatureSchemes, 2, 'signature schemes', 'signature scheme')
    return
  }
  r.u32('valid time')
  code(r, signatureSchemes, 'signature scheme of the credential')
  r.opaque(3, 'public key')
  code(r, signatureSchemes, 'signature scheme')
  r.opaque(2, 'signature')
})

// RFC 9149 §3
export const ticketRequest = extension((r, place) => {
  if (place === 'client-hello') {
    r.u8('new session count')
    r.u8('resumption count')
  } else r.u8('expected count')
})
