// Captures packed for tests where the host has no packer: Zstandard frames of raw and run-length blocks (RFC 8878 §3.1.1).

import { bytes } from './packets.ts'

const le24 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff]
const le32 = (value: number): number[] => [...le24(value), value >>> 24]

/** A frame whose blocks hold `content` as it is; a window of 1 MiB, no checksum. */
export function zstdFrame(content: Uint8Array, blockBytes = 100_000): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let at = 0; at < content.length || at === 0; at += blockBytes) {
    const part = content.subarray(at, at + blockBytes)
    const last = at + blockBytes >= content.length ? 1 : 0
    blocks.push(bytes(le24(last | (part.length << 3)), part))
  }
  return bytes(zstdHead(10), ...blocks)
}

/** `blocks` blocks of 128 KiB each, four bytes apiece, all zeros. */
export function zstdBomb(head: Uint8Array, blocks: number): Uint8Array {
  const run = le24((1 << 1) | (0x20000 << 3))
  const body = new Uint8Array(4 * blocks)
  for (let i = 0; i < blocks; i++) body.set(run, 4 * i)
  const first = bytes(le24(head.length << 3), head)
  return bytes(zstdHead(10), first, body, le24((1 << 1) | 1), 0)
}

/** `windowLog` counts from 10: the window is 2 to that power. */
export function zstdHead(windowLog: number): Uint8Array {
  return bytes(le32(0xfd2fb528), 0, windowLog << 3)
}

/** A frame of another use, which readers pass over. */
export function skippableFrame(content: Uint8Array): Uint8Array {
  return bytes(le32(0x184d2a53), le32(content.length), content)
}

/** An LZ4 frame of stored blocks, at most 64 KiB each. */
export function lz4Frame(content: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let at = 0; at < content.length; at += 65536) {
    const part = content.subarray(at, at + 65536)
    blocks.push(bytes(le32((part.length | 0x80000000) >>> 0), part))
  }
  return bytes(lz4Head(), ...blocks, le32(0))
}

/** `blocks` blocks that unpack to about 4 MiB of zeros each, behind `head`. */
export function lz4Bomb(head: Uint8Array, blocks: number): Uint8Array {
  // One literal, then a match at distance 1 whose length goes on in bytes of 255.
  const lengths = new Uint8Array(16_440).fill(0xff)
  lengths[lengths.length - 1] = 0
  const block = bytes(0x1f, 0, 1, 0, lengths, 0x10, 0)
  const stored = bytes(le32((head.length | 0x80000000) >>> 0), head)
  const run = bytes(le32(block.length), block)
  const body = new Uint8Array(run.length * blocks)
  for (let i = 0; i < blocks; i++) body.set(run, i * run.length)
  return bytes(lz4Head(7), stored, body, le32(0))
}

function lz4Head(blockSize = 4): Uint8Array {
  return bytes(le32(0x184d2204), 0x60, blockSize << 4, 0)
}
