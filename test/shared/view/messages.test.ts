// What the report says of single messages, on recorded handshakes.

import { describe, expect, it } from 'vitest'
import { analyseFile } from '../../../electron/worker/analyse.ts'
import type { ReportConversation } from '../../../shared/contract/report.ts'
import { defaultReplay } from '../../../shared/schannel/model.ts'

async function inspect(name: string, keyed = false): Promise<ReportConversation> {
  const path = `test/captures/${name}`
  const keylog = keyed ? `${path}.keys` : null
  const opened = await analyseFile(`${path}.pcap`, {
    keylog,
    key: null,
    passwordFile: null,
    replay: defaultReplay,
  })
  if (!opened.ok) throw new Error(opened.fault.message)
  const conversation = opened.value.inspect(opened.value.rows[0]!.id, defaultReplay)
  opened.value.close()
  return conversation
}

function told(conversation: ReportConversation, part: 'summary' | 'note'): string[] {
  return conversation.messages.map((message) => `${message.name}: ${message[part] ?? '-'}`)
}

describe('messages', () => {
  it('say in one line what they hold, without names', async () => {
    expect(told(await inspect('untrusted-root'), 'summary')).toEqual([
      'ClientHello: TLS 1.3 to TLS 1.0, 31 suites, key share x25519',
      'ServerHello: TLS 1.2, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
      'Certificate: 1 certificate, no issuer sent along',
      'ServerKeyExchange: x25519, rsa_pss_rsae_sha256',
      'ServerHelloDone: ',
      'Alert 48 unknown_ca: fatal',
    ])
  })

  it('say why hellos were exchanged twice, and nothing of hellos that were not', async () => {
    const retried = told(await inspect('tls13-hello-retry-sliced'), 'note')
    expect(retried.filter((text) => text.includes('Hello'))).toEqual([
      'ClientHello: key share x25519',
      'HelloRetryRequest: wants secp384r1',
      'ClientHello: again, secp384r1',
      'ServerHello: -',
    ])
    expect(told(await inspect('ok-tls13-full'), 'note').every((text) => text.endsWith(': -'))).toBe(true)
    expect(told(await inspect('keys/dtls12-gcm'), 'note').slice(0, 3)).toEqual([
      'ClientHello: -',
      'HelloVerifyRequest: wants its cookie back',
      'ClientHello: again, with the cookie',
    ])
  })

  it('that keys opened are told as well', async () => {
    const opened = told(await inspect('tls13-hello-retry-sliced', true), 'summary')
    expect(opened).toContain('CertificateVerify: rsa_pss_rsae_sha256')
    expect(opened.some((text) => text.startsWith('EncryptedExtensions: '))).toBe(true)
  })
})
