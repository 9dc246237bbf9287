// Public QUIC captures against what tshark reads in them: server name, fingerprint, suite and version of every connection.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../../../electron/worker/crypto.ts'
import { ja3 } from '../../../shared/tls/fingerprints.ts'
import { scanFile } from '../../support/scan.ts'

const folder = join(import.meta.dirname, '../../../../shared/captures/zeek')

interface Stream {
  readonly client: string
  readonly sni: string[]
  readonly ja3: string[]
  readonly cipher: string[]
  readonly quic?: boolean
}

function rows(): { readonly capture: string; readonly streams: Stream[] }[] {
  return readFileSync(join(folder, 'tshark-facts.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"quic": true'))
    .map((line) => JSON.parse(line) as { capture: string; streams: Stream[] })
}

describe.skipIf(!existsSync(folder))('public QUIC captures', () => {
  it.each(existsSync(folder) ? rows() : [])('$capture agrees with tshark', async ({ capture, streams }) => {
    const { conversations } = await scanFile(join(folder, capture))
    for (const stream of streams.filter(({ quic }) => quic)) {
      const found = conversations.find(
        ({ conversation: { transport, clientEndpoint: c } }) =>
          transport === 'quic' && `${c.address}|${String(c.port)}` === stream.client,
      )
      const bodies = found?.conversation.messages.map(({ body }) => body) ?? []
      const client = bodies.find((body) => body?.kind === 'client-hello')
      const server = bodies.find((body) => body?.kind === 'server-hello')
      expect(client?.serverName ?? null).toBe(stream.sni[0] ?? null)
      expect(client === undefined ? null : ja3(client, nodeCrypto)).toBe(stream.ja3[0])
      expect(client?.alpn?.length).toBeGreaterThan(0)
      expect(server === undefined ? [] : [server.cipherSuite]).toEqual(stream.cipher.map(Number))
    }
  })

  it.each(['quic_383379789-decrypt-crash.pcap', 'quic_vector-max-size-crash.pcap'])(
    '%s, made to crash readers, holds no connection',
    async (name) => {
      expect((await scanFile(join(folder, name))).conversations).toHaveLength(0)
    },
  )
})
