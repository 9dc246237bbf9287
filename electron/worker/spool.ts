// Noted packets of captures that cannot be read twice, in one private temporary file.

import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { maxPacketBytes, maxSpoolBytes } from '../../shared/limits.ts'
import type { PacketSpool, StoredPacket } from '../../shared/ports.ts'

const headerBytes = 20
const bufferBytes = 256 << 10

/** The file is readable by its owner only and is gone after `close`, or when the process ends in whatever way. */
export class FileSpool implements PacketSpool {
  private readonly path: string
  private readonly limit: number
  private readonly handle: number
  private readonly pending = Buffer.allocUnsafeSlow(bufferBytes)
  private pendingBytes = 0
  private written = 0
  /** Closed, or the disk took no more. */
  private stopped = false
  private closed = false
  private readonly remove = () => rmSync(this.path, { force: true })

  /** Throws where no temporary file can be made. */
  constructor(folder = tmpdir(), limit = maxSpoolBytes) {
    this.path = join(folder, `handshake-inspector-${randomBytes(12).toString('hex')}.spool`)
    this.limit = limit
    this.handle = openSync(this.path, 'wx+', 0o600)
    // A file without a name needs no cleaning up. Where the system keeps the name of an open file, it goes at exit.
    if (process.platform === 'win32') process.once('exit', this.remove)
    else this.remove()
  }

  append(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    time: number,
    link: number,
  ): number {
    const place = this.written + this.pendingBytes
    const size = headerBytes + captured
    if (this.stopped || place + size > this.limit) return -1
    if (size > bufferBytes - this.pendingBytes && !this.flush()) return -1
    const packet = bytes.subarray(start, start + captured)
    const { pending, pendingBytes } = this
    pending.writeUInt32LE(captured, pendingBytes)
    pending.writeUInt32LE(original, pendingBytes + 4)
    pending.writeDoubleLE(time, pendingBytes + 8)
    pending.writeUInt32LE(link, pendingBytes + 16)
    this.pendingBytes += headerBytes
    if (size <= bufferBytes - pendingBytes) {
      pending.set(packet, this.pendingBytes)
      this.pendingBytes += captured
      return place
    }
    return this.flush() && this.write(packet) ? place : -1
  }

  read(place: number): StoredPacket | null {
    if (this.closed || place < 0) return null
    this.flush()
    const header = Buffer.alloc(headerBytes)
    if (readSync(this.handle, header, 0, headerBytes, place) < headerBytes) return null
    const captured = header.readUInt32LE(0)
    if (captured > maxPacketBytes) return null
    const bytes = new Uint8Array(captured)
    if (captured > 0 && readSync(this.handle, bytes, 0, captured, place + headerBytes) < captured) return null
    return {
      bytes,
      original: header.readUInt32LE(4),
      time: header.readDoubleLE(8),
      link: header.readUInt32LE(16),
    }
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.stopped = true
    closeSync(this.handle)
    process.removeListener('exit', this.remove)
    this.remove()
  }

  /** False once the disk took no more. */
  private flush(): boolean {
    if (this.pendingBytes === 0) return true
    const bytes = this.pending.subarray(0, this.pendingBytes)
    this.pendingBytes = 0
    return this.write(bytes)
  }

  /** A full disk is the spool's limit, reached earlier than hoped for. */
  private write(bytes: Uint8Array): boolean {
    try {
      let done = 0
      while (done < bytes.length)
        done += writeSync(this.handle, bytes, done, bytes.length - done, this.written + done)
      this.written += done
      return true
    } catch {
      this.stopped = true
      return false
    }
  }
}
