// Certificates as sent, held against what they should be: the chain, and the faults that explain a refusal.

import { sameBytes } from '../bytes/same.ts'
import type { Side } from '../conversation/facts.ts'
import { parseCertificate } from '../x509/certificate.ts'
import type { Certificate } from '../x509/certificate.ts'
import type { DistinguishedName } from '../x509/names.ts'
import type { Cause, World } from './candidate.ts'
import { matchesName, namesOf } from '../x509/host.ts'
import { dayText } from './day.ts'
import { stapleFault } from './stapling.ts'
import { epochMilliseconds } from './view.ts'
import type { HandshakeView } from './view.ts'

/** Something wrong with a chain. `certain`: the bytes show it; otherwise the receiver's own stores decide. */
export interface CertificateFault {
  readonly cause: Cause
  readonly certain: boolean
  /** Which certificate of the message, leaf 0. */
  readonly index: number
  readonly text: string
  /** What the bytes say, in a few words: `issuer CN=otherca Root`. */
  readonly mark: string
}

/** One certificate of a Certificate message; `certificate` is null where it cannot be read. */
export interface SentCertificate {
  readonly der: Uint8Array
  readonly certificate: Certificate | null
  readonly selfSigned: boolean
}

/** A chain as sent, and as it should be. */
export interface ChainReading {
  readonly owner: Side
  readonly sent: readonly SentCertificate[]
  /** Indexes from the leaf upwards, each issuing the one before: the order the chain should have. */
  readonly path: readonly number[]
  /** What stands above the last certificate of the path. */
  readonly top: 'root-sent' | 'root-known' | 'root-unknown' | 'issuer-missing'
  /** Time of the packet that held the chain, milliseconds since 1970; NaN unknown. */
  readonly at: number
  readonly faults: readonly CertificateFault[]
}

/** Reads the chain that `owner` sent; null where no Certificate message can be seen or it is empty. */
export function readChain(view: HandshakeView, owner: Side, world: World): ChainReading | null {
  const message = view.certificate[owner]
  if (message === null || message.body.certificates.length === 0) return null
  const known = recall(message.body.certificates, owner, isDoubtful(view), world)
  const { sent, path, top } = known
  const at = epochMilliseconds(message.message.time, world.clock.baseSeconds)
  return { owner, sent, path, top, at, faults: faultsOf(view, known, at) }
}

/** The chains of one handshake, each read when somebody asks; null where it cannot be seen. */
export class Chains {
  private readonly view: HandshakeView
  private readonly world: World
  private readonly read: { client?: ChainReading | null; server?: ChainReading | null } = {}

  constructor(view: HandshakeView, world: World) {
    this.view = view
    this.world = world
  }

  get client(): ChainReading | null {
    return this.of('client')
  }

  get server(): ChainReading | null {
    return this.of('server')
  }

  private of(owner: Side): ChainReading | null {
    let chain = this.read[owner]
    if (chain === undefined) {
      chain = readChain(this.view, owner, this.world)
      this.read[owner] = chain
    }
    return chain
  }
}

/** A chain of a handshake that ended well was accepted by whoever it was for. */
function isDoubtful(view: HandshakeView): boolean {
  return view.stage !== 'both-finished' || view.alerts.length > 0
}

/** The server's own certificate; null where it cannot be seen or read. */
export function leafOf(view: HandshakeView, world: World): Certificate | null {
  const certificates = view.certificate.server?.body.certificates ?? []
  return certificates.length === 0 ? null : (memoryOf(world).chain(certificates).sent[0]?.certificate ?? null)
}

/** Faults of the chain that `owner` sent, worst first; empty where none is visible. */
export function certificateFaults(
  view: HandshakeView,
  owner: Side,
  world: World,
): readonly CertificateFault[] {
  return readChain(view, owner, world)?.faults ?? []
}

/** The certificate's name for sentences: its common name, else its whole subject. */
export function subjectText(certificate: Certificate): string {
  return certificate.subject.commonNames[0] ?? certificate.subject.text
}

/** Smallest RSA key that Schannel accepts by default, and that current OpenSSL does (schannel §9.6, field S14). */
export const leastRsaBits = { schannel: 1024, usual: 2048 }

/** What can be said of a chain once for all handshakes it was sent in. */
interface Known extends Chain {
  /** Faults that hang on nothing but the chain and its owner. */
  readonly lasting: readonly CertificateFault[]
  /** The name last asked for that the leaf is for: a server is mostly asked for one. */
  matched: string | null
}

/** Readings of one sequence of certificates: a server sends the same one every time. */
interface RememberedChain {
  readonly sent: readonly SentCertificate[]
  readonly readings: Map<string, Known>
}

