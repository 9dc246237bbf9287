// What Windows and its programs say of each carrier's failure, as the catalogue has it (field S58–S60, S64–S72).

import { describe, expect, it } from 'vitest'
import { trustOf } from '../../../electron/worker/trust.ts'
import type { World } from '../../../shared/diagnosis/candidate.ts'
import { diagnose } from '../../../shared/diagnosis/diagnose.ts'
import { judge } from '../../../shared/diagnosis/judge.ts'
import { carriedScenarios } from './carried-scenarios.ts'
import { carrierScenarios } from './carrier-scenarios.ts'
import { insideScenarios } from './inside-scenarios.ts'

const baseSeconds = Date.UTC(2026, 10, 22) / 1000
const world: World = { trust: trustOf(null), clock: { baseSeconds }, now: baseSeconds * 1000 }
const catalogue = [...carrierScenarios, ...carriedScenarios, ...insideScenarios]

function words(title: string, rule: string) {
  const { conversation, outcome } = catalogue
    .find((each) => each.title === title && each.rule === rule)!
    .build()
  const candidates = judge(conversation, outcome, world)
  const findings = diagnose(conversation, outcome, candidates, null, world)
  const { windows } = findings.find((each) => each.rule === rule)!.report
  return {
    status: windows.status,
    events: windows.events.map(({ id, on }) => `${String(id)} ${on}`),
    apps: windows.apps.map(({ app, text }) => `${app}: ${text}`).join('\n'),
  }
}

describe('the words of Windows', () => {
  it.each([
    ['S58', 'STARTTLS answered with 454', 'starttls-refused', '2015 client', '451 4.4.397'],
    ['S60', 'CONNECT answered with 407', 'proxy-refused', null, 'CONNECT tunnel failed, response 407'],
    ['S60', 'CONNECT answered with 407', 'proxy-refused', null, '(12029)'],
    ['S60', 'CONNECT answered with 407', 'proxy-refused', null, '(12152)'],
    [
      'S64',
      'a SQL Server without encryption',
      'tds-encryption-mismatch',
      null,
      'does not support encryption',
    ],
    ['S66', 'RDP_NEG_FAILURE 5', 'rdp-negotiation-failure', null, 'Network Level Authentication'],
    ['S67', 'TLS of an RDP session reset', 'rdp-tls-failed', '56 server', ''],
    ['S68', 'CredSSP with STATUS_LOGON_FAILURE', 'credssp-refused', '4625 server', ''],
    ['S68', 'access_denied while CredSSP logs in', 'credssp-alert', '4625 server', ''],
    ['S69', 'unknown_ca inside EAP', 'eap-tls-refused', '6273 server', ''],
    ['S71', 'StartTLS answered with unavailable', 'ldap-starttls-refused', '36886 server', ''],
    ['S71', 'a ClientHello to port 636 reset', 'ldaps-no-certificate', '36872 server', ''],
    ['S72', 'a bind with data 80090346', 'ldap-channel-binding', '3039 server', ''],
    ['S72', 'a bind with data 80090346', 'ldap-channel-binding', '3074 server', ''],
  ])('for %s, %s: event %s, %s', (_, title, rule, event, text) => {
    const { events, apps } = words(title, rule)
    if (event !== null) expect(events).toContain(event)
    expect(apps).toContain(text)
  })

  it.each([
    ['CredSSP with STATUS_LOGON_FAILURE', 'credssp-refused', 'SEC_E_LOGON_DENIED'],
    ['access_denied while CredSSP logs in', 'credssp-alert', 'SEC_E_LOGON_DENIED'],
    ['a bind with data 80090346', 'ldap-channel-binding', 'SEC_E_BAD_BINDINGS'],
    ['unknown_ca inside EAP', 'eap-tls-refused', null],
  ])('for %s: the status', (title, rule, status) => {
    expect(words(title, rule).status).toBe(status)
  })
})
