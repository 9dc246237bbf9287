import { expect, test } from 'vitest'
import { type ConversationRecord, NotedStore, RecordStore } from '../../shared/records.ts'

function record(id: number, other: Partial<ConversationRecord['closing']> = {}): ConversationRecord {
  return {
    transport: 'tcp',
    key: {
      addressA: -1062731775,
      addressB: 0x0a000001,
      portA: 50000 + id,
      portB: 443,
      version: 4,
      tunnels: other.tunnels ?? [],
    },
    closing: {
      id,
      within: null,
      transport: 'tcp',
      tunnels: [],
      endpoints: [
        { address: '192.168.0.1', port: 50000 + id },
        { address: '10.0.0.1', port: 443 },
      ],
      seen: [true, false],
      fromSyn: [false, true],
      synDir: -1,
      acknowledged: [-1, 2 ** 40],
      revived: true,
      counted: [
        { length: 1, uninspectedRecords: 2, applicationRecords: 3, applicationBytes: 4 },
        { length: 5, uninspectedRecords: 6, applicationRecords: 7, applicationBytes: 2 ** 45 },
      ],
      firstPacket: 8,
      lastPacket: 9,
      packets: 10,
      start: 1.5e9,
      end: NaN,
      quietAfter: 3e9,
      ...other,
    },
    noted: { from: 11, to: 12 },
  }
}

test('a record comes back as it was kept, in whatever order they close', () => {
  const store = new RecordStore()
  const kept = [700, 1, 513, 512].map((id) =>
    record(id, { synDir: 0, firstPacket: id, tunnels: id === 1 ? ['PPPoE', 'GRE'] : [] }),
  )
  for (const each of kept) store.add(each)
  for (const each of kept) expect(store.get(each.closing.id)).toEqual(each)
})

test('a conversation within another keeps what was said of it there', () => {
  const carrier = { name: 'ftp-data', steps: [] }
  const [inner, data] = [
    record(2, { within: { parent: 1, carrier: null } }),
    record(3, { within: { parent: 1, carrier } }),
  ]
  const store = new RecordStore()
  for (const each of [inner, data]) store.add(each)
  expect(store.get(2)).toEqual(inner)
  expect(store.get(3)).toEqual(data)
})

test('a session without a flow keeps that it has none', () => {
  const session: ConversationRecord = { ...record(1, { transport: 'eapol' }), transport: 'eapol', key: null }
  const store = new RecordStore()
  store.add(session)
  expect(store.get(1)).toEqual(session)
})

test('an id that no conversation has gives nothing', () => {
  const store = new RecordStore()
  store.add(record(3))
  for (const id of [-1, 0, 1, 2, 4, 513, 1e9]) expect(store.get(id)).toBeNull()
})

test('noted packets come back over the borders of blocks, with the state that some carry', () => {
  const store = new NotedStore()
  const noted = Array.from({ length: 20_000 }, (_, i) => ({ at: i * 1e6, packet: i + 1, resume: null }))
  expect(store.add(noted.slice(0, 8190))).toEqual({ from: 0, to: 8190 })
  expect(store.add(noted.slice(8190))).toEqual({ from: 8190, to: 20_000 })
  for (const i of [0, 8189, 8190, 8191, 8192, 19_999]) expect(store.get(i)).toEqual(noted[i])
})
