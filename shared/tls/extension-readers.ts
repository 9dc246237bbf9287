// One reader per extension number, used for the typed values and for the field tree alike.

import type { Reader } from '../bytes/reader.ts'
import { clipped } from '../bytes/text.ts'
import { maxNameLength } from '../limits.ts'
import { extensionTypes } from '../registries/extensions.ts'
import { supportedGroups } from '../registries/groups.ts'
import type { Registry } from '../registries/registry.ts'
import { signatureSchemes } from '../registries/signatures.ts'
import {
  authorizationFormats,
  cachedInformationTypes,
  certificateCompressionAlgorithms,
  certificateStatusTypes,
  certificateTypes,
  heartbeatModes,
  maxFragmentLengths,
  pointFormats,
  pskKeyExchangeModes,
  serverNameTypes,
  srtpProtectionProfiles,
  tokenBindingKeyParameters,
  trustedAuthorityTypes,
  userMappingTypes,
} from '../registries/tls.ts'
import { showName } from '../x509/names.ts'
import { code, codes, codesLeft, text } from './codes.ts'
import { readEncryptedClientHello } from './ech.ts'
import { empty, extension, flag, numbers, offer, type ExtensionReader } from './extension-kinds.ts'
import {
  certificateAuthorities,
  delegatedCredential,
  earlyData,
  keyShare,
  oidFilters,
  preSharedKey,
  supportedVersions,
  ticketRequest,
} from './extension-readers13.ts'
import { readQuicTransportParameters } from './quic-parameters.ts'

// RFC 6066 §3
const serverName = extension(
  (r, place) => {
    if (place !== 'client-hello' && r.left === 0) return null
    const list = r.vector(2, 'server name list')
    let host: string | null = null
    while (list.left > 0) {
      const type = code(list, serverNameTypes, 'name type')
      const at = list.at
      const name = text(list, 2, 'server name')
      if (type !== 0) continue
      if (name === '') list.fail('host name is empty', at)
      host ??= clipped(name, maxNameLength)
    }
    if (host === null) list.fail('no host name')
    return host
  },
  (into, name) => {
    into.serverName = name
  },
)

// RFC 6066 §8, RFC 8446 §4.4.2.1
const statusRequest = extension((r, place) => {
  if (place === 'certificate') {
    code(r, certificateStatusTypes, 'status type')
    const response = r.opaque(3, 'OCSP response')
    if (r.fields !== null) r.fields.der('OCSP response', r.at - response.length, r.at)
  } else if (r.left > 0) statusRequestItem(r)
})

function statusRequestItem(r: Reader): void {
  if (code(r, certificateStatusTypes, 'status type') === 1) ocspStatusRequest(r)
  else r.rest('request')
}

function ocspStatusRequest(r: Reader): void {
  const responders = r.vector(2, 'responder ids')
  while (responders.left > 0) responders.opaque(2, 'responder id')
  r.opaque(2, 'request extensions')
}

// RFC 6961 §2.2
const statusRequestV2 = extension((r) => {
  if (r.left === 0) return
  const list = r.vector(2, 'status requests')
  while (list.left > 0) {
    list.group('status request', () => {
      const type = code(list, certificateStatusTypes, 'status type')
      const request = list.vector(2, 'request')
      if (type === 1 || type === 2) ocspStatusRequest(request)
      else request.rest('request')
      request.done('status request')
    })
  }
})

// RFC 7301 §3.1
const alpn = extension(
  (r) => {
    const list = r.vector(2, 'protocol names')
    if (list.left === 0) r.fail('protocol names are empty')
    const names: string[] = []
    while (list.left > 0) {
      const at = list.at
      const name = text(list, 1, 'protocol name')
      if (name === '') list.fail('a protocol name is empty', at)
      names.push(name)
    }
    return names
  },
  (into, names) => {
    into.alpn = names
  },
)

// draft-vvv-tls-alps
const applicationSettings = extension((r, place) => {
  if (place !== 'client-hello') {
    r.rest('settings')
    return
  }
  const list = r.vector(2, 'protocol names')
  while (list.left > 0) text(list, 1, 'protocol name')
})

// RFC 6962 §3.3.1
const signedCertificateTimestamps = flag((r) => {
  const list = r.vector(2, 'timestamps')
  while (list.left > 0) {
    const entry = list.vector(2, 'timestamp')
    entry.group('signed certificate timestamp', () => {
      entry.u8('version')
      entry.raw(32, 'log id')
      const high = entry.u32('time, high half')
      const time = high * 2 ** 32 + entry.u32('time, low half')
      if (entry.fields !== null && time <= lastDate) entry.means(new Date(time).toISOString())
      entry.opaque(2, 'extensions')
      code(entry, signatureSchemes, 'signature scheme')
      entry.opaque(2, 'signature')
      entry.done('timestamp')
    })
  }
})

// RFC 7685 §3
const padding = extension((r) => {
  const start = r.at
  const bytes = r.rest('padding')
  if (bytes.some((octet) => octet !== 0)) r.fail('padding is not zero', start)
})

// RFC 8472 §2
const tokenBinding = extension((r) => {
  r.u8('major version')
  r.u8('minor version')
  codes(r, tokenBindingKeyParameters, 1, 'key parameters', 'key parameter')
})

// RFC 5764 §4.1.1
const useSrtp = extension((r) => {
  codes(r, srtpProtectionProfiles, 2, 'protection profiles', 'protection profile')
  r.opaque(1, 'master key identifier')
})

