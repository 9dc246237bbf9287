// The profile changed by hand: files chosen one after the other, whose answers may come in any order.

import { shallowRef } from 'vue'
import { describe, expect, it } from 'vitest'
import type { Session } from '../../renderer/session.ts'
import { createAsking } from '../../renderer/whatif/asking.ts'

/** A session without a capture, whose answers to `policy.load` and `profile.load` come when `answer` is called with their number. */
function session() {
  const waiting: ((value: unknown) => void)[] = []
  const bridge = {
    host: 'electron',
    pathOf: (file: File) => Promise.resolve(file.name),
    request: () => new Promise((resolve) => waiting.push(resolve)),
  }
  const profile = (name: string) => ({
    schema: 'windows-profile/1',
    base: 'win81',
    name,
    versions: {},
    cipherSuites: {},
    groups: {},
  })
  const answer = async (i: number, name: string, policy: boolean) => {
    waiting[i]!({ ok: true, value: policy ? { profile: profile(name), unused: [] } : profile(name) })
    await settled()
  }
  const asking = createAsking({
    bridge,
    state: { capture: null },
    conversation: shallowRef(null),
  } as unknown as Session)
  return { asking, answer }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('a policy or profile chosen from a file', () => {
  it('is the last one chosen, in whatever order they are read', async () => {
    const { asking, answer } = session()
    asking.setBase('win81')
    void asking.loadPolicy(new File([], 'first'))
    await settled()
    void asking.load(new File([], 'second'))
    await settled()
    await answer(1, 'second', false)
    await answer(0, 'first', true)
    expect(asking.changed.value?.name).toBe('second')
  })

  it('does not take the place of a version chosen meanwhile', async () => {
    const { asking, answer } = session()
    asking.setBase('win81')
    void asking.loadPolicy(new File([], 'first'))
    await settled()
    asking.setBase('win11-24h2')
    await answer(0, 'first', true)
    expect(asking.changed.value).toMatchObject({ base: 'win11-24h2', name: null })
  })
})
