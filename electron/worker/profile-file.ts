// Changed profiles as JSON files.

import { readFile } from 'node:fs/promises'
import type { ProfileFile } from '../../shared/contract/whatif.ts'
import { profilesOf, readProfile } from '../../shared/whatif/profiles.ts'
import { refusal } from '../outcome.ts'

/** Longer than any profile: a file beyond it is something else. */
const maxProfileBytes = 1 << 20

/** Reads a changed profile. Throws `Refusal` where the file holds none, the system's error where it cannot be read. */
export async function loadProfileFile(path: string): Promise<ProfileFile> {
  const bytes = await readFile(path)
  if (bytes.length > maxProfileBytes) throw refusal('not-a-profile', 'This file is too large for a profile.')
  const read = readProfile(jsonOf(bytes.toString('utf8')))
  if (!read.ok) throw refusal('not-a-profile', read.message, 'docs/what-if.md shows one.')
  checkProfile(read.file)
  return read.file
}

/** The file's text. Throws `Refusal` where the profile changes what its Windows version does not have. */
export function profileText(profile: ProfileFile): string {
  checkProfile(profile)
  return `${JSON.stringify(profile, null, 2)}\n`
}

function checkProfile(profile: ProfileFile): void {
  const named = profilesOf(profile)
  if (!named.ok) throw refusal('no-such-profile', named.message, named.hint)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
