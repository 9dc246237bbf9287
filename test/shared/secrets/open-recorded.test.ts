import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../../../electron/worker/crypto.ts'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import type { Crypto } from '../../../shared/ports.ts'
import { openConversation } from '../../../shared/secrets/open.ts'
import { logOf, opened, recorded, scanned, told } from './captured.ts'
import { rc4 } from './rc4.ts'

const keysOf = (name: string) => logOf(`${recorded}${name}.keys`)
const conversationsOf = (name: string) => scanned(`${recorded}${name}.pcap`)

/** Application data of both sides, client's first; empty records, which TLS 1.0 sends against BEAST, left out. */
function spoken(conversation: Conversation): string[] {
  return [...conversation.client.records, ...conversation.server.records]
    .filter((record) => record.innerType === 23 && record.opened?.length !== 0)
    .map((record) =>
      record.opened === null ? record.protection : new TextDecoder().decode(record.opened).trim(),
    )
}

const before13 = [
  'dhe-rsa-ccm',
  'dhe-rsa-gcm-sha384',
  'dtls10-cbc',
  'dtls12-cbc',
  'dtls12-chacha20-loss',
  'dtls12-finished-lost',
  'dtls12-gcm',
  'dtls12-loss-before-capture',
  'ecdhe-ecdsa-ccm',
  'ecdhe-ecdsa-ccm8',
  'ecdhe-ecdsa-gcm',
  'ecdhe-ed25519-gcm',
  'ecdhe-rsa-camellia',
  'ecdhe-rsa-cbc-sha1',
  'ecdhe-rsa-cbc-sha1-etm',
  'ecdhe-rsa-cbc-sha256',
  'ecdhe-rsa-cbc-sha384',
  'ecdhe-rsa-cbc-sha384-etm',
  'ecdhe-rsa-chacha20',
  'mutual-tls12',
  'psk-gcm',
  'rsa-cbc-sha256',
  'rsa-gcm',
  'rsa-no-ems',
  'rsa-null',
  'tls10-3des',
  'tls10-cbc',
  'tls10-cbc-etm',
  'tls10-ecdsa-mutual',
  'tls11-cbc',
  'tls11-cbc-etm',
  'tls12-3des',
]

const tls13 = [
  'tls13-aes128-gcm',
  'tls13-aes256-gcm',
  'tls13-ccm',
  'tls13-ccm8',
  'tls13-chacha20',
  'tls13-gnutls',
  'tls13-mutual-retry',
]

