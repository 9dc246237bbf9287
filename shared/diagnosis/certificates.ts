// Chains as handshakes bring them: remembered by their content, with the faults that explain a refusal.

import { sameBytes } from '../bytes/same.ts'
import type { Side } from '../conversation/facts.ts'
import type { Certificate } from '../x509/certificate.ts'
import { matchesName, namesOf } from '../x509/host.ts'
import type { World } from './candidate.ts'
import { type Chain, chainOf, readSent, type SentCertificate } from './chain.ts'
import { type CertificateFault, lastingFaults, whoseText } from './chain-faults.ts'
import { dayText } from './day.ts'
import { stapleFault } from './stapling.ts'
import { epochMilliseconds } from './view.ts'
import type { HandshakeView } from './view.ts'

/** A chain as sent, and as it should be, in one handshake. */
export interface ChainReading extends Chain {
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

/** What is known of a chain. */
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
    const chain = chainOf(owner, sent, doubted, world)
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
