// The attributes of established contexts as reports list them: one line for what both sides answer alike.

import type { ReportAttribute, ReportConversation } from '../contract/report.ts'

export interface AttributeLine {
  /** Without SECPKG_ATTR_. */
  readonly name: string
  /** null: both sides. */
  readonly side: 'client' | 'server' | null
  readonly value: string
  readonly assumed: boolean
  readonly source: string
}

/** What is known, in the client's order; attributes without a value are left to JSON. */
export function attributeLines({ attributes }: ReportConversation): AttributeLine[] {
  const { client, server } = attributes
  const names = [...new Set([...client, ...server].map(({ name }) => name))]
  return names.flatMap((name) => {
    const [ours, theirs] = [client, server].map((list) => list.find((each) => each.name === name))
    if (ours !== undefined && theirs !== undefined && isSame(ours, theirs)) return lineOf(ours, null)
    return [...lineOf(ours, 'client'), ...lineOf(theirs, 'server')]
  })
}

function isSame(a: ReportAttribute, b: ReportAttribute): boolean {
  return a.value === b.value && a.status === b.status && a.basis === b.basis && a.source === b.source
}

function lineOf(attribute: ReportAttribute | undefined, side: AttributeLine['side']): AttributeLine[] {
  if (attribute === undefined) return []
  const { name, value, status, basis, source } = attribute
  const text = value ?? (status === 'SEC_E_OK' ? null : status)
  if (text === null) return []
  return [{ name: name.replace('SECPKG_ATTR_', ''), side, value: text, assumed: basis === 'assumed', source }]
}
