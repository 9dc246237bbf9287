// Changed profiles as JSON files.

import { readFile } from 'node:fs/promises'
import type { ProfileFile } from '../../shared/contract/whatif.ts'
import { profileById } from '../../shared/schannel/profiles.ts'
import { policyOf } from '../../shared/whatif/policy.ts'
import { readRegFile, readRegistryJson } from '../../shared/whatif/registry-file.ts'
import { profileHint, profilesOf, readProfile } from '../../shared/whatif/profiles.ts'
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

/** An export of a whole hive is larger; a policy is a few keys. */
const maxPolicyBytes = 16 << 20

/**
 * Reads a machine's exported Schannel policy and puts it on the version `base`. Throws `Refusal` where the file is none or the
 * version is unknown, the system's error where it cannot be read.
 */
export async function loadPolicyFile(
  path: string,
  base: string,
  side: 'client' | 'server',
): Promise<{ profile: ProfileFile; unused: string[] }> {
  const version = profileById(base)
  if (version === null)
    throw refusal('no-such-profile', `There is no Windows profile "${base}".`, profileHint)
  const bytes = await readFile(path)
  if (bytes.length > maxPolicyBytes)
    throw refusal('not-a-policy', 'This file is too large for a policy.', policyHint)
  const text = textOf(bytes)
  const file = text.trimStart().startsWith('{') ? readRegistryJson(jsonOf(text)) : readRegFile(text)
  if (!file.ok) throw refusal('not-a-policy', file.message, policyHint)
  const policy = policyOf(file.keys, version, side)
  if (!policy.ok) throw refusal('not-a-policy', policy.message, policyHint)
  return { profile: policy.profile, unused: [...policy.unused] }
}

const policyHint = 'docs/what-if.md says which keys to export.'

/** regedit writes UTF-16 with a byte order mark, others UTF-8. */
function textOf(bytes: Uint8Array): string {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe
  return new TextDecoder(wide ? 'utf-16le' : 'utf-8').decode(bytes)
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
