// The elements of what recorded conversations hold: certificates on the wire, and messages of LDAP and CredSSP that keys open.

import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'

const recorded = (name: string): string => resolve('test/captures', name)

/** Roots of the elements of all tokens of the first conversation, and all that they hold. */
async function elementsOf(capture: string, keylog: string | null) {
  const outcome = await analyseFile(recorded(capture), {
    keylog: keylog === null ? null : recorded(keylog),
    key: null,
    passwordFile: null,
    replay: defaultReplay,
  })
  if (!outcome.ok) throw new Error(outcome.fault.message)
  const { tokens } = outcome.value.inspect(1, defaultReplay)
  const views = tokens.map(({ id }) => outcome.value.token(1, id))
  outcome.value.close()
  return views.flatMap(({ asn1, bytes }) => {
    for (const { start, end } of asn1) expect(start <= end && end <= bytes.length).toBe(true)
    return asn1
  })
}

it('are those of both sides’ certificates', async () => {
  const fields = await elementsOf('ok-mutual-tls12.pcap', null)
  const roots = fields.filter(({ depth }) => depth === 0).map(({ name }) => name)
  expect(roots.filter((name) => name === 'certificate 1')).toHaveLength(2)
  expect(fields.map(({ value }) => value)).toContain('sha256WithRSAEncryption (1.2.840.113549.1.1.11)')
  expect(fields.some(({ malformed }) => malformed !== null)).toBe(false)
})

it.each([
  ['an LDAP bind', 'carriers/ldaps-openldap-log-in', /^\[APPLICATION 0\], /],
  ['a CredSSP request', 'carriers/rdp-shadow-nla-opened', /^OBJECT IDENTIFIER, |^OCTET STRING, /],
])('are those of %s', async (_, name, element) => {
  const fields = await elementsOf(`${name}.pcap`, `${name}.keys`)
  const from = fields.findIndex((field) => field.name === 'application data' && field.depth === 0)
  expect(from).toBeGreaterThanOrEqual(0)
  expect(fields.slice(from).some((field) => element.test(field.name))).toBe(true)
})

it('are those of LDAP in the clear, where TLS was refused', async () => {
  const fields = await elementsOf('carriers/ldap-openldap-refused.pcap', null)
  expect(fields.filter(({ depth }) => depth === 0).map(({ name }) => name)).toEqual([
    expect.stringMatching(/^packet \d+$/),
    expect.stringMatching(/^packet \d+$/),
  ])
  expect(fields.some(({ value }) => value.includes('1.3.6.1.4.1.1466.20037'))).toBe(true)
})
