// Extension blocks of hellos, EncryptedExtensions, certificates and tickets (RFC 8446 §4.2, RFC 5246 §7.4.1.4).

import { attempt, type Reader } from '../bytes/reader.ts'
import { extensionTypes } from '../registries/extensions.ts'
import { labelOf, nameOf } from '../registries/registry.ts'
import { extensionReaders } from './extension-readers.ts'
import type { Extension } from './messages.ts'

/** Which message carries the block: several extensions differ by it. */
export type ExtensionPlace =
  | 'client-hello'
  | 'server-hello'
  | 'hello-retry-request'
  | 'encrypted-extensions'
  | 'certificate'
  | 'certificate-request'
  | 'new-session-ticket'

/** What the extensions of one block say; null where absent or malformed. */
export class ExtensionValues {
  serverName: string | null = null
  supportedVersions: number[] | null = null
  selectedVersion: number | null = null
  supportedGroups: number[] | null = null
  signatureAlgorithms: number[] | null = null
  signatureAlgorithmsCert: number[] | null = null
  keyShares: number[] | null = null
  selectedGroup: number | null = null
  pointFormats: number[] | null = null
  alpn: string[] | null = null
  pskIdentities: Uint8Array[] | null = null
  pskIndex: number | null = null
  sessionTicket: Uint8Array | null = null
  certificateAuthorities: { names: Uint8Array[]; length: number } | null = null
}

export interface ExtensionBlock {
  readonly extensions: readonly Extension[]
  readonly values: ExtensionValues
  /** What breaks the format, as sentences without positions. */
  readonly faults: string[]
}

/**
 * Reads a block with its two-octet length. A faulty extension is noted and marked, the others are read;
 * a block longer than the message is the message's fault.
 */
export function readExtensions(r: Reader, place: ExtensionPlace): ExtensionBlock {
  const block: OpenBlock = { extensions: [], values: new ExtensionValues(), faults: [], types: null }
  r.group('extensions', () => {
    const list = r.vector(2, 'extensions')
    const malformed = attempt(readList, list, place, block)
    if (malformed !== null) note(block, `extensions break off: ${malformed.what}`)
  })
  return block
}

/** Where an extension lies: its data is made when somebody asks, which the scan does for one of them. */
class PlacedExtension implements Extension {
  readonly type: number
  private readonly bytes: Uint8Array
  private readonly start: number
  private readonly end: number

  constructor(type: number, { bytes, at, end }: Reader) {
    this.type = type
    this.bytes = bytes
    this.start = at
    this.end = end
  }

  get data(): Uint8Array {
    return this.bytes.subarray(this.start, this.end)
  }
}

interface OpenBlock extends ExtensionBlock {
  readonly extensions: Extension[]
  /** The types seen, once there are too many to look through one by one. */
  types: Set<number> | null
}

function readList(r: Reader, place: ExtensionPlace, block: OpenBlock): void {
  while (r.left > 0) readExtension(r, place, block)
}

function readExtension(r: Reader, place: ExtensionPlace, block: OpenBlock): void {
  const { fields } = r
  const group = fields === null ? null : fields.open('extension', r.at)
  const type = r.u16('extension type')
  r.means(fields === null ? '' : labelOf(extensionTypes, type))
  const data = r.sub(r.u16('extension length'), 'extension data')
  if (group !== null) group.name = nameOf(extensionTypes, type)
  if (isRepeated(block, type)) note(block, `${nameOf(extensionTypes, type)}: repeated`)
  block.extensions.push(new PlacedExtension(type, data))
  const read = extensionReaders.get(type)
  if (read !== undefined) {
    const malformed = attempt(read, data, place, block.values)
    if (malformed !== null) {
      note(block, `${nameOf(extensionTypes, type)}: ${malformed.what}`)
      if (group !== null) group.malformed = malformed.what
    }
  } else if (fields !== null && data.left > 0) {
    data.rest('data')
  }
  if (group !== null) fields?.close(group, data.end)
}

function isRepeated(block: OpenBlock, type: number): boolean {
  const { extensions } = block
  if (extensions.length < fewExtensions) {
    for (const earlier of extensions) if (earlier.type === type) return true
    return false
  }
  block.types ??= new Set(extensions.map((earlier) => earlier.type))
  if (block.types.has(type)) return true
  block.types.add(type)
  return false
}

function note(block: OpenBlock, fault: string): void {
  if (block.faults.length < maxFaultsNoted) block.faults.push(fault)
}

const fewExtensions = 32
const maxFaultsNoted = 32
