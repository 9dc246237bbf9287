// What the conversations of one capture say about each other: facts gathered while scanning, findings once at its end.

import type { Analysis } from './analyse.ts'
import type { ReportFinding, ReportRow } from './contract/report.ts'
import { leafOf } from './diagnosis/certificates.ts'
import type { World } from './diagnosis/candidate.ts'
import { diagnoseNeighbours } from './diagnosis/diagnose-neighbours.ts'
import {
  type DnsFact,
  type HttpFact,
  neighbourFacts,
  type NeighbourFacts,
  NeighbourIndex,
  type SqlInstanceFact,
} from './diagnosis/neighbours.ts'
import { maxNeighbourhoods } from './limits.ts'

export class Neighbourhood {
  private readonly index = new NeighbourIndex()
  /** Conversations that the neighbour rules look at: those that did not go well, or that followed such a one. */
  private readonly troubled: NeighbourFacts[] = []
  private readonly found = new Map<number, readonly ReportFinding[]>()

  /** A conversation closed; `row` is its line of the list. */
  closed(analysis: Analysis, row: ReportRow, world: World): void {
    const { conversation, outcome, candidates, view } = analysis
    if (outcome.outcome === 'none') return
    const facts = neighbourFacts(conversation, outcome, view, candidates, leafOf(view, world), row)
    this.index.add(facts)
    const troubled = outcome.outcome !== 'established' || facts.fallbackScsv
    if (troubled && this.troubled.length < maxNeighbourhoods) this.troubled.push(facts)
  }

  dns(fact: DnsFact): void {
    this.index.addDns(fact)
  }

  http(fact: HttpFact): void {
    this.index.addHttp(fact)
  }

  sqlInstance(fact: SqlInstanceFact): void {
    this.index.addSqlInstance(fact)
  }

  /** The capture has ended: runs the neighbour rules. Returns the conversations about which they found something. */
  finish(): number[] {
    for (const facts of this.troubled) {
      const findings = diagnoseNeighbours(facts, this.index)
      if (findings.length > 0) this.found.set(facts.id, findings)
    }
    this.troubled.length = 0
    return [...this.found.keys()]
  }

  /** What the rules found about a conversation; null before `finish` or where there is nothing. */
  findings(id: number): readonly ReportFinding[] | null {
    return this.found.get(id) ?? null
  }

  /** The row with the findings about its conversation behind its own. */
  revised(row: ReportRow): ReportRow {
    const more = this.findings(row.id) ?? []
    const findings = more.map(({ rule, scenario, severity, side, confidence, title }, i) => {
      const number = row.findings.length + i + 1
      return { id: number, rank: number, rule, scenario, severity, side, confidence, title }
    })
    const events = more.flatMap((finding) => finding.windows.events.map((event) => event.id))
    return {
      ...row,
      findings: [...row.findings, ...findings],
      events: [...new Set([...row.events, ...events])],
    }
  }
}
