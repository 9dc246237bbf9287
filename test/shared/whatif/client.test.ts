// Whether Windows clients would have offered a server's choice, as rows.

import { describe, expect, it } from 'vitest'
import { whatIf as whatIfSchema, type WhatIfRow } from '../../../shared/contract/whatif.ts'
import { profiles } from '../../../shared/schannel/profiles.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import type { ServerHello } from '../../../shared/tls/messages.ts'
import { whatIf } from '../../../shared/whatif/whatif.ts'
import { clientHello, conversationOf, message, serverHello, type Step } from '../../support/conversation.ts'
import { certificateMessage, issue } from '../../support/certificates.ts'

function ask(choice: Partial<ServerHello> | null, ...more: readonly Step[]) {
  const chosen = choice === null ? [] : [message('server', serverHello(choice))]
  const conversation = conversationOf([message('client', clientHello()), ...chosen, ...more])
  const none = { side: 'client', made: 0, statuses: [], calls: [], final: null } as const
  const answer = whatIf(
    {
      conversation,
      outcome: outcomeOf(conversation),
      replay: { tokens: [], client: none, server: { ...none, side: 'server' }, failing: null },
    },
    { side: 'client', serverKey: 'captured' },
    profiles,
  )
  expect(whatIfSchema.parse(answer)).toEqual(answer)
  return answer
}

function exchange(group: number, scheme = 0x0401): Step {
  return message('server', {
    kind: 'server-key-exchange',
    exchange: 'ecdhe',
    group,
    bits: null,
    scheme,
    signature: new Uint8Array(256),
    paramsLength: 36,
  })
}

const offering = (rows: readonly WhatIfRow[]) =>
  rows
    .filter(({ verdict }) => verdict === 'accepts')
    .map(({ profile }) => profile)
    .join(' ')

const row = (rows: readonly WhatIfRow[], id: string) => rows.find(({ profile }) => profile === id)!

const from1607 =
  'server-2025 win11-24h2 win11-22h2 win11-21h2 server-2022 win10-22h2 win10-20h2 win10-1903 win10-1809 win10-1803 win10-1709 win10-1703 win10-1607'

describe('a Windows client', () => {
  it('offers ECDHE_RSA with GCM and x25519 from Windows 10 1607 on', () => {
    const { rows, summary } = ask({ cipherSuite: 0xc02f }, exchange(0x1d))
    expect(offering(rows.slice(1))).toBe(from1607)
    expect(row(rows, 'win10-1511').firstMissing).toBe('group')
    expect(row(rows, 'win10-1511').because).toBe(
      'It does not offer the group the server chose: x25519 (unknown to it).',
    )
    expect(row(rows, 'win81').firstMissing).toBe('cipherSuite')
    expect(row(rows, 'win7').firstMissing).toBe('version')
    expect(summary).toContain('13 of 18 Windows versions would have offered what the server chose')
  })

  it('offers it with secp256r1 from Windows 10 1507 on', () => {
    expect(offering(ask({ cipherSuite: 0xc02f }, exchange(0x17)).rows.slice(1))).toBe(
      `${from1607} win10-1511 win10-1507`,
    )
  })

  it('offers TLS 1.3 from Windows 11 and Server 2022 on; what is sealed is not compared', () => {
    const { rows, assumptions } = ask({ negotiatedVersion: 0x0304, cipherSuite: 0x1301, keyShareGroup: 0x1d })
    expect(offering(rows.slice(1))).toBe('server-2025 win11-24h2 win11-22h2 win11-21h2 server-2022')
    expect(row(rows, 'server-2022').cells.signature.state).toBe('unknown')
    expect(row(rows, 'win10-22h2')).toMatchObject({
      firstMissing: 'version',
      call: { function: 'InitializeSecurityContext', ordinal: 2, status: 'SEC_E_UNSUPPORTED_FUNCTION' },
      alert: { from: 'client', code: 70 },
    })
    expect(assumptions.map(({ id }) => id)).toContain('signature-hidden')
  })

  it('has the curve with the suite up to Windows 8.1', () => {
    const ecdsa = { cipherSuite: 0xc02c }
    expect(row(ask(ecdsa, exchange(0x18, 0x0503)).rows, 'win81').verdict).toBe('accepts')
    const p256 = row(ask(ecdsa, exchange(0x17, 0x0403)).rows, 'win81')
    expect([p256.firstMissing, p256.cells.group.text]).toEqual(['group', 'not with this suite'])
  })

  it('refuses RSA keys below 1024 bits (schannel §9.6)', () => {
    const weak = message('server', certificateMessage(issue({ name: 'old', bits: 512 })))
    const found = row(ask({ cipherSuite: 0x002f }, weak).rows, 'win10-22h2')
    expect(found).toMatchObject({ firstMissing: 'certificate', call: null, alert: { code: 40 } })
  })

  it('cannot be asked where the server chose nothing', () => {
    expect(ask(null)).toMatchObject({
      rows: [],
      problem: expect.stringContaining('no ServerHello') as string,
    })
  })
})
