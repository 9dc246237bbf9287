// Every ClientHello that lies in a packet of the public captures, whatever is around it, belongs to a conversation that the
// program tells: found by its random in the raw bytes, its server name and protocols read there without the program's readers.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ClientHello } from '../../shared/tls/messages.ts'
import { scanFile } from '../support/scan.ts'
import { read } from '../support/sink.ts'

const folder = join(import.meta.dirname, '../../../shared/captures/zeek')

/** Hellos that the program has no conversation for, and why (docs/zeek-differences.md). */
const exceptions: Readonly<Record<string, string>> = {}

interface RawHello {
  readonly packet: number
  readonly random: string
  /** null where the hello goes on in another packet. */
  readonly serverName: string | null
  readonly protocols: string
  readonly whole: boolean
}

/** A plaintext record of TLS or DTLS that holds the beginning of a ClientHello (RFC 8446 §5.1, §4.1.2; RFC 6347 §4.2.2). */
function* hellosIn(data: Buffer, packet: number): Generator<RawHello> {
  for (let at = data.indexOf(0x16); at >= 0; at = data.indexOf(0x16, at + 1)) {
    const tls = data[at + 1] === 3 && data[at + 2]! <= 4 && data[at + 5] === 1 && data[at + 6] === 0
    const dtls = data[at + 1] === 0xfe && data[at + 2]! >= 0xfc && data[at + 3] === 0 && data[at + 13] === 1
    if (!tls && !dtls) continue
    const body = at + (dtls ? 25 : 9)
    const major = dtls ? 0xfe : 3
    if (data[body] !== major || body + 35 > data.length || data[body + 34]! > 32) continue
    const end = at + (dtls ? 25 + data.readUIntBE(at + 22, 3) : 9 + data.readUIntBE(at + 6, 3))
    const random = data.toString('hex', body + 2, body + 34)
    const whole = end <= data.length && (!dtls || data.readUIntBE(at + 14, 3) === data.readUIntBE(at + 22, 3))
    const { serverName, protocols } = whole
      ? named(data, body + 34, end, dtls)
      : { serverName: null, protocols: '' }
    yield { packet, random, serverName, protocols, whole }
  }
}

/** Behind the random: session id, cookie, suites, compression, extensions 0 (RFC 6066 §3) and 16 (RFC 7301 §3.1). */
function named(data: Buffer, from: number, end: number, dtls: boolean) {
  let at = from + 1 + data[from]!
  if (dtls) at += 1 + data[at]!
  at += 2 + data.readUInt16BE(at)
  at += 1 + data[at]!
  let serverName: string | null = null
  const protocols: string[] = []
  for (at += 2; at + 4 <= end;) {
    const [type, length] = [data.readUInt16BE(at), data.readUInt16BE(at + 2)]
    at += 4
    if (type === 0 && length > 5)
      serverName = data.toString('latin1', at + 5, at + 5 + data.readUInt16BE(at + 3))
    for (let p = at + 2; type === 16 && p < at + length; p += 1 + data[p]!)
      protocols.push(data.toString('latin1', p + 1, p + 1 + data[p]!))
    at += length
  }
  return { serverName, protocols: protocols.join(' ') }
}

describe.skipIf(!existsSync(folder))('public captures', () => {
  it('have no ClientHello in the clear, whatever carries it, that the program does not tell', async () => {
    const missing: Record<string, string> = {}
    let found = 0
    for (const name of readdirSync(folder).filter((each) => /cap(ng)?$/.test(each))) {
      const path = join(folder, name)
      const packets = read(readFileSync(path)).sink.packets
      const raw = packets.flatMap(({ data, number }) => [...hellosIn(Buffer.from(data), number)])
      if (raw.length === 0) continue
      const { conversations } = await scanFile(path)
      const told = new Map<string, ClientHello>()
      for (const { conversation } of conversations)
        for (const { body } of conversation.messages)
          if (body?.kind === 'client-hello') told.set(Buffer.from(body.random).toString('hex'), body)
      for (const hello of raw) {
        const ours = told.get(hello.random)
        if (ours === undefined) {
          missing[name] = `packet ${String(hello.packet)} ${hello.random}`
          continue
        }
        found++
        if (!hello.whole) continue
        const said = [name, ours.serverName, ours.alpn?.join(' ') ?? '']
        expect(said).toEqual([name, hello.serverName, hello.protocols])
      }
    }
    expect(missing).toEqual(exceptions)
    expect(found).toBeGreaterThan(100)
  })
})