// RFC 5746 §3.2
const renegotiationInfo = extension((r) => r.opaque(1, 'renegotiated connection'))

// RFC 6066 §6
const trustedAuthorities = flag((r) => {
  const list = r.vector(2, 'trusted authorities')
  while (list.left > 0) {
    const type = code(list, trustedAuthorityTypes, 'identifier type')
    if (type === 2) showName(list.vector(2, 'distinguished name'))
    else if (type !== 0) list.raw(20, 'SHA-1 hash')
  }
})

// RFC 7924 §4
const cachedInformation = extension((r, place) => {
  const list = r.vector(2, 'cached objects')
  while (list.left > 0) {
    code(list, cachedInformationTypes, 'type')
    if (place === 'client-hello') list.opaque(1, 'hash')
  }
})

// draft-agl-tls-nextprotoneg
const nextProtocols = extension((r) => {
  while (r.left > 0) text(r, 1, 'protocol name')
})

// draft-ietf-tls-esni-05
const encryptedServerName = extension((r) => {
  r.rest('encrypted server name')
})

// draft-ietf-tls-tlsflags
const tlsFlags = extension((r) => r.opaque(1, 'flags'))

// draft-ietf-tls-trust-anchor-ids
const trustAnchors = flag((r) => {
  const list = r.vector(2, 'trust anchors')
  while (list.left > 0) list.opaque(1, 'trust anchor')
})

// RFC 5878 §3, RFC 4681 §2
function typeList(registry: Registry): ExtensionReader {
  return extension((r) => codes(r, registry, 1, 'types', 'type'))
}

export const extensionReaders: ReadonlyMap<number, ExtensionReader> = new Map<number, ExtensionReader>([
  [0, serverName],
  [1, extension((r) => code(r, maxFragmentLengths, 'maximum fragment length'))],
  [2, empty],
  [3, trustedAuthorities],
  [4, empty],
  [5, statusRequest],
  [6, typeList(userMappingTypes)],
  [7, typeList(authorizationFormats)],
  [8, typeList(authorizationFormats)],
  [9, offer(certificateTypes, 1, 'certificate types', 'certificate type')],
  [
    10,
    numbers(supportedGroups, 2, 'groups', 'group', (into, values) => {
      into.supportedGroups = values
    }),
  ],
  [
    11,
    numbers(pointFormats, 1, 'point formats', 'point format', (into, values) => {
      into.pointFormats = values
    }),
  ],
  // RFC 5054 §2.8.1
  [12, extension((r) => text(r, 1, 'user name'))],
  [
    13,
    numbers(signatureSchemes, 2, 'signature schemes', 'signature scheme', (into, values) => {
      into.signatureAlgorithms = values
    }),
  ],
  [14, useSrtp],
  [15, extension((r) => code(r, heartbeatModes, 'mode'))],
  [16, alpn],
  [17, statusRequestV2],
  [18, signedCertificateTimestamps],
  // RFC 7250 §3
  [19, offer(certificateTypes, 1, 'certificate types', 'certificate type')],
  [20, offer(certificateTypes, 1, 'certificate types', 'certificate type')],
  [21, padding],
  [22, empty],
  [23, empty],
  [24, tokenBinding],
  [25, cachedInformation],
  [26, empty],
  // RFC 8879 §3
  [27, numbers(certificateCompressionAlgorithms, 1, 'algorithms', 'algorithm')],
  // RFC 8449 §4
  [28, extension((r) => r.u16('record size limit'))],
  [33, empty],
  [34, delegatedCredential],
  [
    35,
    extension(
      (r, place) => {
        const ticket = r.left === 0 ? new Uint8Array(0) : r.rest('ticket')
        return place === 'client-hello' ? ticket : null
      },
      (into, ticket) => {
        into.sessionTicket = ticket
      },
    ),
  ],
  [41, preSharedKey],
  [42, earlyData],
  [43, supportedVersions],
  [44, extension((r) => r.opaque(2, 'cookie'))],
  [45, numbers(pskKeyExchangeModes, 1, 'modes', 'mode')],
  [47, certificateAuthorities],
  [48, oidFilters],
  [49, empty],
  [
    50,
    numbers(signatureSchemes, 2, 'signature schemes', 'signature scheme', (into, values) => {
      into.signatureAlgorithmsCert = values
    }),
  ],
  [51, keyShare],
  // RFC 9146 §3
  [53, extension((r) => r.opaque(1, 'connection id'))],
  [54, extension((r) => r.opaque(1, 'connection id'))],
  // RFC 8844 §3
  [55, extension((r) => r.opaque(1, 'binding hash'))],
  [56, extension((r) => r.opaque(1, 'session id'))],
  [57, extension(readQuicTransportParameters)],
  [58, ticketRequest],
  [59, extension((r) => r.rest('chain'))],
  [61, empty],
  [62, tlsFlags],
  [13172, nextProtocols],
  [17513, applicationSettings],
  [17613, applicationSettings],
  [30031, empty],
  [30032, empty],
  [51764, trustAnchors],
  // RFC 9849 §5.1: only inside an encrypted inner hello
  [64768, extension((r) => codesLeft(r.vector(1, 'extension types'), extensionTypes, 'extension type'))],
  [65037, extension(readEncryptedClientHello)],
  [65281, renegotiationInfo],
  [65445, extension(readQuicTransportParameters)],
  [65486, encryptedServerName],
])

// The last moment a Date can hold, in milliseconds.
const lastDate = 8.64e15