/** Certificates and chains remembered per list of roots. */
const maxCertificatesRemembered = 8192
const maxChainsRemembered = 8192

class Memory {
  private readonly certificates = new Map<number, SentCertificate>()
  private readonly chains = new Map<SentCertificate, RememberedChain>()
  private readonly world: World
  /** The message asked about last: several rooms ask about one conversation in turn. */
  private asked: readonly { readonly der: Uint8Array }[] | null = null
  private answer: RememberedChain | null = null

  constructor(world: World) {
    this.world = world
  }

  chain(certificates: readonly { readonly der: Uint8Array }[]): RememberedChain {
    if (certificates !== this.asked || this.answer === null) {
      this.answer = this.recall(certificates)
      this.asked = certificates
    }
    return this.answer
  }

  private recall(certificates: readonly { readonly der: Uint8Array }[]): RememberedChain {
    const sent = certificates.map(({ der }) => this.certificate(der))
    const found = this.chains.get(sent[0]!)
    if (found?.sent.length === sent.length && found.sent.every((each, i) => each === sent[i])) return found
    const chain: RememberedChain = { sent, readings: new Map() }
    if (this.chains.size >= maxChainsRemembered) this.chains.clear()
    this.chains.set(sent[0]!, chain)
    return chain
  }

  private certificate(der: Uint8Array): SentCertificate {
    const key = tailHash(der)
    const found = this.certificates.get(key)
    if (found !== undefined && sameBytes(found.der, der)) return found
    // The message's memory is shared with others: what is kept for long has its own.
    const certificate = readSent(der.slice(), this.world)
    if (this.certificates.size >= maxCertificatesRemembered) this.certificates.clear()
    this.certificates.set(key, certificate)
    return certificate
  }
}

const memories = new WeakMap<World['trust'], Memory>()

function memoryOf(world: World): Memory {
  let memory = memories.get(world.trust)
  if (memory === undefined) {
    memory = new Memory(world)
    memories.set(world.trust, memory)
  }
  return memory
}

/**
 * What is known of a chain. Its signatures are checked only where it is doubted: names and key identifiers tell the path of a
 * chain that was accepted.
 */
function recall(
  certificates: readonly { readonly der: Uint8Array }[],
  owner: Side,
  doubted: boolean,
  world: World,
): Known {
  const { sent, readings } = memoryOf(world).chain(certificates)
  const key = doubted ? `${owner} doubted` : owner
  let known = readings.get(key)
  if (known === undefined) {
    const path = pathOf(sent, doubted, world)
    const chain = { owner, sent, path, top: topOf(sent, path, world) }
    known = { ...chain, lasting: lastingFaults(chain, world), matched: null }
    readings.set(key, known)
  }
  return known
}

/** FNV-1a of the last bytes, which are the signature's. */
function tailHash(der: Uint8Array): number {
  let key = 0x811c9dc5 | 0
  for (let i = Math.max(0, der.length - 64); i < der.length; i++) key = Math.imul(key ^ der[i]!, 0x01000193)
  return key
}

function readSent(der: Uint8Array, world: World): SentCertificate {
  const parsed = parseCertificate(der)
  if (!parsed.ok) return { der, certificate: null, selfSigned: false }
  return { der, certificate: parsed.value, selfSigned: isSelfSigned(parsed.value, der, world) }
}

/** Hosts deny that a certificate without keyCertSign issued anything, itself included: the key identifiers decide then. */
function isSelfSigned(certificate: Certificate, der: Uint8Array, world: World): boolean {
  if (!certificate.selfIssued) return false
  const { subjectKeyId, authorityKeyId } = certificate.extensions
  return authorityKeyId === null || authorityKeyId === subjectKeyId || world.trust.issuedBy(der, der) === true
}

function pathOf(sent: readonly SentCertificate[], doubted: boolean, world: World): readonly number[] {
  const path = [0]
  for (;;) {
    const last = sent[path.at(-1)!]!
    if (last.selfSigned) return path
    const next = sent.findIndex((each, i) => !path.includes(i) && issues(each, last, doubted, world))
    if (next < 0) return path
    path.push(next)
  }
}

function issues(issuer: SentCertificate, child: SentCertificate, doubted: boolean, world: World): boolean {
  if (issuer.certificate === null || child.certificate === null) return false
  if (!sameName(issuer, issuer.certificate.subject, child, child.certificate.issuer)) return false
  const { authorityKeyId } = child.certificate.extensions
  const { subjectKeyId } = issuer.certificate.extensions
  if (!doubted && authorityKeyId !== null && subjectKeyId !== null) return authorityKeyId === subjectKeyId
  return world.trust.issuedBy(child.der, issuer.der) !== false
}

