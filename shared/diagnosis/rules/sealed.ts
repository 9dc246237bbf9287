// What the sizes of sealed records show of what is inside.

import type { TlsRecord } from '../../conversation/facts.ts'
import { isTls13, type HandshakeView } from '../view.ts'

/** Sizes of a client's sealed application data behind its Finished, in bytes; what is as short as an alert is none. */
export function sealedMessages(records: readonly TlsRecord[], view: HandshakeView): readonly number[] {
  const sizes = records
    .filter(({ contentType, protection }) => contentType === 23 && protection === 'sealed')
    .map(({ start, end }) => end - start - 5)
    .filter((size) => size > shortSealed)
  // In TLS 1.3 the first is the Finished.
  return isTls13(view) ? sizes.slice(1) : sizes
}

/** An alert in TLS 1.3 and AES-GCM of TLS 1.2. */
const shortSealed = 26
