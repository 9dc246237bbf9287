// Alerts whose meaning depends on where they stand: the same number says something else before anything was agreed.

import { describe, expect, it } from 'vitest'
import { trustOf } from '../../../electron/worker/trust.ts'
import { judge } from '../../../shared/diagnosis/judge.ts'
import { alert, clientHello, conversationOf, event, failedAt, message } from '../../support/conversation.ts'
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
