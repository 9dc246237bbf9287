// Alerts whose meaning depends on where they stand: the same number says something else before anything was agreed.

import { describe, expect, it } from 'vitest'
import { trustOf } from '../../../electron/worker/trust.ts'
import { judge } from '../../../shared/diagnosis/judge.ts'
import { certificateMessage, issue, type Issued } from '../../support/certificates.ts'
import {
  alert,
  clientHello,
  conversationOf,
  event,
  failedAt,
  message,
  serverHello,
} from '../../support/conversation.ts'
import type { Step } from '../../support/conversation.ts'

const world = { trust: trustOf(null), clock: { baseSeconds: 1.8e9 }, now: 1.8e12 }
const tls12 = { supportedVersions: null, keyShares: null }

function causesOf(ending: Parameters<typeof failedAt>[1], ...steps: readonly Step[]) {
  const conversation = conversationOf([message('client', clientHello(tls12)), ...steps])
  return judge(conversation, failedAt(conversation, ending), world).map(({ cause }) => cause)
}

describe('an alert in answer to a ClientHello', () => {
  it.each([42, 43, 44, 45, 46, 48, 116])(
    '%i says nothing of a client certificate: none was asked for',
    (code) => {
      expect(causesOf('alert', alert('server', code))).toEqual(['peer-alert'])
    },
  )

  it('100 refuses no renegotiation: there was none', () => {
    expect(causesOf('alert', alert('server', 100))).toEqual(['peer-alert'])
  })

  it('109 misses no key share in the hello of a client without TLS 1.3', () => {
    expect(causesOf('alert', alert('server', 109))).not.toContain('no-common-group')
  })
})

describe('a refusal of a ClientHello that names a pre-shared key', () => {
  const named = (code: number) => {
    const conversation = conversationOf([
      message('client', clientHello({ pskIdentities: [Uint8Array.of(1)] })),
      alert('server', code),
    ])
    return judge(conversation, failedAt(conversation, 'alert'), world)[0]
  }

  it.each([47, 51])('%i is about the proof of that key (RFC 8446 §4.2.11.2; OpenSSL says 47)', (code) => {
    expect(named(code)).toMatchObject({ cause: 'bad-signature', confidence: 'likely' })
    expect(named(code)?.summary).toContain('pre-shared key')
  })
})

describe('an alert in place of a ClientHello', () => {
  it('is of a client that has nothing to offer (schannel §6.3 row 2)', () => {
    const conversation = conversationOf([alert('client', 80)])
    expect(judge(conversation, failedAt(conversation, 'alert'), world)[0]).toMatchObject({
      cause: 'no-credential',
      status: { name: 'SEC_E_ALGORITHM_MISMATCH' },
    })
  })
})

describe('an alert behind a ClientHello that the capture cuts short', () => {
  it('is about what the alert names', () => {
    const conversation = conversationOf([alert('client', 48)])
    const gap = { start: 30, end: 200, packet: 1, reason: 'truncated' } as const
    const cut = {
      ...conversation,
      client: { ...conversation.client, gaps: [gap] },
      messages: conversation.messages.map((one) => ({ ...one, start: 200, end: 207 })),
    }
    expect(judge(cut, failedAt(cut, 'alert'), world)[0]?.cause).toBe('untrusted-root')
  })
})

describe('handshake_failure of a client in a renegotiation', () => {
  it('answers the no_renegotiation of its server', () => {
    const conversation = conversationOf([
      message('client', clientHello(tls12)),
      alert('server', 100, 1),
      alert('client', 40),
    ])
    const again = {
      ...conversation,
      messages: conversation.messages.map((one) => ({ ...one, handshake: 2 })),
    }
    const { failure } = failedAt(again, 'alert')
    const outcome = { outcome: 'failed' as const, failure: { ...failure!, handshake: 2 } }
    expect(judge(again, outcome, world)).toMatchObject([
      { cause: 'renegotiation-refused', confidence: 'observed' },
    ])
  })
})

describe('handshake_failure of a client after the certificate', () => {
  const answered = (...chain: readonly Issued[]) =>
    causesOf(
      'alert',
      message('server', serverHello()),
      message('server', certificateMessage(...chain)),
      alert('client', 40),
    )

  it('is about the fault that the certificate shows (Erlang)', () => {
    expect(answered(issue({ name: 'other', names: ['other.example'] }))[0]).toBe('name-mismatch')
  })

  it('stays unexplained where the certificate shows none', () => {
    const root = issue({ name: 'Some Root', ca: true })
    const dates = { from: '2026-01-01T00:00:00Z', to: '2027-12-31T00:00:00Z' }
    const leaf = issue({ name: 'server.example', names: ['server.example'], issuer: root, ...dates })
    expect(answered(leaf)[0]).toBe('peer-alert')
  })
})

