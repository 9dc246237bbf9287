// Answers "what if it were Windows X?" for one conversation of a capture.

import { existsSync } from 'node:fs'
import type { ProfileFile } from '../../shared/contract/whatif.ts'
import { profileSchemaName } from '../../shared/contract/whatif.ts'
import { whatIfText } from '../../shared/report/whatif.ts'
import { printable } from '../../shared/report/words.ts'
import { changeProfile, profileById } from '../../shared/schannel/profiles.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { profileHint } from '../../shared/whatif/profiles.ts'
import { restrictionsOf } from '../../shared/whatif/restrictions.ts'
import { faultOf, refusal } from '../outcome.ts'
import { saveWhole } from '../save.ts'
import { loadPolicyFile, loadProfileFile, profileText } from '../worker/profile-file.ts'
import { exitCodes, type WhatIfOptions } from './command.ts'
import { type CliHost, openForCommand, paintOf, write } from './inspect.ts'
import { complain } from './messages.ts'

/** Prints the answer and returns the exit code. A wrong profile is a wrong usage, an unknown conversation too. */
export async function answerWhatIf(options: WhatIfOptions, host: CliHost): Promise<number> {
  const { conversation, side, serverKey, keylog, key, passwordFile, saveProfile } = options
  let profile: string | ProfileFile
  try {
    profile = await wantedProfile(options)
    if (saveProfile !== null && typeof profile !== 'string')
      await saveWhole(saveProfile, [profileText(profile)])
  } catch (error) {
    const { message, hint } = faultOf(error)
    complain(host.stderr, printable(message), hint)
    return exitCodes.usage
  }
  const capture = await openForCommand(
    options.file,
    { keylog, key, passwordFile, replay: defaultReplay },
    host,
  )
  if (capture === null) return exitCodes.unreadable
  try {
    const answer = capture.whatIf(conversation, { side, serverKey, profile })
    const text =
      options.format === 'json'
        ? `${JSON.stringify(answer, null, 2)}\n`
        : whatIfText(answer, paintOf(options.colour && host.colours), Math.max(72, Math.min(160, host.width)))
    await write(host.stdout, text)
    return exitCodes.done
  } catch (error) {
    const { code, message, hint } = faultOf(error)
    complain(host.stderr, printable(message), hint)
    return code === 'no-such-conversation' ? exitCodes.usage : exitCodes.unreadable
  } finally {
    capture.close()
  }
}

/** An id or `all` as it is; a file's profile, and any profile with switches, as a changed one. */
async function wantedProfile({
  profile,
  side,
  on,
  off,
  policy,
  restrict,
  saveProfile,
}: WhatIfOptions): Promise<string | ProfileFile> {
  if (profile === 'all') return profile
  const known = profileById(profile)
  if (known === null && !existsSync(profile))
    throw refusal('no-such-profile', `There is no Windows profile and no file "${profile}".`, profileHint)
  const file: ProfileFile =
    known === null
      ? await loadProfileFile(profile)
      : { schema: profileSchemaName, base: profile, name: null, versions: {}, cipherSuites: {}, groups: {} }
  const changes = on.length + off.length + restrict.length
  if (changes === 0 && policy === null && saveProfile === null) return known === null ? file : profile
  if (policy !== null) {
    const loaded = await loadPolicyFile(policy, file.base, side)
    file.name ??= loaded.profile.name
    for (const kind of kinds) Object.assign(file[kind], loaded.profile[kind])
  }
  for (const id of restrict) restrictTo(file, id)
  for (const name of on) switchIn(file, name, 'on')
  for (const name of off) switchIn(file, name, 'off')
  return file
}

const kinds = ['versions', 'cipherSuites', 'groups'] as const

function restrictTo(file: ProfileFile, id: string): void {
  const all = restrictionsOf(profileById(file.base)!)
  const chosen = all.find((each) => each.id === id)
  if (chosen === undefined)
    throw refusal(
      'no-such-profile',
      `There is no restriction "${id}".`,
      `Restrictions: ${all.map((each) => each.id).join(', ')}.`,
    )
  for (const kind of kinds) for (const name of chosen.off[kind]) file[kind][name] = 'off'
}

/** Writes a switch where the version knows the name: a version, a cipher suite or a group. */
function switchIn(file: ProfileFile, name: string, to: 'on' | 'off'): void {
  const base = profileById(file.base)!
  const kind = kinds.find((each) => changeProfile(base, { [each]: { [name]: to } }).ok)
  if (kind === undefined)
    throw refusal(
      'no-such-profile',
      `${base.name} has no version, cipher suite or group "${name}" to switch.`,
      'Name it as Windows does: TLS 1.0, TLS_RSA_WITH_AES_128_CBC_SHA, NistP384.',
    )
  file[kind][name] = to
}
