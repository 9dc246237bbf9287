// Encrypted ClientHello as it is seen from outside (RFC 9849 §5).

import type { Reader } from '../bytes/reader.ts'
import { hpkeAeads, hpkeKdfs, hpkeKems, versions } from '../registries/tls.ts'
import { code } from './codes.ts'
import type { ExtensionPlace } from './extensions.ts'

/** Outer or inner in a ClientHello, a confirmation in a HelloRetryRequest, fresh configurations in EncryptedExtensions. */
export function readEncryptedClientHello(r: Reader, place: ExtensionPlace): void {
  if (place === 'hello-retry-request') r.raw(8, 'confirmation')
  else if (place === 'encrypted-extensions') readConfigurations(r)
  else if (r.u8('type') === 0) {
    r.means('outer (0)')
    code(r, hpkeKdfs, 'KDF')
    code(r, hpkeAeads, 'AEAD')
    r.u8('configuration id')
    r.opaque(2, 'encapsulated key')
    r.opaque(2, 'payload')
  } else r.means('inner (1)')
}

// RFC 9849 §4
function readConfigurations(r: Reader): void {
  const list = r.vector(2, 'retry configurations')
  while (list.left > 0) {
    list.group('configuration', () => {
      const version = code(list, versions, 'version')
      const contents = list.vector(2, 'contents')
      if (version !== 0xfe0d) {
        contents.rest('contents')
        return
      }
      contents.u8('configuration id')
      code(contents, hpkeKems, 'KEM')
      contents.opaque(2, 'public key')
      const suites = contents.vector(2, 'cipher suites')
      while (suites.left > 0) {
        code(suites, hpkeKdfs, 'KDF')
        code(suites, hpkeAeads, 'AEAD')
      }
      contents.u8('maximum name length')
      contents.opaque(1, 'public name')
      contents.opaque(2, 'extensions')
      contents.done('configuration')
    })
  }
}