function sameName(
  a: SentCertificate,
  nameA: DistinguishedName,
  b: SentCertificate,
  nameB: DistinguishedName,
): boolean {
  return sameBytes(a.der.subarray(nameA.start, nameA.end), b.der.subarray(nameB.start, nameB.end))
}

function topOf(sent: readonly SentCertificate[], path: readonly number[], world: World): ChainReading['top'] {
  const last = sent[path.at(-1)!]!
  if (last.certificate === null) return 'issuer-missing'
  const { issuer } = last.certificate
  const known = world.trust.knownRoot(
    last.der.subarray(issuer.start, issuer.end),
    last.selfSigned ? last.der : null,
  )
  if (known === 'yes') return 'root-known'
  if (last.selfSigned) return known === 'no' ? 'root-unknown' : 'root-sent'
  return 'issuer-missing'
}

type Chain = Omit<ChainReading, 'faults' | 'at'>

/** What hangs on the handshake comes before what lasts; mostly there is nothing of the former. */
function faultsOf(view: HandshakeView, known: Known, at: number): readonly CertificateFault[] {
  const leaf = known.sent[0]!
  if (leaf.certificate === null) return known.lasting
  let faults = known.lasting
  for (let i = known.path.length - 1; i >= 0; i--) {
    const fault = validityFault(known, known.path[i]!, at)
    if (fault !== null) faults = [fault, ...faults]
  }
  const staple = known.owner === 'server' && isDoubtful(view) ? stapleFault(view, leaf.certificate, at) : null
  if (staple !== null) faults = [staple, ...faults]
  const fault = nameFault(view, known, leaf.certificate)
  return fault === null ? faults : [fault, ...faults]
}

/** Worst first; what hangs on the handshake comes before them. */
function lastingFaults(chain: Chain, world: World): readonly CertificateFault[] {
  const leaf = chain.sent[0]!
  if (leaf.certificate === null)
    return [
      {
        cause: 'malformed-message',
        certain: true,
        index: 0,
        text: `The ${chain.owner}'s certificate cannot be read as X.509.`,
        mark: 'not readable as X.509',
      },
    ]
  return [
    ...usageFaults(chain, leaf.certificate),
    ...chain.path.flatMap((index) => strengthFaults(chain, index)),
    ...reusedKey(chain),
    ...trustFaults(chain, world),
  ]
}

function nameFault(view: HandshakeView, known: Known, leaf: Certificate): CertificateFault | null {
  const wanted = view.hello?.body.serverName ?? null
  if (known.owner !== 'server' || wanted === null || wanted === known.matched) return null
  if (matchesName(leaf, wanted)) {
    known.matched = wanted
    return null
  }
  return {
    cause: 'name-mismatch',
    certain: true,
    index: 0,
    text: `The client asked for ${wanted}, but the server's certificate is for ${namesOf(leaf).slice(0, 4).join(', ') || 'no name'}.`,
    mark: `names ${namesOf(leaf).slice(0, 2).join(', ') || 'nobody'}`,
  }
}

/** null where a time is not known, too. */
function validityFault(chain: Chain, index: number, at: number): CertificateFault | null {
  const certificate = chain.sent[index]!.certificate
  if (certificate === null) return null
  const { notBefore, notAfter } = certificate
  if (at > notAfter)
    return {
      cause: 'expired-certificate',
      certain: true,
      index,
      text: `${whoseText(chain, index, certificate)} expired on ${dayText(notAfter)}, before this handshake (${dayText(at)}).`,
      mark: `expired ${dayText(notAfter)}`,
    }
  if (at < notBefore)
    return {
      cause: 'not-yet-valid-certificate',
      certain: true,
      index,
      text: `${whoseText(chain, index, certificate)} is valid only from ${dayText(notBefore)}, after this handshake (${dayText(at)}).`,
      mark: `valid from ${dayText(notBefore)}`,
    }
  return null
}

function whoseText({ owner }: Chain, index: number, certificate: Certificate): string {
  return index === 0 ? `The ${owner}'s certificate` : `The CA certificate ${subjectText(certificate)}`
}

/** RFC 5280 §4.2.1.3 and §4.2.1.12. */
function usageFaults(chain: Chain, leaf: Certificate): CertificateFault[] {
  const purposes = leaf.extensions.extendedKeyUsage
  const needed = chain.owner === 'server' ? 'serverAuth' : 'clientAuth'
  if (purposes !== null && !purposes.includes(needed) && !purposes.includes('anyExtendedKeyUsage'))
    return [
      {
        cause: 'wrong-key-usage',
        certain: true,
        index: 0,
        text: `The ${chain.owner}'s certificate is for ${purposes.join(', ')}, not for ${needed}.`,
        mark: `for ${purposes.join(', ')}`,
      },
    ]
  const usages = leaf.extensions.keyUsage
  if (
    usages !== null &&
    !usages.some((usage) => /^(digitalSignature|keyEncipherment|keyAgreement)$/.test(usage))
  )
    return [
      {
        cause: 'wrong-key-usage',
        certain: true,
        index: 0,
        text: `The key usage of the ${chain.owner}'s certificate (${usages.join(', ')}) does not fit TLS.`,
        mark: `key usage ${usages.join(', ')}`,
      },
    ]
  return []
}

