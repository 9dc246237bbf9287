// The checks of one chain as the report lists them: what is right, what is wrong, and the status Windows has for it.

import { sameBytes } from '../bytes/same.ts'
import type { ReportCertificateCheck } from '../contract/report.ts'
import type { StatusName } from '../sspi/status.ts'
import type { Certificate } from '../x509/certificate.ts'
import type { World } from './candidate.ts'
import { leastRsaBits } from './chain-faults.ts'
import { dayText } from './day.ts'
import { stapleFault, stapleOf } from './stapling.ts'
import type { ChainReading } from './certificates.ts'
import { matchesName, namesOf } from '../x509/host.ts'
import type { HandshakeView } from './view.ts'

type Check = ReportCertificateCheck
type Verdict = Check['verdict']

/** Checks of each certificate of the chain, in the order sent. */
export function chainChecks(
  view: HandshakeView,
  chain: ChainReading,
  world: World,
): readonly (readonly Check[])[] {
  return chain.sent.map(({ certificate }, index) =>
    certificate === null
      ? [row('format', 'bad', 'SEC_E_CERT_UNKNOWN', 'cannot be read as X.509')]
      : [
          ...validity(certificate, chain.at, world.now),
          ...(index === 0 ? leafChecks(view, chain, certificate) : caChecks(certificate)),
          keySize(certificate),
          signatureHash(certificate, chain.sent[index]!.selfSigned),
          issuer(chain, index, certificate, world),
          ...keyIds(chain, index, certificate),
          ...place(chain, index),
        ],
  )
}

function row(check: string, verdict: Verdict, status: StatusName | null, text: string): Check {
  return { check, verdict, status: verdict === 'bad' ? status : null, text }
}

function validity(certificate: Certificate, at: number, now: number): Check[] {
  const span = `${dayText(certificate.notBefore)} to ${dayText(certificate.notAfter)}`
  const judge = (name: string, time: number) => {
    if (Number.isNaN(time) || Number.isNaN(certificate.notBefore) || Number.isNaN(certificate.notAfter))
      return row(name, 'cannot-tell', null, 'no usable time')
    const inside = time >= certificate.notBefore && time <= certificate.notAfter
    return row(name, inside ? 'ok' : 'bad', 'SEC_E_CERT_EXPIRED', `${span}, judged on ${dayText(time)}`)
  }
  return [judge('validity at the time of the capture', at), judge('validity now', now)]
}

function leafChecks(view: HandshakeView, chain: ChainReading, leaf: Certificate): Check[] {
  const found: Check[] = []
  if (chain.owner === 'server') {
    const wanted = view.hello?.body.serverName ?? null
    found.push(
      wanted === null
        ? row('name', 'cannot-tell', null, 'the client sent no server name')
        : row(
            'name',
            matchesName(leaf, wanted) ? 'ok' : 'bad',
            'SEC_E_WRONG_PRINCIPAL',
            matchesName(leaf, wanted)
              ? `${wanted} is one of its names`
              : `${wanted} is not among its names: ${namesOf(leaf).join(', ') || 'none'}`,
          ),
    )
    if (leaf.extensions.subjectAltNames === null)
      found.push(
        row(
          'subject alternative name',
          'cannot-tell',
          null,
          'none; many clients no longer look at the common name',
        ),
      )
  }
  const usage = chain.faults.find(({ cause, index }) => cause === 'wrong-key-usage' && index === 0)
  found.push(
    row(
      'usage',
      usage === undefined ? 'ok' : 'bad',
      'SEC_E_CERT_WRONG_USAGE',
      usage?.text ?? leaf.extensions.extendedKeyUsage?.join(', ') ?? 'not restricted',
    ),
  )
  if (chain.owner === 'server') found.push(...stapling(view, chain, leaf))
  return found
}

function stapling(view: HandshakeView, chain: ChainReading, leaf: Certificate): Check[] {
  const came = stapleOf(view) !== null
  const demanded = row(
    'must-staple',
    came ? 'ok' : 'bad',
    null,
    'the certificate demands a stapled OCSP response',
  )
  const fault = came ? stapleFault(view, leaf, chain.at) : null
  const status = fault?.cause === 'revoked-certificate' ? 'CRYPT_E_REVOKED' : 'CRYPT_E_REVOCATION_OFFLINE'
  return [
    ...(leaf.extensions.mustStaple ? [demanded] : []),
    ...(came
      ? [
          row(
            'stapled OCSP response',
            fault === null ? 'ok' : 'bad',
            status,
            fault?.text ?? 'says that the certificate is not revoked',
          ),
        ]
      : []),
  ]
}

