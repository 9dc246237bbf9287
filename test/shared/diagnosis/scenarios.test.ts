// Every scenario of the catalogue gets its diagnosis, with evidence at the right packet.

import { describe, expect, it } from 'vitest'
import type { World } from '../../../shared/diagnosis/candidate.ts'
import { diagnose } from '../../../shared/diagnosis/diagnose.ts'
import { judge, verdictOf } from '../../../shared/diagnosis/judge.ts'
import { rules } from '../../../shared/diagnosis/rules.ts'
import { finding as findingSchema } from '../../../shared/contract/report.ts'
import { trustOf } from '../../../electron/worker/trust.ts'
import { carriedScenarios } from './carried-scenarios.ts'
import { carrierScenarios } from './carrier-scenarios.ts'
import { insideScenarios } from './inside-scenarios.ts'
import { goodHandshakes, scenarios } from './scenarios.ts'

const catalogue = [...scenarios, ...carrierScenarios, ...carriedScenarios, ...insideScenarios]

const baseSeconds = Date.UTC(2026, 10, 22) / 1000
const world: World = { trust: trustOf(null), clock: { baseSeconds }, now: baseSeconds * 1000 }

function diagnosed(build: (typeof scenarios)[number]['build']) {
  const { conversation, outcome } = build()
  const candidates = judge(conversation, outcome, world)
  const findings = diagnose(conversation, outcome, candidates, null, world).map(({ report }) => report)
  return { candidates, findings }
}

describe('a scenario of the catalogue', () => {
  it.each(catalogue)('$scenario, $title, is found by $rule', ({ build, rule, cause, packet, scenario }) => {
    const { candidates, findings } = diagnosed(build)
    expect(verdictOf(candidates)?.cause ?? null).toBe(cause)
    const found = findings.find((finding) => finding.rule === rule)
    expect(findings.map((finding) => finding.rule)).toContain(rule)
    expect(found?.scenario).toBe(scenario)
    expect(found?.evidence.map((evidence) => evidence.packet)).toContain(packet)
    for (const finding of findings) expect(findingSchema.safeParse(finding).error).toBeUndefined()
  })

  it.each(catalogue.filter(({ cause }) => cause !== null))(
    '$scenario, $title, has exactly one verdict on top',
    ({ build, cause }) => {
      const { findings } = diagnosed(build)
      expect(findings[0]?.cause).toBe(cause)
      expect(findings.map(({ rank }) => rank)).toEqual(findings.map((_, i) => i + 1))
    },
  )
})

describe('a good handshake', () => {
  it.each(goodHandshakes)('%s has neither errors nor warnings', (_, build) => {
    expect(diagnosed(build).findings.filter(({ severity }) => severity !== 'info')).toEqual([])
  })
})

describe('the rules', () => {
  it('have each a scenario built for it', () => {
    const built = new Set(catalogue.map(({ rule }) => rule))
    expect(
      rules.filter(({ scenario, id }) => scenario !== null && !built.has(id)).map(({ id }) => id),
    ).toEqual([])
  })

  it('have ids of their own', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
  })
})
