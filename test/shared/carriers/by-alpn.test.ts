// Carriers named by the ALPN of a ClientHello that comes first.

import { describe, expect, it } from 'vitest'
import { carrierByAlpn } from '../../../shared/carriers/by-alpn.ts'
import { judgeNotTls } from '../../../shared/diagnosis/judge/not-tls.ts'
import { viewFailure } from '../../../shared/diagnosis/view.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { clientHelloWith, talk } from '../../support/carried.ts'

describe('a service named by ALPN', () => {
  it('is the first that the client offers; HTTP and unknown ones have no name', () => {
    expect(carrierByAlpn(['smb'])).toBe('smb')
    expect(carrierByAlpn(['tds/8.0', 'http/1.1'])).toBe('tds')
    expect(carrierByAlpn(['h2', 'dot'])).toBeNull()
    expect(carrierByAlpn(['echo'])).toBeNull()
    expect(carrierByAlpn([])).toBeNull()
    expect(carrierByAlpn(null)).toBeNull()
  })

  it('is the carrier of its conversation, which has no steps', () => {
    const [conversation] = talk([['client', clientHelloWith('dot')]])
    expect(conversation!.carrier).toEqual({ name: 'dns', steps: [] })
  })

  it.each(['* OK ready for plain text', '220 mail.example ESMTP', '+OK POP3'])(
    'does not hide that the server answers in clear: %s',
    (greeting) => {
      const [conversation] = talk([
        ['client', clientHelloWith('imap')],
        ['server', `${greeting}\r\n`],
      ])
      const outcome = outcomeOf(conversation!)
      expect(outcome).toMatchObject({ outcome: 'failed', failure: { ending: 'not-tls' } })
      const found = judgeNotTls(viewFailure(conversation!, outcome), outcome.failure!)
      expect(found[0]).toMatchObject({ cause: 'not-tls' })
      expect(found[0]!.summary).toMatch(/^The server answered with an? .* greeting.* instead of TLS\.$/)
    },
  )
})
