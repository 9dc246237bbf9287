// Recorded handshakes taken apart into what each side sent, to be played again with fresh addresses by the bench captures.

import { readFileSync } from 'node:fs'
import type { CaptureInterface } from '../../shared/capture/capture.ts'
import { CaptureReader } from '../../shared/capture/reader.ts'
import { PacketDecoder } from '../../shared/decode.ts'
import { tcpFlag } from '../../shared/network/tcp.ts'

/** One segment of a session: who sent it and what. Acknowledgements are made anew when it is played. */
export interface Play {
  readonly fromClient: boolean
  readonly flags: number
  readonly payload: Uint8Array
}

/** Bytes of application data after which a session is cut short. */
const maxPayload = 12000

/** The sessions of a capture, each from its SYN on. */
export function sessionsOf(path: string): Play[][] {
  const sessions = new Map<string, { client: string; plays: Play[]; bytes: number }>()
  const silent = { warning: () => undefined }
  const decoder = new PacketDecoder(silent)
  const place = { place: () => 0 }
  const reader = new CaptureReader({
    ...silent,
    secrets: () => undefined,
    packet(b, start, captured, _original, number, time, _at, link: CaptureInterface) {
      if (decoder.decode(b, start, start + captured, number, time, place, link) !== 'tcp') return
      const { tcp } = decoder
      const ends = [String(tcp.sourcePort), String(tcp.destinationPort)]
      const key = ends.toSorted().join(' ')
      let session = sessions.get(key)
      if (session === undefined) {
        if ((tcp.flags & tcpFlag.syn) === 0) return
        session = { client: ends[0]!, plays: [], bytes: 0 }
        sessions.set(key, session)
      }
      const payload = b.slice(tcp.payloadStart, tcp.payloadEnd)
      const control = tcp.flags & (tcpFlag.syn | tcpFlag.fin | tcpFlag.rst)
      if (payload.length === 0 && control === 0) return
      if (session.bytes > maxPayload && control === 0) return
      session.bytes += payload.length
      session.plays.push({ fromClient: ends[0] === session.client, flags: tcp.flags, payload })
    },
  })
  const bytes = new Uint8Array(readFileSync(path))
  reader.consume(bytes, 0, bytes.length, 0)
  reader.finish()
  return [...sessions.values()].map((session) => closed(session.plays))
}

/** A recording that ends before its connection does is given an end: the bench would hold half of its sessions open. */
function closed(plays: Play[]): Play[] {
  if (plays.some(({ flags }) => flags & (tcpFlag.fin | tcpFlag.rst))) return plays
  const end = { flags: tcpFlag.fin | tcpFlag.ack, payload: new Uint8Array(0) }
  return [...plays, { ...end, fromClient: true }, { ...end, fromClient: false }]
}
