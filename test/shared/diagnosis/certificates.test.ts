// Chains as sent are held against what they should be, and each fault gets the status Windows has for it.

import { describe, expect, it } from 'vitest'
import { chainChecks } from '../../../shared/diagnosis/certificate-checks.ts'
import { readChain } from '../../../shared/diagnosis/certificates.ts'
import type { World } from '../../../shared/diagnosis/candidate.ts'
import { viewHandshake } from '../../../shared/diagnosis/view.ts'
import { trustOf } from '../../../electron/worker/trust.ts'
import { certificateMessage, issue, type Issued } from '../../support/certificates.ts'
import { clientHello, conversationOf, message, serverHello } from '../../support/conversation.ts'

const baseSeconds = Date.UTC(2026, 10, 22) / 1000
const root = issue({ name: 'Test Root', ca: true })
const middle = issue({ name: 'Test Intermediate', ca: true, issuer: root })
const leaf = issue({ name: 'server.example', names: ['server.example'], issuer: middle })

function read(chain: readonly Issued[], now = '2026-11-22', serverName = 'server.example') {
  const world: World = { trust: trustOf(null), clock: { baseSeconds }, now: Date.parse(now) }
  const conversation = conversationOf([
    message('client', clientHello({ serverName })),
    message('server', serverHello()),
    message('server', certificateMessage(...chain)),
  ])
  const view = viewHandshake(conversation, 1)
  const reading = readChain(view, 'server', world)!
  const checks = chainChecks(view, reading, world)
  return {
    reading,
    verdict: (index: number, check: string) => checks[index]?.find((each) => each.check === check),
    causes: reading.faults.map(({ cause }) => cause),
  }
}

describe('a chain', () => {
  it('is put in order from the leaf to the root', () => {
    const { reading, verdict } = read([leaf, root, middle])
    expect(reading.path).toEqual([0, 2, 1])
    expect(verdict(1, 'order')).toMatchObject({ verdict: 'bad' })
  })

  it('shows duplicates', () => {
    expect(read([leaf, middle, middle]).verdict(2, 'order')?.text).toContain('same certificate as number 2')
  })

  it('without its intermediate names both readings, the missing intermediate first', () => {
    expect(read([leaf]).causes).toEqual(['incomplete-chain', 'untrusted-root'])
  })

  it('to a private root is untrusted, and says which list was asked', () => {
    const { causes, reading } = read([leaf, middle, root])
    expect(causes).toEqual(['untrusted-root'])
    expect(reading.faults[0]?.text).toContain('built-in list')
  })
})

describe('a certificate', () => {
  it('is judged at the time of the capture and now', () => {
    const { verdict } = read([leaf, middle], '2027-06-01')
    expect(verdict(0, 'validity at the time of the capture')).toMatchObject({ verdict: 'ok', status: null })
    expect(verdict(0, 'validity now')).toMatchObject({ verdict: 'bad', status: 'SEC_E_CERT_EXPIRED' })
  })

  it.each([
    ['*.example.com', 'www.example.com', 'ok'],
    ['*.example.com', 'a.b.example.com', 'bad'],
    ['*.com', 'example.com', 'bad'],
    ['WWW.Example.com', 'www.example.COM.', 'ok'],
  ])('for %s is %s: %s', (pattern, host, expected) => {
    const certificate = issue({ name: 'x', names: [pattern], issuer: root })
    expect(read([certificate], '2026-11-22', host).verdict(0, 'name')?.verdict).toBe(expected)
  })

  it('without alternative names is taken by its common name', () => {
    expect(read([issue({ name: 'server.example', issuer: root })]).verdict(0, 'name')?.verdict).toBe('ok')
  })

  it('for clients only is not for servers', () => {
    const certificate = issue({ name: 'server.example', purposes: ['clientAuth'], issuer: root })
    expect(read([certificate]).verdict(0, 'usage')).toMatchObject({ status: 'SEC_E_CERT_WRONG_USAGE' })
  })

  it('with a 1024-bit key is weak', () => {
    expect(read([issue({ name: 'server.example', bits: 1024, issuer: root })]).causes).toContain('weak-key')
  })

  it("with its issuer's key is found", () => {
    const certificate = issue({ name: 'server.example', issuer: root, keys: root.keys })
    expect(read([certificate, root]).verdict(0, 'own key')?.verdict).toBe('bad')
  })

  it('that cannot be read is a fault, not a crash', () => {
    const broken = { ...leaf, der: leaf.der.slice(0, 100) }
    expect(read([broken]).causes).toEqual(['malformed-message'])
  })
})
