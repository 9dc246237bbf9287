// Changes to captures that keep enough of their form to be read on: packets cut, doubled, swapped, and bytes within them.

import type { Random } from '../support/mutation.ts'

/** A capture as its file header and its packet records; any other file is one header without records. */
export interface Taken {
  readonly header: Uint8Array
  readonly records: readonly Uint8Array[]
  readonly littleEndian: boolean
}

const fileHeader = 24
const recordHeader = 16

export function takeApart(file: Uint8Array): Taken {
  const littleEndian = file[0] === 0xd4 || file[0] === 0x4d
  const classic = littleEndian || file[0] === 0xa1
  if (!classic || file.length < fileHeader) return { header: file, records: [], littleEndian }
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const records: Uint8Array[] = []
  let at = fileHeader
  while (file.length - at >= recordHeader) {
    const end = at + recordHeader + view.getUint32(at + 8, littleEndian)
    if (end > file.length) break
    records.push(file.subarray(at, end))
    at = end
  }
  if (at < file.length) records.push(file.subarray(at))
  return { header: file.subarray(0, fileHeader), records, littleEndian }
}

export function putTogether(header: Uint8Array, records: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(records.reduce((sum, record) => sum + record.length, header.length))
  whole.set(header)
  let at = header.length
  for (const record of records) {
    whole.set(record, at)
    at += record.length
  }
  return whole
}

/** One to six changes to `file`; `other` lends packets, `constants` are numbers that the program compares with. */
export function mutateCapture(
  file: Uint8Array,
  other: Uint8Array,
  constants: readonly number[],
  random: Random,
): Uint8Array {
  const taken = takeApart(file)
  if (taken.records.length === 0) return changeBytes(file.slice(), 0, constants, random)
  const records = [...taken.records]
  for (let changes = 1 + random.below(6); changes > 0 && records.length > 0; changes--) {
    const at = random.below(records.length)
    const kind = random.below(16)
    if (kind === 0) records.splice(at, 1)
    else if (kind === 1) records.splice(random.below(records.length), 0, records[at]!)
    else if (kind === 2) records.splice(random.below(records.length), 0, ...records.splice(at, 1))
    else if (kind === 3) {
      const lent = takeApart(other)
      const from = random.below(lent.records.length + 1)
      records.splice(at, 0, ...lent.records.slice(from, from + 1 + random.below(6)))
    } else if (kind === 4) records[at] = resized(records[at]!, taken.littleEndian, random)
    else records[at] = changeBytes(records[at]!.slice(), recordHeader, constants, random)
  }
  const header =
    random.below(50) === 0 ? changeBytes(taken.header.slice(), 0, constants, random) : taken.header
  return putTogether(header, records)
}

/** Changes bytes behind `from`; most often near the end, where the payload is. */
function changeBytes(
  bytes: Uint8Array,
  from: number,
  constants: readonly number[],
  random: Random,
): Uint8Array {
  if (bytes.length <= from) return bytes
  const payload = Math.min(from + 54, bytes.length - 1)
  const begin = random.below(4) === 0 ? from : payload
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const near = random.below(2) === 0 ? Math.min(bytes.length - begin, 96) : bytes.length - begin
    const at = begin + random.below(near)
    const value = constants[random.below(constants.length)] ?? 0
    switch (random.below(7)) {
      case 0:
        bytes[at] = random.below(256)
        break
      case 1:
        bytes[at]! ^= 1 << random.below(8)
        break
      case 2:
        bytes[at] = bytes[at]! + random.below(9) - 4
        break
      case 3:
        bytes[at] = value
        break
      case 4:
        bytes[at] = value >> 8
        if (at + 1 < bytes.length) bytes[at + 1] = value
        break
      case 5:
        bytes.fill([0, 0xff, 0x7f, 0x80][random.below(4)]!, at, at + 1 + random.below(8))
        break
      default:
        bytes.copyWithin(at, begin + random.below(bytes.length - begin), bytes.length)
    }
  }
  return bytes
}

/** The record with bytes more or fewer at its end, and with lengths to match: its own, and those of IPv4 behind Ethernet. */
function resized(record: Uint8Array, littleEndian: boolean, random: Random): Uint8Array {
  if (record.length < recordHeader + 34) return record
  const length = Math.max(34, record.length - recordHeader + random.below(200) - 100)
  const made = new Uint8Array(recordHeader + length)
  made.set(record.subarray(0, made.length))
  const view = new DataView(made.buffer)
  view.setUint32(8, length, littleEndian)
  view.setUint32(12, length, littleEndian)
  if (made[recordHeader + 14] === 0x45) view.setUint16(recordHeader + 16, length - 14)
  return made
}
