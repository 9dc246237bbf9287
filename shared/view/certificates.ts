// The certificates of a conversation as the report lists them, with their checks.

import type { Analysis } from '../analyse.ts'
import { hex } from '../bytes/fields.ts'
import { base64 } from '../bytes/text.ts'
import { streamOf, type Side } from '../conversation/facts.ts'
import type { ReportCertificate, ReportConversation } from '../contract/report.ts'
import { chainChecks } from '../diagnosis/certificate-checks.ts'
import { type ChainReading, readChain } from '../diagnosis/certificates.ts'
import type { SentCertificate } from '../diagnosis/chain.ts'
import { viewHandshake } from '../diagnosis/view.ts'
import { generalNameText } from '../x509/names.ts'
import type { ConversationViewHost } from './conversation.ts'

/** null for a side whose Certificate message cannot be seen; [] for one that sent an empty one or needed none. */
export function certificateViews(
  analysis: Analysis,
  host: ConversationViewHost,
): ReportConversation['certificates'] {
  const view = viewHandshake(analysis.conversation, 1)
  const of = (side: Side): ReportCertificate[] | null => {
    const chain = readChain(view, side, host.world)
    if (chain === null) return view.certificate[side] === null && hidden(analysis, side) ? null : []
    const checks = chainChecks(view, chain, host.world)
    return chain.sent.map((sent, index) => certificateView(sent, checks[index] ?? [], chain, host))
  }
  return { server: of('server'), client: of('client') }
}

/** A Certificate message may be among sealed or missing bytes. */
function hidden(analysis: Analysis, side: Side): boolean {
  const stream = streamOf(analysis.conversation, side)
  const sealed = stream.records.some((record) => record.protection === 'sealed')
  const tls13 = (analysis.handshakes[0]?.version ?? 0) >= 0x0304
  return (tls13 && sealed) || stream.gaps.length > 0 || !stream.fromStart || !stream.seen
}

function certificateView(
  sent: SentCertificate,
  checks: ReportCertificate['checks'] | readonly ReportCertificate['checks'][number][],
  chain: ChainReading,
  host: ConversationViewHost,
): ReportCertificate {
  const { certificate, der } = sent
  const shared = {
    sha256: hex(host.crypto.hash('sha256', der)),
    selfSigned: sent.selfSigned,
    checks: [...checks],
    der: base64(der),
  }
  if (certificate === null) {
    return {
      ...shared,
      subject: `unreadable certificate ${String(chain.sent.indexOf(sent) + 1)}`,
      issuer: '',
      serial: '',
      notBefore: null,
      notAfter: null,
      san: [],
      keyType: 'unknown',
      keyBits: null,
      signature: 'unknown',
      keyUsage: null,
      extendedKeyUsage: null,
      isCa: null,
      subjectKeyId: null,
      authorityKeyId: null,
    }
  }
  const { extensions, key } = certificate
  return {
    ...shared,
    subject: certificate.subject.text,
    issuer: certificate.issuer.text,
    serial: certificate.serial,
    notBefore: isoDate(certificate.notBefore),
    notAfter: isoDate(certificate.notAfter),
    san: (extensions.subjectAltNames ?? []).map(generalNameText),
    keyType: key.curve === null ? key.type : `${key.type} ${key.curve}`,
    keyBits: key.bits,
    signature: certificate.signature.name,
    keyUsage: extensions.keyUsage,
    extendedKeyUsage: extensions.extendedKeyUsage,
    isCa: extensions.basicConstraints?.ca ?? null,
    subjectKeyId: extensions.subjectKeyId,
    authorityKeyId: extensions.authorityKeyId,
  }
}

function isoDate(milliseconds: number): string | null {
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
