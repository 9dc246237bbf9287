// Trusted roots and signatures of certificates, asked of Node: its built-in list, or a PEM file given by the user.

import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import type { Trust } from '../../shared/diagnosis/candidate.ts'
import { parseCertificate } from '../../shared/x509/certificate.ts'
import { refusal } from '../outcome.ts'
import { readWhole } from './source.ts'

/** Certificates and answers remembered; a server's chain is asked about again and again. */
const maxRemembered = 4096

/** A trust over these PEM certificates, or over Node's built-in list. Nothing is parsed before the first question. */
export function trustOf(pem: { readonly name: string; readonly text: string } | null): Trust {
  const known = new Map<string, X509Certificate | null>()
  const answers = new Map<string, boolean | null>()
  let roots: Map<string, Buffer[]> | null = null

  const read = (der: Uint8Array): X509Certificate | null => {
    const key = identity(der)
    const found = known.get(key)
    if (found !== undefined) return found
    const certificate = parsed(der)
    if (known.size >= maxRemembered) known.clear()
    known.set(key, certificate)
    return certificate
  }

  const rootsBySubject = (): Map<string, Buffer[]> => {
    if (roots !== null) return roots
    roots = new Map()
    const texts =
      pem === null
        ? rootCertificates
        : (pem.text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
    for (const text of texts) {
      const der = Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64')
      const certificate = parseCertificate(der)
      if (!certificate.ok) continue
      const { start, end } = certificate.value.subject
      const subject = identity(der.subarray(start, end))
      const list = roots.get(subject)
      if (list === undefined) roots.set(subject, [der])
      else list.push(der)
    }
    return roots
  }

  return {
    label: pem === null ? 'the built-in list of public roots' : pem.name,
    issuedBy(child, issuer) {
      const key = `${identity(child)} ${identity(issuer)}`
      const found = answers.get(key)
      if (found !== undefined) return found
      const [c, i] = [read(child), read(issuer)]
      const answer = c === null || i === null ? null : signed(c, i)
      if (answers.size >= maxRemembered) answers.clear()
      answers.set(key, answer)
      return answer
    },
    knownRoot(subject, certificate) {
      const list = rootsBySubject().get(identity(subject))
      if (list === undefined) return 'no'
      return certificate === null || list.some((der) => der.equals(certificate)) ? 'yes' : 'no'
    },
  }
}

function identity(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function parsed(der: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(der)
  } catch {
    return null
  }
}

function signed(child: X509Certificate, issuer: X509Certificate): boolean | null {
  try {
    return child.checkIssued(issuer) && child.verify(issuer.publicKey)
  } catch {
    return null
  }
}

/** The roots of a PEM file. Throws `Refusal` where it holds no certificate. */
export function loadRoots(path: string | null): Trust {
  if (path === null) return trustOf(null)
  const text = readWhole(path).toString('utf8')
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw refusal(
      'no-roots',
      `${path} holds no PEM certificate.`,
      'Give a PEM file with the root certificates to trust (Settings, Trusted roots; --roots).',
    )
  }
  return trustOf({ name: path, text })
}
