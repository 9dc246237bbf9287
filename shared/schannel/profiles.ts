// What each Windows version offers and accepts by default, and profiles changed by hand.

import { supportedGroups } from '../registries/groups.ts'
import { cipherSuites } from '../registries/cipher-suites.ts'
import { cipherSuiteInfo } from '../registries/suite-info.ts'
import { versions as versionNames } from '../registries/tls.ts'
import type { Side } from '../conversation/facts.ts'
import { profileRows, type ProfileRow, ssl3Suites, type SwitchedVersions } from './profiles-data.ts'

export interface Switch {
  /** Number on the wire. */
  readonly code: number
  /** As Windows spells it. */
  readonly name: string
  readonly on: boolean
}

export interface SuiteSwitch extends Switch {
  /** The group the suite is tied to, as up to Windows 8.1; null where any group will do (schannel §9.4). */
  readonly group: number | null
}

/** One Windows version with its defaults, or a changed one. Lists are in the order of preference. */
export interface Profile {
  readonly id: string
  readonly name: string
  readonly build: number
  readonly edited: boolean
  readonly versions: Readonly<Record<Side, readonly Switch[]>>
  readonly cipherSuites: readonly SuiteSwitch[]
  readonly groups: readonly Switch[]
  readonly notes: readonly string[]
}

/** Turns something on or off that the version knows; by Windows' name, the registry's name or `0x…`. */
export type Switches = Readonly<Record<string, 'on' | 'off'>>

export interface ProfileChanges {
  readonly versions?: Switches | undefined
  readonly cipherSuites?: Switches | undefined
  readonly groups?: Switches | undefined
}

const versionCodes = byName(versionNames.names)
const suiteCodes = byName(cipherSuites.names)
const curveGroups: Readonly<Record<string, number>> = { 256: 0x0017, 384: 0x0018, 521: 0x0019 }

/** All profiles, oldest first. */
export const profiles: readonly Profile[] = profileRows.map(profileOf)

/** null for an id that is none. */
export function profileById(id: string): Profile | null {
  return profiles.find((profile) => profile.id === id) ?? null
}

/** Windows 8.1 and earlier: what reference rows call "before Windows 10". */
export function isBeforeWindows10(id: string | null): boolean {
  return isBefore(id, 10240)
}

/** Whether the version is older than `build`; null is a current Windows and unknown ids are taken for it. */
export function isBefore(id: string | null, build: number): boolean {
  const profile = id === null ? null : profileById(id)
  return profile !== null && profile.build < build
}

/** The changed profile, or the name that the version does not know. */
export function changeProfile(
  base: Profile,
  changes: ProfileChanges,
):
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly kind: keyof ProfileChanges; readonly name: string } {
  const { client, server } = base.versions
  const found: readonly (readonly [keyof ProfileChanges, readonly Switch[], (code: number) => string])[] = [
    ['versions', [...client, ...server], (code) => versionNames.names[code] ?? ''],
    ['cipherSuites', base.cipherSuites, (code) => cipherSuites.names[code] ?? ''],
    ['groups', base.groups, (code) => supportedGroups.names[code] ?? ''],
  ]
  for (const [kind, switches, nameOf] of found)
    for (const name of Object.keys(changes[kind] ?? {}))
      if (!switches.some((each) => isNamed(each, name, nameOf(each.code)))) return { ok: false, kind, name }
  const [versionsOf, suitesOf, groupsOf] = found.map(([kind, , nameOf]) => {
    const wanted = Object.entries(changes[kind] ?? {})
    return <S extends Switch>(each: S): S => {
      const change = wanted.find(([name]) => isNamed(each, name, nameOf(each.code)))
      return change === undefined ? each : { ...each, on: change[1] === 'on' }
    }
  })
  return {
    ok: true,
    profile: {
      ...base,
      edited: true,
      versions: { client: client.map(versionsOf!), server: server.map(versionsOf!) },
      cipherSuites: base.cipherSuites.map(suitesOf!),
      groups: base.groups.map(groupsOf!),
    },
  }
}

function isNamed({ code, name }: Switch, wanted: string, registered: string): boolean {
  const word = wanted.toLowerCase()
  return (
    word === name.toLowerCase() ||
    word === registered.toLowerCase() ||
    (word.startsWith('0x') && Number(word) === code)
  )
}

/** Whether a suite can be agreed on in a version: by the RFC that defines it, in SSL 3.0 by Microsoft's list (schannel §9.2). */
export function suiteFits(suite: Switch, version: number): boolean {
  const info = cipherSuiteInfo(suite.code)
  if (info === null) return false
  // DTLS 1.0 is TLS 1.1 and DTLS 1.2 is TLS 1.2, without stream ciphers (RFC 6347 §4.1.2.2).
  const datagrams = version >> 8 === 0xfe
  const stream = version === 0xfeff ? 0x0302 : version === 0xfefd ? 0x0303 : version
  if (info.tls13) return stream === 0x0304
  if (stream === 0x0304 || (datagrams && info.mode === 'stream')) return false
  if (info.mac === null || /^SHA(256|384)$/.test(info.mac)) return stream === 0x0303
  return stream > 0x0300 || ssl3Suites.has(suite.name)
}

function profileOf(row: ProfileRow): Profile {
  const { id, name, build, client, server, suites, groups, notes } = row
  return {
    id,
    name,
    build,
    edited: false,
    versions: { client: versionsOf(client), server: versionsOf(server) },
    cipherSuites: [
      ...suites.on.map((suite) => suiteOf(suite, true)),
      ...suites.off.map((suite) => suiteOf(suite, false)),
    ],
    groups: [
      ...Object.entries(groups.on).map(([group, code]) => ({ code, name: group, on: true })),
      ...Object.entries(groups.off).map(([group, code]) => ({ code, name: group, on: false })),
    ],
    notes,
  }
}

function versionsOf({ on, off }: SwitchedVersions): Switch[] {
  return [
    ...on.map((name) => ({ code: versionCodes.get(name)!, name, on: true })),
    ...off.map((name) => ({ code: versionCodes.get(name)!, name, on: false })),
  ]
}

function suiteOf(name: string, on: boolean): SuiteSwitch {
  const [, base, curve] = /^(.*?)(?:_P(256|384|521))?$/.exec(name)!
  return { code: suiteCodes.get(base!)!, name, on, group: curve === undefined ? null : curveGroups[curve]! }
}

function byName(names: Readonly<Record<number, string>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(names).map(([code, name]) => [name, Number(code)]))
}
