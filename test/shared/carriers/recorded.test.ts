// Recorded conversations with real servers: carrier, steps, outcome and cause are what happened, as each .expected.json says.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyseFile } from '../../../electron/worker/analyse.ts'
import { defaultReplay } from '../../../shared/schannel/model.ts'

const folder = join(import.meta.dirname, '../../captures/carriers')
const names = readdirSync(folder)
  .filter(
    (file) => file.endsWith('.pcap') && existsSync(join(folder, file.replace('.pcap', '.expected.json'))),
  )
  .map((file) => file.replace('.pcap', ''))

/** Rules about carriers and what lies inside TLS; what others say of the handshake is no matter here. */
const ofCarriers =
  /^(tds|sql|eap|quic|starttls|proxy|rdp|ldap|database|http2?|credssp|rdstls|tunnel|server-refuses|ftp|inside)-/

async function reported(name: string) {
  const keys = join(folder, `${name}.keys`)
  const outcome = await analyseFile(join(folder, `${name}.pcap`), {
    keylog: existsSync(keys) ? keys : null,
    key: null,
    passwordFile: null,
    replay: defaultReplay,
  })
  if (!outcome.ok) throw new Error(outcome.fault.message)
  const capture = outcome.value
  const conversations = capture.rows.map(({ id }) => {
    const report = capture.inspect(id, defaultReplay)
    const { carrier, outcome: result, failure, serverName } = report
    return {
      transport: report.transport,
      alpn: report.alpn.offered,
      client: report.contexts.client.final,
      server: report.contexts.server.final,
      findings: report.findings.map(({ rule }) => rule).filter((rule) => ofCarriers.test(rule)),
      parent: report.parent,
      carrier: carrier.name,
      steps: carrier.steps.map(({ from, text, result: step, packets }) => ({
        from,
        text,
        result: step,
        packets,
      })),
      inside:
        report.inside === null
          ? null
          : {
              name: report.inside.name,
              steps: report.inside.steps.map(
                ({ from, text, result: step, packets }) => `${from} ${step} ${packets.join(' ')}: ${text}`,
              ),
            },
      outcome: result,
      side: failure?.side ?? null,
      cause: failure?.cause ?? null,
      serverName,
    }
  })
  capture.close()
  return { conversations }
}

describe('a recorded carrier', () => {
  it.each(names)('%s is reported as it happened', async (name) => {
    const expected = JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8')) as {
      conversations: readonly object[]
    }
    const { conversations } = await reported(name)
    expect(conversations).toHaveLength(expected.conversations.length)
    expected.conversations.forEach((conversation, i) => {
      expect(conversations[i]).toMatchObject(conversation)
    })
  })
})