function caChecks(certificate: Certificate): Check[] {
  const ca = certificate.extensions.basicConstraints?.ca === true
  return [
    row(
      'certification authority',
      ca ? 'ok' : 'bad',
      'TRUST_E_BASIC_CONSTRAINTS',
      ca ? 'marked as CA' : 'not marked as CA',
    ),
  ]
}

function keySize(certificate: Certificate): Check {
  const { type, bits } = certificate.key
  const text = bits === null ? type : `${type}, ${String(bits)} bits`
  if (bits === null) return row('key size', 'cannot-tell', null, text)
  const least = /^(RSA|RSA-PSS|DSA)$/.test(type) ? leastRsaBits.usual : 224
  return row('key size', bits >= least ? 'ok' : 'bad', 'SEC_E_CERT_UNKNOWN', text)
}

function signatureHash(certificate: Certificate, selfSigned: boolean): Check {
  const { hash, name } = certificate.signature
  if (selfSigned) return row('signature hash', 'ok', null, `${name} (self-signed, not checked by peers)`)
  const weak = hash === 'sha1' || hash === 'md5' || hash === 'md2'
  return row('signature hash', weak ? 'bad' : 'ok', 'SEC_E_CERT_UNKNOWN', name)
}

function issuer(chain: ChainReading, index: number, certificate: Certificate, world: World): Check {
  const place = chain.path.indexOf(index)
  if (place < 0) return row('issuer', 'cannot-tell', null, 'not part of the chain to the leaf')
  if (place < chain.path.length - 1)
    return row('issuer', 'ok', null, `${certificate.issuer.text}, sent with it`)
  switch (chain.top) {
    case 'root-known':
      return row('issuer', 'ok', null, `${certificate.issuer.text} is in ${world.trust.label}`)
    case 'root-unknown':
      return row('issuer', 'bad', 'SEC_E_UNTRUSTED_ROOT', `self-signed, and not in ${world.trust.label}`)
    case 'root-sent':
      return row('issuer', 'cannot-tell', null, 'self-signed; no list of trusted roots to ask')
    case 'issuer-missing':
      return row(
        'issuer',
        'cannot-tell',
        null,
        `${certificate.issuer.text} was not sent and is not in ${world.trust.label}`,
      )
  }
}

function keyIds(chain: ChainReading, index: number, certificate: Certificate): Check[] {
  const place = chain.path.indexOf(index)
  const above = place < 0 ? undefined : chain.path[place + 1]
  const issuerId =
    above === undefined ? null : (chain.sent[above]!.certificate?.extensions.subjectKeyId ?? null)
  const wanted = certificate.extensions.authorityKeyId
  const found: Check[] = []
  if (issuerId !== null && wanted !== null)
    found.push(
      row(
        'key identifiers',
        issuerId === wanted ? 'ok' : 'bad',
        'CERT_E_CHAINING',
        issuerId === wanted
          ? "the issuer's key identifier matches"
          : 'the authority key identifier is not that of the issuer sent with it',
      ),
    )
  if (chain.faults.some(({ cause }) => cause === 'key-reused') && index === 0)
    found.push(row('own key', 'bad', 'SEC_E_UNTRUSTED_ROOT', 'the same key as its issuer'))
  return found
}

function place(chain: ChainReading, index: number): Check[] {
  const der = chain.sent[index]!.der
  const twin = chain.sent.findIndex((other, i) => i < index && sameBytes(other.der, der))
  if (twin >= 0) return [row('order', 'bad', null, `the same certificate as number ${String(twin + 1)}`)]
  const wanted = chain.path.indexOf(index)
  if (wanted < 0) return [row('order', 'bad', null, 'does not belong to the chain')]
  return wanted === index
    ? []
    : [row('order', 'bad', null, `belongs at place ${String(wanted + 1)} of the chain`)]
}