describe('a recorded conversation with its key log', () => {
  it.each([...before13, ...tls13])('%s opens whole, and everything it proves is right', (name) => {
    const [conversation] = conversationsOf(name)
    const { conversation: result, ...opening } = opened(conversation!, keysOf(name), {
      applicationBytes: 100,
    })
    expect(opening).toMatchObject({ opened: true, matched: true, problems: [] })
    const story = told(result.messages)
    expect(story.filter((line) => /sealed|WRONG/.test(line))).toEqual([])
    expect(story.filter((line) => line.endsWith('finished opened verified')).sort()).toEqual([
      'client finished opened verified',
      'server finished opened verified',
    ])
    expect(spoken(result).filter((text) => text !== 'hello' && text !== 'welcome')).toEqual([])
    expect(
      [...result.client.records, ...result.server.records].some(({ protection }) => protection === 'sealed'),
    ).toBe(false)
    const proofs = result.messages.filter(
      ({ body, dtls }) =>
        (body?.kind === 'certificate-verify' || body?.kind === 'server-key-exchange') &&
        dtls?.retransmission !== true,
    )
    for (const message of proofs) expect(message.verified).toBe(true)
    expect(story.at(-1)).toMatch(/alert 0 opened$/)
  })

  it.each(before13)('%s has the channel bindings of its version', (name) => {
    const { bindings, conversation } = opened(conversationsOf(name)[0]!, keysOf(name))
    const first = conversation.messages.find(({ body }) => body?.kind === 'finished')
    expect(bindings.tlsUnique).toEqual(first?.body?.kind === 'finished' ? first.body.verifyData : undefined)
    const extended = !['rsa-no-ems', 'ecdhe-rsa-cbc-sha256', 'tls11-cbc'].includes(name)
    expect(bindings.tlsExporter?.length ?? null).toBe(extended ? 32 : null)
  })

  it('keeps the given conversation as it was', () => {
    const [conversation] = conversationsOf('rsa-gcm')
    const before = told(conversation!.messages)
    opened(conversation!, keysOf('rsa-gcm'))
    expect(told(conversation!.messages)).toEqual(before)
    expect(before).toContain('client sealed 22')
  })

  it('keeps application data only on request, and within its bound', () => {
    const [conversation] = conversationsOf('rsa-gcm')
    expect(spoken(opened(conversation!, keysOf('rsa-gcm')).conversation)).toEqual(['opened', 'opened'])
    expect(spoken(opened(conversation!, keysOf('rsa-gcm'), { applicationBytes: 6 }).conversation)).toEqual([
      'hello',
      'opened',
    ])
  })

  it.each(['rsa-resumed-ticket', 'rsa-resumed-id', 'tls13-psk'])('%s opens both times', (name) => {
    const conversations = conversationsOf(name)
    expect(conversations).toHaveLength(2)
    for (const conversation of conversations) {
      const opening = opened(conversation, keysOf(name), { applicationBytes: 100 })
      expect(opening.problems).toEqual([])
      expect(spoken(opening.conversation)).toEqual(['hello', 'welcome'])
      expect(
        opening.conversation.messages.filter(({ verified }) => verified === true).length,
      ).toBeGreaterThanOrEqual(2)
    }
    const story = told(opened(conversations[1]!, keysOf(name)).conversation.messages)
    expect(story.some((line) => line.includes(' certificate'))).toBe(false)
  })

  it('a renegotiation is read under the first keys, and its own records under the second', () => {
    for (const name of ['renegotiation-tls12', 'renegotiation-cbc-server', 'dtls12-renegotiation']) {
      const opening = opened(conversationsOf(name)[0]!, keysOf(name), { applicationBytes: 100 })
      expect(opening.problems).toEqual([])
      const { messages } = opening.conversation
      const second = messages.filter(({ handshake }) => handshake === 2)
      expect(told(second)[0]).toBe('client client-hello opened')
      expect(told(messages).filter((line) => line.endsWith('finished opened verified'))).toHaveLength(4)
      expect(spoken(opening.conversation)).toContain('again')
      const finished = second.find(({ body }) => body?.kind === 'finished')
      expect(finished?.body).toEqual({ kind: 'finished', verifyData: opening.bindings.tlsUnique })
    }
  })

  it('early data and its end are read', () => {
    const [, conversation] = conversationsOf('tls13-early-data')
    const opening = opened(conversation!, keysOf('tls13-early-data'), { applicationBytes: 100 })
    expect(opening.problems).toEqual([])
    expect(spoken(opening.conversation)).toEqual(['early data', 'hello', 'welcome'])
    expect(told(opening.conversation.messages)).toContain('client handshake 5 opened')
    expect(told(opening.conversation.messages)).toContain('client finished opened verified')
  })

  it('early data that the server refused is read too, with the handshake that follows', () => {
    const [, conversation] = conversationsOf('tls13-early-data-refused')
    const opening = opened(conversation!, keysOf('tls13-early-data-refused'), { applicationBytes: 100 })
    expect(opening.problems).toEqual([])
    expect(spoken(opening.conversation)).toEqual(['early data', 'hello', 'welcome'])
    expect(
      told(opening.conversation.messages).filter((line) => line.endsWith('finished opened verified')),
    ).toHaveLength(2)
  })

  it('KeyUpdates of both sides are followed', () => {
    const [conversation] = conversationsOf('tls13-key-update')
    const opening = opened(conversation!, keysOf('tls13-key-update'), { applicationBytes: 100 })
    expect(opening.problems).toEqual([])
    expect(spoken(opening.conversation)).toEqual(['one', 'two', 'three'])
    expect(told(opening.conversation.messages).filter((line) => line.includes('key-update'))).toEqual([
      'client key-update opened',
      'server key-update opened',
    ])
  })

  it('authentication after the handshake is read and checked', () => {
    const [conversation] = conversationsOf('tls13-post-handshake')
    const { conversation: result, problems } = opened(conversation!, keysOf('tls13-post-handshake'))
    expect(problems).toEqual([])
    const story = told(result.messages).filter((line) => !line.includes('ticket'))
    const answer = story.indexOf(
      'client certificate opened',
      story.indexOf('client finished opened verified') + 1,
    )
    expect(story.slice(answer, answer + 3)).toEqual([
      'client certificate opened',
      'client certificate-verify opened verified',
      'client finished opened verified',
    ])
  })

  it('RC4 opens where the host has it, and is named where it has not', () => {
    const [conversation] = conversationsOf('tls12-rc4')
    const without: Crypto = {
      ...nodeCrypto,
      offers: (cipher) => cipher !== 'rc4' && nodeCrypto.offers(cipher),
    }
    const closed = openConversation(conversation!, keysOf('tls12-rc4'), without)
    expect(closed).toMatchObject({ opened: false, matched: true })
    expect(closed.conversation).toBe(conversation)
    expect(closed.problems.map(({ code }) => code)).toEqual(['cipher-not-offered'])
    const host: Crypto = {
      ...nodeCrypto,
      offers: (cipher) => cipher === 'rc4' || nodeCrypto.offers(cipher),
      decipher: (name, key, iv, data) =>
        name === 'rc4' ? rc4(key, data) : nodeCrypto.decipher(name, key, iv, data),
    }
    const open = openConversation(conversation!, keysOf('tls12-rc4'), host, { applicationBytes: 100 })
    expect(open.problems).toEqual([])
    expect(spoken(open.conversation)).toEqual(['hello', 'hello'])
    expect(
      told(open.conversation.messages).filter((line) => line.endsWith('finished opened verified')),
    ).toHaveLength(2)
  })
})
