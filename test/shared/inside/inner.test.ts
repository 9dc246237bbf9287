// Conversations inside others: their numbers, their parents, the same in both passes, bounded in depth, safe with any content.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyseFile, type OpenCapture } from '../../../electron/worker/analyse.ts'
import { nodeCrypto } from '../../../electron/worker/crypto.ts'
import { innerConversation } from '../../../shared/inside/inner.ts'
import { maxInnerDepth } from '../../../shared/limits.ts'
import { defaultReplay } from '../../../shared/schannel/model.ts'
import { parseKeyLog } from '../../../shared/secrets/keylog.ts'
import { openConversation } from '../../../shared/secrets/open.ts'
import { clientHello, serverHello } from '../../support/carried.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { openedConversation } from '../../support/opened.ts'
import { scanFile } from '../../support/scan.ts'

const folder = join(import.meta.dirname, '../../captures/carriers')
const options = { keepSealed: true, keepBytes: true }

async function opened(name: string, keys = true): Promise<OpenCapture> {
  const outcome = await analyseFile(join(folder, `${name}.pcap`), {
    keylog: keys ? join(folder, `${name}.keys`) : null,
    key: null,
    passwordFile: null,
    replay: defaultReplay,
  })
  if (!outcome.ok) throw new Error(outcome.fault.message)
  return outcome.value
}

describe('TLS inside TLS', () => {
  it('has a row, calls, tokens and bytes of its own, and names its parent', async () => {
    const capture = await opened('https-proxy-squid')
    const [outer, inner] = capture.rows
    expect(outer).toMatchObject({ id: 1, parent: null })
    expect(inner).toMatchObject({ id: 2, parent: 1, serverName: 'server.example', outcome: 'established' })
    const view = capture.inspect(2, defaultReplay)
    expect(view.contexts.client.calls[0]).toMatchObject({ function: 'InitializeSecurityContext' })
    const hello = capture.token(2, view.tokens.find(({ from }) => from === 'client')!.id)
    expect([...hello.bytes.subarray(0, 3)]).toEqual([22, 3, 1])
    expect(hello.packets[0]?.packet).toBe(9)
    expect(view.key).not.toBe(capture.inspect(1, defaultReplay).key)
    capture.close()
  })

  it('is numbered behind all others, so that loading keys renumbers nothing', async () => {
    const [bare, keyed] = [await opened('tls-six-deep', false), await opened('tls-six-deep')]
    expect(bare.rows.map(({ id, key }) => [id, key])).toEqual([[1, keyed.rows[0]!.key]])
    expect(keyed.rows.map(({ id, parent }) => [id, parent])).toEqual([
      [1, null],
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 4],
    ])
    for (const capture of [bare, keyed]) capture.close()
  })

  it('is followed to a depth, and what lies deeper is said', async () => {
    const capture = await opened('tls-six-deep')
    expect(capture.rows).toHaveLength(1 + maxInnerDepth)
    expect(capture.summary.warnings.map(({ code, text }) => `${code} ${text}`)).toEqual([
      'limit-reached Conversation 5 holds another one inside its TLS; only 4 in one another are followed.',
    ])
    capture.close()
  })

  it('is saved with the packets of its parent and the keys of both', async () => {
    const capture = await opened('https-proxy-squid')
    const packets = (id: number) => [...capture.notedPackets([id])].map(({ packet }) => packet)
    expect(packets(2)).toEqual(packets(1))
    const randoms = (ids: readonly number[]) =>
      new Set(
        capture
          .keyLogOf(ids)
          .split('\n')
          .flatMap((line) => line.split(' ')[1] ?? []),
      )
    expect(randoms([1]).size).toBe(1)
    expect(randoms([2]).size).toBe(2)
    capture.close()
  })

  it('is found in the tokens of CredSSP, in WinRM over HTTPS', () => {
    const token = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
    const outer = openedConversation('none', [
      [
        'client',
        `POST /wsman HTTP/1.1\r\nContent-Length: 0\r\nAuthorization: CredSSP ${token(clientHello)}\r\n\r\n`,
      ],
      [
        'server',
        `HTTP/1.1 401 \r\nContent-Length: 0\r\nWWW-Authenticate: CredSSP ${token(serverHello)}\r\n\r\n`,
      ],
    ])
    const inner = innerConversation(outer, 2, options)!
    const { carrier, messages, parent } = inner.builder.finish(inner.closing)
    expect([carrier.name, parent]).toEqual(['winrm', outer.id])
    expect(messages.map(({ type, packet }) => [type, packet])).toEqual([
      [1, 1],
      [2, 2],
    ])
  })

  it('is none where the content only resembles it, and where nothing is opened', async () => {
    const bytes = (said: Parameters<typeof openedConversation>[1]) =>
      innerConversation(openedConversation('none', said), 2, options)
    expect(
      bytes([
        ['client', 'POST / HTTP/1.1\r\n\r\n'],
        ['client', clientHello.subarray(0, 5)],
      ]),
    ).toBeNull()
    expect(
      bytes([
        ['server', '* OK ready\r\n'],
        ['client', 'a LOGOUT\r\n'],
      ]),
    ).toBeNull()
    expect(
      bytes([
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).not.toBeNull()
    const capture = await opened('https-proxy-squid', false)
    expect(capture.rows).toHaveLength(1)
    capture.close()
  })

  it('never fails, whatever was opened', async () => {
    const path = join(folder, 'https-proxy-squid')
    const { conversations } = await scanFile(`${path}.pcap`, { keepSealed: true, keepBytes: false })
    const { log } = parseKeyLog(readFileSync(`${path}.keys`, 'utf8'))
    const { conversation } = openConversation(
      conversations[0]!.conversation,
      { log, rsa: null },
      nodeCrypto,
      { applicationBytes: 1 << 16 },
    )
    const random = new Random(11)
    let found = 0
    for (let i = 0; i < 400; i++) {
      const changed = (side: 'client' | 'server') => ({
        ...conversation[side],
        records: conversation[side].records.map((record) =>
          record.opened === null || random.below(3) > 0
            ? record
            : {
                ...record,
                opened: mutate(record.opened.slice(0, random.below(record.opened.length + 1)), random),
              },
        ),
      })
      const outer = { ...conversation, client: changed('client'), server: changed('server') }
      const inner = innerConversation(outer, 2, options)
      if (inner === null) continue
      found++
      expect(inner.builder.finish(inner.closing).parent).toBe(1)
    }
    expect(found).toBeGreaterThan(50)
  })
})