describe('illegal_parameter of a client after the server had chosen', () => {
  const mark = Uint8Array.from([...new Uint8Array(24), 0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 1])
  const answer = (parts: Parameters<typeof clientHello>[0], ...steps: readonly Step[]) => {
    const conversation = conversationOf([
      message('client', clientHello(parts)),
      ...steps,
      alert('client', 47),
    ])
    return judge(conversation, failedAt(conversation, 'alert'), world)[0]?.cause
  }

  it('is about the mark of a lower version only where the client had offered a higher one', () => {
    const marked = message('server', serverHello({ random: mark }))
    expect(answer({}, marked)).toBe('downgrade-detected')
    expect(answer(tls12, marked)).toBe('malformed-message')
  })

  it('is about a group that the client had not offered (JSSE)', () => {
    const key = message('server', {
      kind: 'server-key-exchange',
      exchange: 'ecdhe',
      group: 0x17,
      bits: null,
      scheme: 0x0401,
      signature: null,
      paramsLength: 69,
    })
    const marked = message('server', serverHello({ random: mark }))
    expect(answer({ ...tls12, supportedGroups: [0x1c] }, marked, key)).toBe('no-common-group')
  })
})

describe('access_denied of a server', () => {
  const denied = (leaf: Issued) =>
    causesOf(
      'alert',
      message('server', serverHello()),
      message('client', certificateMessage(leaf)),
      alert('server', 49),
    )

  it('is about a fault that the certificate shows (GnuTLS), else about access', () => {
    const dates = { from: '2026-01-01T00:00:00Z', to: '2027-12-31T00:00:00Z' }
    const root = issue({ name: 'Some Root', ca: true })
    const late = { from: '2024-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' }
    expect(denied(issue({ name: 'alice', issuer: root, ...late }))[0]).toBe('expired-certificate')
    expect(denied(issue({ name: 'alice', issuer: root, ...dates }))[0]).toBe('access-denied')
  })
})

describe('an encrypted alert in place of a flight', () => {
  it('is a refusal whose reason the capture does not show', () => {
    const conversation = conversationOf([message('client', clientHello()), event('client', 'fin')])
    const { failure } = failedAt(conversation, 'closed')
    const outcome = {
      outcome: 'failed' as const,
      failure: { ...failure!, by: 'schannel' as const, side: 'client' as const, ending: 'alert' as const },
    }
    const [first] = judge(conversation, outcome, world)
    expect(first).toMatchObject({ cause: 'peer-alert', confidence: 'likely' })
    expect(first?.summary).toContain('encrypted alert')
  })
})

describe('an ending in the middle of hellos', () => {
  const first = (ending: Parameters<typeof failedAt>[1], steps: readonly Step[]) => {
    const conversation = conversationOf(steps)
    return judge(conversation, failedAt(conversation, ending), world)
  }

  it('names a server that closed before the ClientHello had come, and no reason that lies in it', () => {
    const found = first('closed', [event('server', 'fin'), message('client', clientHello())])
    expect(found.map(({ cause }) => cause)).toEqual(['connection-closed', 'middlebox'])
    expect(found[0]?.summary).toContain('before the ClientHello had come')
    const after = first('closed', [message('client', clientHello()), event('server', 'fin')])
    expect(after.map(({ cause }) => cause)).toContain('no-common-cipher')
  })

  it('speaks of no certificate where a HelloRetryRequest was the last word', () => {
    const retry = message('server', serverHello({ helloRetryRequest: true, negotiatedVersion: 0x0304 }))
    const found = first('closed', [message('client', clientHello()), retry, event('client', 'fin')])
    expect(found[0]?.summary).toContain('after the HelloRetryRequest')
    expect(found.map(({ cause }) => cause)).toEqual(['connection-closed', 'no-common-group'])
    const again = [message('client', clientHello()), retry, message('client', clientHello())]
    expect(first('reset', [...again, event('server', 'rst')])[0]?.summary).toContain('after the ClientHello')
  })
})

describe('bad_record_mac of a server', () => {
  const refused = (cipherSuite: number) => {
    const conversation = conversationOf([
      message('client', clientHello(tls12)),
      message('server', serverHello({ cipherSuite })),
      alert('server', 20),
    ])
    return judge(conversation, failedAt(conversation, 'alert'), world)[0]
  }

  it('is about the key that both sides keep, in a suite that takes its keys from that alone', () => {
    expect(refused(0x00a8)?.summary).toContain('different keys under the name')
    expect(refused(0xc02f)?.summary).toContain('bytes were changed on the way')
    expect(refused(0x00a8)?.cause).toBe('bad-record-mac')
  })
})
