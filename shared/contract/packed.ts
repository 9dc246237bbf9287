// Outcomes as text, for hosts whose channel carries text only: JSON, with the arrays of bytes and numbers in a value as base64.

import type { Outcome } from './bridge.ts'

interface Packed {
  readonly array: 'Uint8Array' | 'Uint32Array'
  readonly base64: string
}

/** JSON in which a value's own typed arrays survive; both ends run on one machine and share its byte order. */
export function packed(outcome: Outcome<unknown>): string {
  return JSON.stringify(outcome.ok ? { ...outcome, value: changed(outcome.value, packArray) } : outcome)
}

/** What `packed` wrote. */
export function unpacked(text: string): Outcome<unknown> {
  const outcome = JSON.parse(text) as Outcome<unknown>
  return outcome.ok ? { ...outcome, value: changed(outcome.value, unpackArray) } : outcome
}

function changed(value: unknown, change: (member: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member)]))
}

function packArray(member: unknown): unknown {
  if (!(member instanceof Uint8Array || member instanceof Uint32Array)) return member
  const bytes = new Uint8Array(member.buffer, member.byteOffset, member.byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  const array = member instanceof Uint8Array ? 'Uint8Array' : 'Uint32Array'
  return { array, base64: btoa(text) } satisfies Packed
}

function unpackArray(member: unknown): unknown {
  if (!isPacked(member)) return member
  const text = atob(member.base64)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return member.array === 'Uint8Array' ? bytes : new Uint32Array(bytes.buffer)
}

function isPacked(member: unknown): member is Packed {
  return typeof member === 'object' && member !== null && 'array' in member && 'base64' in member
}