function strengthFaults(chain: Chain, index: number): CertificateFault[] {
  const { certificate, selfSigned } = chain.sent[index]!
  if (certificate === null) return []
  const found: CertificateFault[] = []
  const whose = whoseText(chain, index, certificate)
  const { type, bits } = certificate.key
  if (bits !== null && bits < (/^(RSA|RSA-PSS|DSA)$/.test(type) ? leastRsaBits.usual : 224))
    found.push({
      cause: 'weak-key',
      certain: true,
      index,
      text: `${whose} has a weak key: ${type} with ${String(bits)} bits.`,
      mark: `${type} key of ${String(bits)} bits`,
    })
  const { hash, name } = certificate.signature
  if (!selfSigned && (hash === 'sha1' || hash === 'md5' || hash === 'md2'))
    found.push({
      cause: 'weak-signature',
      certain: true,
      index,
      text: `${whose} is signed with ${name}, which current programs refuse.`,
      mark: `signed with ${name}`,
    })
  return found
}

/** Field S29: CryptoAPI then builds a chain that looks self-signed. */
function reusedKey(chain: Chain): CertificateFault[] {
  const [leafIndex, issuerIndex] = chain.path
  const leaf = chain.sent[leafIndex ?? 0]
  const issuer = issuerIndex === undefined ? undefined : chain.sent[issuerIndex]
  if (leaf?.certificate == null || leaf.certificate.selfIssued) return []
  const { subjectKeyId, authorityKeyId } = leaf.certificate.extensions
  const sameKey =
    issuer?.certificate == null
      ? subjectKeyId !== null && subjectKeyId === authorityKeyId
      : sameBytes(spkiOf(leaf, leaf.certificate), spkiOf(issuer, issuer.certificate))
  return sameKey
    ? [
        {
          cause: 'key-reused',
          certain: true,
          index: 0,
          text: `The ${chain.owner}'s certificate has the same key as the CA that issued it.`,
          mark: 'the key of its CA',
        },
      ]
    : []
}

function spkiOf(sent: SentCertificate, certificate: Certificate): Uint8Array {
  return sent.der.subarray(certificate.spki.start, certificate.spki.end)
}

function trustFaults(chain: Chain, world: World): CertificateFault[] {
  const index = chain.path.at(-1)!
  const certificate = chain.sent[index]!.certificate
  if (certificate === null || chain.top === 'root-known') return []
  if (chain.top !== 'issuer-missing') {
    const leafItself = index === 0
    return [
      {
        cause: 'untrusted-root',
        certain: leafItself,
        index,
        text: leafItself
          ? `The ${chain.owner}'s certificate is self-signed.`
          : `The chain of the ${chain.owner}'s certificate ends in ${subjectText(certificate)}, which is not in ${world.trust.label}.`,
        mark: leafItself ? 'self-signed' : `root ${subjectText(certificate)}`,
      },
    ]
  }
  const untrusted: CertificateFault = {
    cause: 'untrusted-root',
    certain: false,
    index,
    text: `The ${chain.owner}'s chain ends at the issuer ${certificate.issuer.text}, which is not in ${world.trust.label}.`,
    mark: `issuer ${certificate.issuer.text}`,
  }
  const incomplete: CertificateFault = {
    cause: 'incomplete-chain',
    certain: false,
    index,
    text: `The ${chain.owner} sent ${String(chain.sent.length)} certificate${chain.sent.length === 1 ? '' : 's'} and left out the issuer ${certificate.issuer.text}; unless that is a root, an intermediate is missing.`,
    mark: chain.sent.length === 1 ? '1 certificate only' : `${String(chain.sent.length)} certificates only`,
  }
  return probablyRoot(chain, certificate) ? [untrusted, incomplete] : [incomplete, untrusted]
}

/** A missing issuer is a root where its name says so, or where the sender did send intermediates and left out the last. */
function probablyRoot(chain: Chain, last: Certificate): boolean {
  const name = last.issuer.text
  if (/\broot\b/i.test(name)) return true
  if (/\b(intermediate|issuing|sub)/i.test(name)) return false
  return chain.path.length > 1 && last.extensions.issuerUrls === null
}
