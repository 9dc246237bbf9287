// NULL cipher suites without keys: what follows the ChangeCipherSpec is read, for it was never encrypted (RFC 5246 §6.2.3.1).

import { describe, expect, it } from 'vitest'
import { readUnencrypted } from '../../../shared/secrets/unencrypted.ts'
import { scanFile } from '../../support/scan.ts'
import { logOf, opened, recorded, told } from './captured.ts'

const conversationOf = async (name: string) =>
  (await scanFile(`${recorded}${name}.pcap`)).conversations[0]!.conversation

describe('a conversation that agreed on a NULL cipher suite', () => {
  it('shows its Finished and the alert that closes it, scanned without keys', async () => {
    const read = readUnencrypted(await conversationOf('rsa-null'), { applicationBytes: 100 })!
    expect(told(read.conversation.messages).filter((line) => / opened|sealed/.test(line))).toEqual([
      'client finished opened',
      'server finished opened',
      'client alert 0 opened',
      'server alert 0 opened',
    ])
    const data = read.conversation.client.records.find(({ innerType }) => innerType === 23)!
    expect(new TextDecoder().decode(data.opened!)).toBe('hello\n')
  })

  it('shows a renegotiation, its refusal and the alert that ends it', async () => {
    const { messages } = readUnencrypted(
      await conversationOf('rsa-null-renegotiation-refused'),
      {},
    )!.conversation
    expect(told(messages).slice(-3)).toEqual([
      'client client-hello opened',
      'server alert 100 opened',
      'client alert 40 opened',
    ])
    expect(messages.at(-1)!.handshake).toBe(2)
  })

  it('says with keys what it says without, and proves it', async () => {
    const conversation = await conversationOf('rsa-null-renegotiation-refused')
    const withKeys = opened(
      conversation,
      logOf(`${recorded}rsa-null-renegotiation-refused.keys`),
    ).conversation
    const without = readUnencrypted(conversation, {})!.conversation
    expect(told(withKeys.messages).map((line) => line.replace(' verified', ''))).toEqual(
      told(without.messages),
    )
    expect(withKeys.messages.filter(({ verified }) => verified === true)).toHaveLength(2)
  })

  it('is told from one that is encrypted', async () => {
    expect(readUnencrypted(await conversationOf('rsa-gcm'), {})).toBeNull()
    expect(readUnencrypted(await conversationOf('tls13-aes128-gcm'), {})).toBeNull()
  })
})
