// Asks what each Windows version would do with the conversation on screen, and keeps the profile that was changed by hand.

import { computed, ref, shallowRef, watch } from 'vue'
import type { Fault } from '../../shared/contract/bridge.ts'
import type {
  ProfileFile,
  WhatIf,
  WhatIfQuestion,
  WhatIfRow,
  WindowsProfile,
  WindowsRestriction,
} from '../../shared/contract/whatif.ts'
import { download } from '../clipboard.ts'
import type { Session } from '../session.ts'

export type Asking = ReturnType<typeof createAsking>
export type SwitchKind = 'versions' | 'cipherSuites' | 'groups'
const kinds: readonly SwitchKind[] = ['versions', 'cipherSuites', 'groups']

/** Answers for the conversation that `session` shows; to be called in a component's setup. */
export function createAsking(session: Session) {
  const { bridge, state } = session
  const side = ref<WhatIfQuestion['side']>('server')
  const serverKey = ref<WhatIfQuestion['serverKey']>('captured')
  const changed = ref<ProfileFile | null>(null)
  const profiles = shallowRef<readonly WindowsProfile[]>([])
  const answer = shallowRef<WhatIf | null>(null)
  const changedRow = shallowRef<WhatIfRow | null>(null)
  const fault = shallowRef<Fault | null>(null)
  /** What the policy that was loaded last says that the version has no switch for. */
  const unused = shallowRef<readonly string[]>([])
  let turn = 0
  /** Of the file chosen last, or of the version chosen since: what an earlier one brings comes too late. */
  let choice = 0

  const rows = computed<readonly WhatIfRow[]>(() => {
    const all = answer.value?.rows ?? []
    const [captured, ...rest] = all
    if (captured === undefined || changedRow.value === null) return all
    return captured.profile === null ? [captured, changedRow.value, ...rest] : [changedRow.value, ...all]
  })

  watch(
    () => [session.conversation.value, side.value, serverKey.value, changed.value] as const,
    () => void ask(),
    { immediate: true },
  )

  async function ask(): Promise<void> {
    const { capture } = state
    const id = session.conversation.value?.id
    if (capture === null || id === undefined) return
    const mine = ++turn
    const question = { capture, id, side: side.value, serverKey: serverKey.value }
    const [all, one] = await Promise.all([
      bridge.request('conversation.whatif', { ...question, profile: 'all' }),
      changed.value === null
        ? null
        : bridge.request('conversation.whatif', { ...question, profile: plain(changed.value) }),
    ])
    if (mine !== turn) return
    answer.value = all.ok ? all.value : null
    fault.value = all.ok ? (one?.ok === false ? one.fault : null) : all.fault
    changedRow.value =
      one?.ok === true ? (one.value.rows.find(({ profile }) => profile !== null) ?? null) : null
  }

  /** The switches of every version, for the editor. */
  async function loadProfiles(): Promise<void> {
    if (profiles.value.length > 0) return
    const list = await bridge.request('profiles.list', null)
    if (list.ok) profiles.value = list.value
    else fault.value = list.fault
  }

  function setBase(base: string): void {
    choice++
    take({ schema: 'windows-profile/1', base, name: null, versions: {}, cipherSuites: {}, groups: {} }, [])
  }

  /** Switches something on or off; what is as the version has it by default leaves the profile. */
  function setSwitch(kind: SwitchKind, name: string, on: boolean, byDefault: boolean): void {
    if (changed.value === null) return
    const kept = Object.entries(changed.value[kind]).filter(([key]) => key !== name)
    changed.value = {
      ...changed.value,
      [kind]: Object.fromEntries(on === byDefault ? kept : [...kept, [name, on ? 'on' : 'off']]),
    }
  }

  /** Turns a restriction on, or off again; what another one that is on turns off stays off. */
  function setRestriction(id: string, on: boolean): void {
    const now = changed.value
    const version = profiles.value.find((each) => each.id === now?.base)
    const chosen = version?.restrictions.find((each) => each.id === id)
    if (now === null || version === undefined || chosen === undefined) return
    const others = on ? [] : version.restrictions.filter((each) => each.id !== id && isRestricted(each))
    const next = plain(now)
    for (const kind of kinds) {
      const freed = chosen.off[kind].filter((name) => !others.some(({ off }) => off[kind].includes(name)))
      const kept = Object.entries(now[kind]).filter(([name]) => on || !freed.includes(name))
      const added = on ? chosen.off[kind].filter((name) => isOnByDefault(version, kind, name)) : []
      next[kind] = Object.fromEntries([...kept, ...added.map((name) => [name, 'off'] as const)])
    }
    changed.value = next
  }

  /** Whether all that a restriction turns off is off. */
  function isRestricted({ off }: WindowsRestriction): boolean {
    const version = profiles.value.find((each) => each.id === changed.value?.base)
    if (version === undefined) return false
    return kinds.every((kind) =>
      off[kind].every(
        (name) =>
          (changed.value?.[kind][name] ?? (isOnByDefault(version, kind, name) ? 'on' : 'off')) === 'off',
      ),
    )
  }

  function isOnByDefault(
    { versions, cipherSuites, groups }: WindowsProfile,
    kind: SwitchKind,
    name: string,
  ): boolean {
    const all = { versions: versions[side.value], cipherSuites, groups }[kind]
    return all.find((each) => each.name === name)?.on === true
  }

  /** Puts the policy that a machine exported on the chosen version. */
  async function loadPolicy(file: File): Promise<void> {
    const base = changed.value?.base
    const mine = ++choice
    const path = await bridge.pathOf(file)
    if (path === null || base === undefined) return
    const loaded = await bridge.request('policy.load', { path, base, side: side.value })
    if (mine !== choice) return
    if (loaded.ok) take(loaded.value.profile, loaded.value.unused)
    else fault.value = loaded.fault
  }

  async function save(): Promise<void> {
    if (changed.value === null) return
    const name = `${changed.value.base}.profile.json`
    const path = bridge.host === 'electron' ? await bridge.chooseDestination(name) : null
    if (bridge.host === 'electron' && path === null) return
    const saved = await bridge.request('profile.save', { profile: plain(changed.value), path })
    if (!saved.ok) fault.value = saved.fault
    else if (saved.value.text !== null) download(name, saved.value.text)
  }

  async function load(file: File): Promise<void> {
    const mine = ++choice
    const path = await bridge.pathOf(file)
    if (path === null) return
    const loaded = await bridge.request('profile.load', { path })
    if (mine !== choice) return
    if (loaded.ok) take(loaded.value, [])
    else fault.value = loaded.fault
  }

  function take(profile: ProfileFile, leftOver: readonly string[]): void {
    fault.value = null
    changed.value = profile
    unused.value = leftOver
  }

  return {
    side,
    serverKey,
    changed,
    profiles,
    answer,
    rows,
    fault,
    loadProfiles,
    setBase,
    setSwitch,
    setRestriction,
    isRestricted,
    loadPolicy,
    unused,
    save,
    load,
  }
}

/** Without Vue's proxies, which no process boundary takes. */
function plain(profile: ProfileFile): ProfileFile {
  return {
    ...profile,
    versions: { ...profile.versions },
    cipherSuites: { ...profile.cipherSuites },
    groups: { ...profile.groups },
  }
}
