// Which message of the conversation each root of a token's field tree is. Pure.

import type { ReportConversation, ReportMessage, ReportToken } from '../../shared/contract/report.ts'
import type { Field } from './fields.ts'

/**
 * Messages by the index of their root. On the wire a root begins where its message does; what keys opened has no place
 * in the stream, and its roots follow the order of the opened messages.
 */
export function messagesOfRoots(
  fields: readonly Field[],
  { messages }: ReportConversation,
  token: ReportToken,
  openedFrom: number | null,
): ReadonlyMap<number, ReportMessage> {
  const own = messages.filter((message) => message.token === token.id)
  const opened = own.filter((message) => message.protection === 'opened')
  const found = new Map<number, ReportMessage>()
  fields.forEach((field, index) => {
    if (field.depth > 0) return
    if (openedFrom !== null && field.start >= openedFrom) {
      if (rootIs(field, opened[0])) found.set(index, opened.shift()!)
      return
    }
    const message = own.find((each) => each.stream[0] - token.stream[0] === field.start)
    if (message !== undefined) found.set(index, message)
  })
  return found
}

/** An alert's name has its number behind it. */
function rootIs(field: Field, message: ReportMessage | undefined): boolean {
  return message !== undefined && (message.name === field.name || message.name.startsWith(`${field.name} `))
}

/** A root's value with what was checked of its message. */
export function checkedValue(value: string, message: ReportMessage | undefined): string {
  if (message?.verified == null) return value
  const checked = message.verified ? 'verified' : 'does not verify'
  return value === '' ? checked : `${checked}, ${value}`
}

/** The fields below the roots that are one of `messages`; all where none is. */
export function fieldsOf(
  fields: readonly Field[],
  roots: ReadonlyMap<number, ReportMessage>,
  wanted: ReadonlySet<ReportMessage>,
): readonly Field[] {
  let kept = false
  const some = fields.filter((field, index) => {
    if (field.depth === 0) {
      const message = roots.get(index)
      kept = message !== undefined && wanted.has(message)
    }
    return kept
  })
  return some.length === 0 ? fields : some
}
