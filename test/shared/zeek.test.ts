// Public captures against what tshark reads in them: every file survives, and the facts of its conversations agree (QUIC: quic/public.test.ts).

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../../electron/worker/crypto.ts'
import type { Conversation } from '../../shared/conversation/facts.ts'
import { ja3 } from '../../shared/tls/fingerprints.ts'
import { scanFile } from '../support/scan.ts'

const folder = join(import.meta.dirname, '../../../shared/captures/zeek')

interface TsharkStream {
  readonly proto: string
  /** null where tshark names no sender (a hello in SSLv2 format). */
  readonly client: string | null
  readonly server: string
  readonly sni: string[]
  readonly ja3: string[]
  readonly cipher: string[]
  readonly version: string[]
  readonly alerts: [string, number, number][]
  readonly types: [string, number][]
  readonly quic: boolean
}

interface TsharkFacts {
  readonly capture: string
  readonly streams: TsharkStream[]
}

interface Facts {
  readonly sni: string | null
  readonly ja3: string | null
  readonly cipher: string | null
  readonly version: string | null
  readonly alerts: string
}

function hex4(code: number): string {
  return `0x${code.toString(16).padStart(4, '0')}`
}

function factsOf(conversation: Conversation): Facts {
  let sni: string | null = null
  let fingerprint: string | null = null
  let cipher: string | null = null
  let version: string | null = null
  const alerts: string[] = []
  for (const { body, from } of conversation.messages) {
    if (body?.kind === 'client-hello' && fingerprint === null) {
      sni = body.serverName
      fingerprint = ja3(body, nodeCrypto)
    }
    if (body?.kind === 'server-hello' && cipher === null) {
      cipher = hex4(body.cipherSuite)
      version = hex4(body.negotiatedVersion)
    }
    if (body?.kind === 'alert') {
      const { address, port } = from === 'client' ? conversation.clientEndpoint : conversation.serverEndpoint
      alerts.push(`${address}|${String(port)} ${String(body.level)} ${String(body.description)}`)
    }
  }
  return { sni, ja3: fingerprint, cipher, version, alerts: alerts.join(', ') }
}

function tsharkFacts(stream: TsharkStream): Facts {
  return {
    sni: stream.sni[0] ?? null,
    ja3: stream.ja3[0] ?? null,
    cipher: stream.cipher[0] ?? null,
    version: stream.version[0] ?? null,
    alerts: stream.alerts.map(([from, level, code]) => `${from} ${String(level)} ${String(code)}`).join(', '),
  }
}

describe.skipIf(!existsSync(folder))('public captures', () => {
  it('are all read to their end, and agree with tshark in at least 99 of 100 facts', async () => {
    const facts = new Map<string, TsharkFacts>()
    for (const line of readFileSync(join(folder, 'tshark-facts.jsonl'), 'utf8').split('\n')) {
      if (line === '') continue
      const entry = JSON.parse(line) as TsharkFacts
      facts.set(entry.capture, entry)
    }
    let agreed = 0
    const differences: string[] = []
    for (const name of readdirSync(folder)) {
      const expected = facts.get(name)
      if (expected === undefined) continue
      const { conversations } = await scanFile(join(folder, name))
      for (const stream of expected.streams) {
        if (stream.quic || stream.types.length === 0) continue
        const ours = conversations.find(({ conversation: { clientEndpoint: c, serverEndpoint: s } }) => {
          const ends = [`${c.address}|${String(c.port)}`, `${s.address}|${String(s.port)}`]
          return stream.client === null || (ends.includes(stream.client) && ends.includes(stream.server))
        })
        const said = ours === undefined ? null : factsOf(ours.conversation)
        const read = tsharkFacts(stream)
        for (const key of ['sni', 'ja3', 'cipher', 'version', 'alerts'] as const) {
          // tshark 4.0 knows neither JA3 of DTLS nor DTLS 1.3, and joins no messages over RDP's UDP.
          if (said !== null && stream.proto === 'udp' && (read[key] === null || key === 'version')) continue
          if (said?.[key] === read[key]) agreed++
          else
            differences.push(
              `${name} ${String(stream.client)} ${key}: ${String(said?.[key])}, tshark ${String(read[key])}`,
            )
        }
      }
    }
    const share = agreed / (agreed + differences.length)
    expect(share, differences.join('\n')).toBeGreaterThanOrEqual(0.99)
  })
})
