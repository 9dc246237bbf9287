// Recorded handshakes with packets lost, doubled, swapped or cut by the capture: the answer gets poorer, never wrong.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../shared/conversation/facts.ts'
import { outcomeOf } from '../shared/schannel/outcome.ts'
import { framesOf, scanFrames, type Frame } from './support/datagrams.ts'

const folders = ['captures', '../../shared/captures/lab'].map((path) => join(import.meta.dirname, path))
const captures = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.pcap'))

/** Who failed in the only conversation of these frames; null where there is not exactly one. */
function failing(frames: readonly Frame[], linkType: number): string | null {
  const found = scanFrames(frames, linkType)
    .conversations.map(sideOf)
    .filter((side) => side !== 'none')
  return found.length === 1 ? found[0]! : null
}

function sideOf(conversation: Conversation): string {
  const { outcome, failure } = outcomeOf(conversation)
  return outcome === 'failed' ? `failed ${failure?.side ?? ''}` : outcome
}

function* mutilated(frames: readonly Frame[]): Generator<readonly [what: string, frames: readonly Frame[]]> {
  const last = frames.length - 1
  for (let i = 0; i <= last; i++) {
    const [before, after] = [frames.slice(0, i), frames.slice(i + 1)]
    yield [`without packet ${String(i + 1)}`, [...before, ...after]]
    yield [`packet ${String(i + 1)} twice`, [...before, frames[i]!, ...frames.slice(i)]]
    if (i > 1) yield [`up to packet ${String(i)}`, before]
    if (i < last) yield [`from packet ${String(i + 2)}`, after]
    if (i < last) yield [`packets ${String(i + 1)} and ${String(i + 2)} swapped`, swapped(frames, i)]
  }
  for (const length of [60, 80, 120, 200, 300, 600, 1000])
    yield [
      `cut to ${String(length)} bytes`,
      frames.map((frame) => ({ ...frame, bytes: frame.bytes.slice(0, length) })),
    ]
}

function swapped(frames: readonly Frame[], i: number): Frame[] {
  const list = [...frames]
  ;[list[i], list[i + 1]] = [list[i + 1]!, list[i]!]
  return list
}

/** Whether `said` may be said of a capture in which packets are missing, where the whole one says `known`. */
function isHonest(said: string, known: string): boolean {
  return said === known || said === 'incomplete' || (known !== 'established' && said === 'failed transport')
}

describe.each(captures.map((path) => [basename(path), path]))('%s, mutilated', (_, path) => {
  it('never blames another side, and never takes a failure for a success or the other way', () => {
    const capture = readFileSync(path)
    const linkType = capture.readUInt32LE(20)
    const frames = framesOf(capture).map((bytes) => ({ bytes }))
    const known = failing(frames, linkType)
    if (known === null || frames.length > 40) return
    for (const [what, changed] of mutilated(frames)) {
      const said = failing(changed, linkType)
      if (said !== null && !isHonest(said, known)) expect.soft(said, `${known}, ${what}`).toBe(known)
    }
  })
})
