// Which profiles a question names: one, all, or a changed one from a file; and profiles as the page and files show them.

import { type ProfileFile, profileFile, profileSchemaName, type WindowsProfile } from '../contract/whatif.ts'
import { hexNumber } from '../registries/registry.ts'
import { changeProfile, type Profile, profileById, profiles, type Switch } from '../schannel/profiles.ts'
import { restrictionsOf } from './restrictions.ts'

export type Named =
  | { readonly ok: true; readonly profiles: readonly Profile[] }
  | { readonly ok: false; readonly message: string; readonly hint: string }

/** The profiles behind an id, `all`, or a changed profile. */
export function profilesOf(wanted: string | ProfileFile): Named {
  if (wanted === 'all') return { ok: true, profiles }
  const base = profileById(typeof wanted === 'string' ? wanted : wanted.base)
  if (base === null) {
    const name = typeof wanted === 'string' ? wanted : wanted.base
    return { ok: false, message: `There is no Windows profile "${name}".`, hint: profileHint }
  }
  if (typeof wanted === 'string') return { ok: true, profiles: [base] }
  const changed = changeProfile(base, wanted)
  if (!changed.ok) {
    const message = `${base.name} has no ${words[changed.kind]} "${changed.name}" to switch.`
    return { ok: false, message, hint: 'Name it as Windows does, or by its number: 0xc02f.' }
  }
  return { ok: true, profiles: [{ ...changed.profile, name: wanted.name ?? `${base.name}, changed` }] }
}

const words = { versions: 'protocol version', cipherSuites: 'cipher suite', groups: 'group' } as const

export const profileHint = `Profiles: ${profiles.map(({ id }) => id).join(', ')}.`

/** A saved profile; a sentence where the text is none. */
export function readProfile(
  value: unknown,
): { ok: true; file: ProfileFile } | { ok: false; message: string } {
  const parsed = profileFile.safeParse(value)
  if (parsed.success) return { ok: true, file: parsed.data }
  const issue = parsed.error.issues[0]
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  return {
    ok: false,
    message: `This is no ${profileSchemaName} file${place}: ${issue?.message ?? 'unreadable'}`,
  }
}

/** All profiles with their switches, newest first. */
export function profileViews(): WindowsProfile[] {
  return [...profiles].reverse().map((profile) => viewOf(profile))
}

function viewOf(profile: Profile): WindowsProfile {
  const { id, name, build, versions, cipherSuites, groups, notes } = profile
  return {
    id,
    name,
    build,
    versions: { client: versions.client.map(view), server: versions.server.map(view) },
    cipherSuites: cipherSuites.map(view),
    groups: groups.map(view),
    restrictions: restrictionsOf(profile),
    notes: [...notes],
  }
}

function view({ name, code, on }: Switch): WindowsProfile['groups'][number] {
  return { name, code: hexNumber(code, 2), on }
}
