// What is kept of every conversation after the scan, in typed arrays: enough to read it again and to say the same.

import type { FlowKey, Noted } from './conversation/connection.ts'
import type { Conversation } from './conversation/facts.ts'
import type { Closing, Counted } from './conversation/gatherer.ts'

export interface ConversationRecord {
  readonly transport: Conversation['transport']
  /** null for EAP sessions, which several flows may carry. */
  readonly key: FlowKey | null
  readonly closing: Closing
  /** Its noted packets: a range in `NotedStore`. */
  readonly noted: { readonly from: number; readonly to: number }
}

/** Places of all noted packets: a conversation has about twenty. */
export class NotedStore {
  size = 0
  private readonly places: Float64Array[] = []
  private readonly packets: Uint32Array[] = []
  private readonly resumes = new Map<number, Noted>()

  add(noted: readonly Noted[]): ConversationRecord['noted'] {
    const from = this.size
    for (const one of noted) {
      const block = Math.floor(this.size / notedInBlock)
      if (block === this.places.length) {
        this.places.push(new Float64Array(notedInBlock))
        this.packets.push(new Uint32Array(notedInBlock))
      }
      this.places[block]![this.size % notedInBlock] = one.at
      this.packets[block]![this.size % notedInBlock] = one.packet
      if (one.resume !== null) this.resumes.set(this.size, one)
      this.size++
    }
    return { from, to: this.size }
  }

  get(index: number): Noted {
    const block = Math.floor(index / notedInBlock)
    const at = this.places[block]![index % notedInBlock]!
    const packet = this.packets[block]![index % notedInBlock]!
    return this.resumes.get(index) ?? { at, packet, resume: null }
  }
}

/** Blocks are never copied, as one array that grows would be. */
const notedInBlock = 8192
const recordsInBlock = 512
/** Numbers in one record. */
const width = 27

/** All records by the id of their conversation; each is made of its numbers when it is asked for. */
export class RecordStore {
  private readonly blocks: Float64Array[] = []
  /** Both addresses of each conversation: the very texts that its row has. */
  private readonly addresses: string[] = []
  /** Of the few conversations that came through tunnels. */
  private readonly tunnels = new Map<number, readonly string[]>()
  /** Of the few that lie in another conversation, or were announced by one. */
  private readonly within = new Map<number, NonNullable<Closing['within']>>()

  add(record: ConversationRecord): void {
    const { id, endpoints, tunnels, within } = record.closing
    if (tunnels.length > 0) this.tunnels.set(id, tunnels)
    if (within !== null) this.within.set(id, within)
    const place = id - 1
    const block = Math.floor(place / recordsInBlock)
    while (this.blocks.length <= block) this.blocks.push(new Float64Array(recordsInBlock * width))
    this.blocks[block]!.set(numbersOf(record), (place % recordsInBlock) * width)
    while (this.addresses.length < 2 * id) this.addresses.push('')
    for (const dir of [0, 1] as const) this.addresses[2 * place + dir] = endpoints[dir].address
  }

  /** null for an id that no conversation has. */
  get(id: number): ConversationRecord | null {
    const place = id - 1
    const from = (place % recordsInBlock) * width
    const block = this.blocks[Math.floor(place / recordsInBlock)]
    if (block?.[from] !== id) return null
    const addresses = [this.addresses[2 * place]!, this.addresses[2 * place + 1]!] as const
    const few = { tunnels: this.tunnels.get(id) ?? [], within: this.within.get(id) ?? null }
    return recordOf(block.subarray(from, from + width), addresses, few)
  }
}

/** The numbers of a record in the order in which `recordOf` takes them; the id comes first. */
function numbersOf({ transport, key, closing, noted }: ConversationRecord): readonly number[] {
  const { endpoints, seen, fromSyn, acknowledged } = closing
  const flags = [seen[0], seen[1], fromSyn[0], fromSyn[1], closing.revived, key !== null]
  return [
    closing.id,
    transports.indexOf(transport),
    flags.reduce((bits, flag, i) => bits + (flag ? 1 << i : 0), 0),
    key?.version ?? 0,
    key?.addressA ?? 0,
    key?.addressB ?? 0,
    endpoints[0].port,
    endpoints[1].port,
    closing.synDir,
    acknowledged[0],
    acknowledged[1],
    ...countsOf(closing.counted[0]),
    ...countsOf(closing.counted[1]),
    closing.firstPacket,
    closing.lastPacket,
    closing.packets,
    closing.start,
    closing.end,
    closing.quietAfter,
    noted.from,
    noted.to,
  ]
}

function countsOf(counted: Counted): readonly number[] {
  const { length, uninspectedRecords, applicationRecords, applicationBytes } = counted
  return [length, uninspectedRecords, applicationRecords, applicationBytes]
}

function recordOf(
  numbers: Float64Array,
  addresses: readonly [string, string],
  few: Pick<Closing, 'tunnels' | 'within'>,
): ConversationRecord {
  let at = 0
  const next = () => numbers[at++]!
  const counted = (): Counted => ({
    length: next(),
    uninspectedRecords: next(),
    applicationRecords: next(),
    applicationBytes: next(),
  })
  const id = next()
  const transport = transports[next()]!
  const flags = next()
  const flag = (bit: number) => (flags & (1 << bit)) !== 0
  const version = next()
  const [addressA, addressB] = [next(), next()]
  const [portA, portB] = [next(), next()]
  const closing: Closing = {
    id,
    transport,
    ...few,
    endpoints: [
      { address: addresses[0], port: portA },
      { address: addresses[1], port: portB },
    ],
    seen: [flag(0), flag(1)],
    fromSyn: [flag(2), flag(3)],
    revived: flag(4),
    synDir: next() as Closing['synDir'],
    acknowledged: [next(), next()],
    counted: [counted(), counted()],
    firstPacket: next(),
    lastPacket: next(),
    packets: next(),
    start: next(),
    end: next(),
    quietAfter: next(),
  }
  const noted = { from: next(), to: next() }
  const key = { addressA, addressB, portA, portB, version, tunnels: few.tunnels }
  return { transport, key: flag(5) ? key : null, closing, noted }
}

const transports: readonly Conversation['transport'][] = ['tcp', 'udp', 'quic', 'eapol', 'radius', 'rdp-udp']
