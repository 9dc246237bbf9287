// What a stapled OCSP response says, and what a refused handshake makes of it.

import { describe, expect, it } from 'vitest'
import { trustOf } from '../../../electron/worker/trust.ts'
import { judge } from '../../../shared/diagnosis/judge.ts'
import { parseOcspResponse } from '../../../shared/x509/ocsp.ts'
import { certificateMessage, issue } from '../../support/certificates.ts'
import {
  alert,
  clientHello,
  conversationOf,
  failedAt,
  message,
  serverHello,
} from '../../support/conversation.ts'
import { bytes, unhex } from '../../support/packets.ts'

function der(tag: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const content = bytes(...parts)
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255]
  return bytes(tag, length, content)
}

const time = (text: string) => der(0x18, text)
const good = bytes(0x80, 0)
const revoked = der(0xa1, time('20261001120000Z'))

function response(status: Uint8Array, nextUpdate = '20261201000000Z', filler = 200): Uint8Array {
  const certId = der(0x30, der(0x04, 'x'.repeat(filler)))
  const single = der(0x30, certId, status, time('20261101000000Z'), der(0xa0, time(nextUpdate)))
  const data = der(0x30, der(0xa2, der(0x04, 'key')), time('20261101000000Z'), der(0x30, single))
  const basic = der(0x30, data, der(0x30), der(0x03, Uint8Array.of(0)))
  const type = unhex('06092b0601050507300101')
  return der(0x30, der(0x0a, Uint8Array.of(0)), der(0xa0, der(0x30, type, der(0x04, basic))))
}

const baseSeconds = Date.UTC(2026, 10, 22) / 1000
const world = { trust: trustOf(null), clock: { baseSeconds }, now: baseSeconds * 1000 }
const leaf = issue({ name: 'server.example', names: ['server.example'] })

function verdict(description: number, staple: Uint8Array | null) {
  const old = { supportedVersions: null, keyShares: null, extensions: [{ type: 5, data: new Uint8Array(5) }] }
  const conversation = conversationOf([
    message('client', clientHello(old), 300),
    message('server', serverHello()),
    message('server', certificateMessage(leaf), 1500),
    ...(staple === null
      ? []
      : [message('server', { kind: 'certificate-status', statusType: 1, response: staple })]),
    message('server', { kind: 'other' }, 4),
    alert('client', description),
  ])
  const [first] = judge(conversation, failedAt(conversation, 'alert'), world)
  return [first?.cause, first?.status?.name]
}

describe('an OCSP response', () => {
  it('says what became of the certificate, and until when that holds', () => {
    expect(parseOcspResponse(response(revoked))).toMatchObject({
      ok: true,
      value: {
        responseStatus: 0,
        status: 'revoked',
        revokedAt: Date.UTC(2026, 9, 1, 12),
        nextUpdate: Date.UTC(2026, 11, 1),
      },
    })
    expect(parseOcspResponse(response(good))).toMatchObject({ value: { status: 'good', revokedAt: null } })
    expect(parseOcspResponse(unhex('30030a0106'))).toMatchObject({
      value: { responseStatus: 6, status: null },
    })
  })

  it('that is cut or altered anywhere is refused or read, never more', () => {
    const whole = response(revoked, undefined, 4)
    for (let i = 0; i < whole.length; i++) {
      expect(parseOcspResponse(whole.subarray(0, i)).ok).toBe(false)
      const altered = whole.slice()
      altered[i]! ^= 0x41
      parseOcspResponse(altered)
    }
  })
})

describe('a client that refuses the certificate', () => {
  it('does so because the stapled response says revoked, whatever its alert', () => {
    for (const description of [42, 44, 46, 113])
      expect(verdict(description, response(revoked))).toEqual(['revoked-certificate', 'CRYPT_E_REVOKED'])
  })

  it('with alert 113 means the stapled response, or that none came', () => {
    expect(verdict(113, response(good, '20261110000000Z'))[0]).toBe('revocation-offline')
    expect(verdict(113, response(good))[0]).toBe('revocation-offline')
    expect(verdict(113, null)[0]).toBe('stapling-missing')
  })
})
