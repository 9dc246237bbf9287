// The OCSP response that a server staples to its certificate: whether one came, and what is wrong with it.

import { parseOcspResponse } from '../x509/ocsp.ts'
import type { Certificate } from '../x509/certificate.ts'
import type { CertificateFault } from './chain-faults.ts'
import { dayText } from './day.ts'
import type { HandshakeView } from './view.ts'

const statusRequest = 5
/** CertificateStatus in front of its response: type and length (RFC 6066 §8). */
const statusHeader = 4

/** The stapled OCSP response (RFC 6066 §8, RFC 8446 §4.4.2.1), DER; null where none came. */
export function stapleOf({ certificate, conversation }: HandshakeView): Uint8Array | null {
  const extensions = certificate.server?.body.certificates[0]?.extensions ?? []
  const inside = extensions.find(({ type }) => type === statusRequest)
  if (inside !== undefined) return inside.data.subarray(statusHeader)
  for (const { body } of conversation.messages) if (body?.kind === 'certificate-status') return body.response
  return null
}

/** What the stapled response, or its absence, has wrong by itself; null where there is nothing to say. */
export function stapleFault(view: HandshakeView, leaf: Certificate, at: number): CertificateFault | null {
  const staple = stapleOf(view)
  if (staple === null) {
    // A client that asks for no response does not insist on one.
    const hello = view.hello?.body ?? null
    const asked = hello === null || (hello.extensions ?? []).some(({ type }) => type === statusRequest)
    if (!leaf.extensions.mustStaple || !asked) return null
    return fault(
      'stapling-missing',
      "The server's certificate demands a stapled OCSP response (TLS Feature), and none came.",
      'demands stapling',
    )
  }
  const read = parseOcspResponse(staple)
  if (!read.ok)
    return fault('revocation-offline', 'The stapled OCSP response cannot be read.', 'not readable')
  const { status, responseStatus, revokedAt, nextUpdate } = read.value
  if (status === 'revoked') {
    const since = revokedAt === null ? '' : ` since ${dayText(revokedAt)}`
    return fault(
      'revoked-certificate',
      `The server's certificate is revoked${since}: the OCSP response that the server stapled says so.`,
      `revoked${since}`,
    )
  }
  if (status === null) {
    const text = `The stapled OCSP response is an error (${String(responseStatus)}) instead of an answer.`
    return fault('revocation-offline', text, `OCSP error ${String(responseStatus)}`)
  }
  if (status === 'unknown')
    return fault(
      'revocation-offline',
      "The stapled OCSP response does not know the server's certificate.",
      'status unknown',
    )
  if (nextUpdate !== null && at > nextUpdate)
    return fault(
      'revocation-offline',
      `The stapled OCSP response ran out on ${dayText(nextUpdate)}, before this handshake (${dayText(at)}).`,
      `ran out ${dayText(nextUpdate)}`,
    )
  return null
}

function fault(cause: CertificateFault['cause'], text: string, mark: string): CertificateFault {
  return { cause, certain: true, index: 0, text, mark }
}
