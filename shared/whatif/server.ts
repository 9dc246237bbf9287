// What a Windows version's AcceptSecurityContext would answer a ClientHello: version, suite, group, signature, or the refusal.

import type { WhatIfCell } from '../contract/whatif.ts'
import {
  groupName,
  offeredVersions,
  schemeName,
  suitesOf,
  usefulNumbers,
  versionName,
  versionRank,
} from '../diagnosis/offer.ts'
import { cipherSuiteInfo } from '../registries/suite-info.ts'
import { isTls13 } from '../registries/tls.ts'
import { type Profile, suiteFits, type SuiteSwitch } from '../schannel/profiles.ts'
import type { ClientHello } from '../tls/messages.ts'
import { type Cells, missing, notNeeded, ok, unreached } from './cells.ts'
import { canSign, impliedSchemes, schemesOf } from './signatures.ts'
import type { ServerKey } from './subject.ts'

export interface ServerAnswer {
  readonly cells: Cells
  /** Version chosen; null where none is. */
  readonly version: number | null
  readonly suite: SuiteSwitch | null
  /** The group chosen comes without a key share. */
  readonly retries: boolean
  /** The client listed its versions and this one is not among them. */
  readonly unlistedVersion: boolean
  /** A TLS 1.3 hello without supported_groups or signature_algorithms (RFC 8446 §9.2). */
  readonly lacksExtension: boolean
}

interface Question {
  readonly profile: Profile
  readonly hello: ClientHello
  readonly key: ServerKey
  readonly datagrams: boolean
}

export function serverAnswer(question: Question): ServerAnswer {
  const { hello } = question
  const cells = unreached()
  const refused = {
    cells,
    version: null,
    suite: null,
    retries: false,
    unlistedVersion: false,
    lacksExtension: false,
  }
  const version = chooseVersion(question, cells)
  if (version === null) return refused
  const listed = usefulNumbers(hello.supportedVersions)
  const unlistedVersion = hello.supportedVersions !== null && !listed.includes(version)
  const common = commonSuites(question, version, cells)
  if (common.length === 0) return { ...refused, version }
  if (isTls13(version)) {
    const suite = common[0]!
    const found = { ...refused, ...settle13(question, suite, cells), version }
    return { ...found, suite: cells.signature.state === 'ok' ? suite : null }
  }
  const suite = settle12(question, common, version, cells)
  return { ...refused, version, suite, unlistedVersion: suite !== null && unlistedVersion }
}

/**
 * supported_versions where the version knows TLS 1.3 (RFC 8446 §4.2.1); every earlier one reads legacy_version and takes the
 * highest of its own that is not above it (RFC 5246 appendix E.1).
 */
function chooseVersion({ profile, hello, datagrams }: Question, cells: Cells): number | null {
  const family = profile.versions.server.filter(
    ({ code }) => code > 0x0002 && code >> 8 === (datagrams ? 0xfe : 3),
  )
  const enabled = family.filter(({ on }) => on).map(({ code }) => code)
  const listed = family.some(({ code }) => isTls13(code)) ? hello.supportedVersions : null
  const meets =
    listed === null
      ? enabled.filter((code) => !isTls13(code) && versionRank(code) <= versionRank(hello.version))
      : enabled.filter((code) => listed.includes(code))
  const chosen = [...meets].sort((a, b) => versionRank(b) - versionRank(a))[0]
  const sets = {
    client:
      listed === null
        ? [`${versionName(hello.version)} and earlier`]
        : offeredVersions(hello).map(versionName),
    server: enabled.map(versionName),
    common: meets.map(versionName),
  }
  if (chosen === undefined) {
    const wanted = offeredVersions(hello)
    const off = family.filter(({ code, on }) => !on && wanted.includes(code))
    const text =
      off.length > 0
        ? `${off.map(({ name }) => name).join(', ')} off`
        : `none of ${wanted.map(versionName).join(', ')}`
    cells.version = missing(text, sets)
    return null
  }
  const better = offeredVersions(hello)[0]
  const name = versionName(chosen)
  const instead = family.find(({ code }) => code === better)
  const why =
    better === undefined || better === chosen
      ? ''
      : instead === undefined
        ? `, knows no ${versionName(better)}`
        : `, ${versionName(better)} off`
  cells.version = ok(name, name + why, sets)
  return chosen
}

/** Suites that both have and that this version can use, in the server's order. */
function commonSuites({ profile, hello }: Question, version: number, cells: Cells): SuiteSwitch[] {
  const fitting = profile.cipherSuites.filter((suite) => suiteFits(suite, version))
  const enabled = fitting.filter(({ on }) => on)
  const offered = new Set(hello.cipherSuites)
  const common = enabled.filter(({ code }) => offered.has(code))
  const sets = {
    client: suitesOf(hello).map(({ name }) => name),
    server: enabled.map(({ name }) => name),
    common: common.map(({ name }) => name),
  }
  if (common.length > 0) {
    cells.cipherSuite = ok(common[0]!.name, `one of ${String(enabled.length)}`, sets)
    return common
  }
  const off = fitting.filter(({ code, on }) => !on && offered.has(code))
  const text = off.length > 0 ? `off: ${off[0]!.name}` : noneFor(hello, version)
  cells.cipherSuite = missing(text, sets)
  return []
}

function noneFor(hello: ClientHello, version: number): string {
  const fits = suitesOf(hello).filter(({ code, name }) => suiteFits({ code, name, on: true }, version))
  if (fits.length === 0) return `the client has none for ${versionName(version)}`
  return fits.length === 1 ? `${fits[0]!.name} unknown to it` : `none of the ${String(fits.length)} offered`
}

/** RFC 8446 §4.1.1: suite, group and signature are settled apart from each other. */
function settle13(
  question: Question,
  suite: SuiteSwitch,
  cells: Cells,
): { retries: boolean; lacksExtension: boolean } {
  const { profile, hello, key } = question
  cells.cipherSuite = { ...cells.cipherSuite, value: suite.name }
  const ours = schemesOf(profile)
  const theirs = hello.signatureAlgorithms === null ? null : usefulNumbers(hello.signatureAlgorithms)
  if (!ours.some((scheme) => canSign(key, scheme, true))) {
    cells.certificate = missing(`signs nothing in TLS 1.3 with ${key.text}`)
    return { retries: false, lacksExtension: false }
  }
  cells.certificate = ok(key.text, key.text)
  const groups = groupsOn(profile)
  const offered = hello.supportedGroups === null ? null : usefulNumbers(hello.supportedGroups)
  const shares = hello.keyShares ?? []
  const meets = groups.filter((code) => offered?.includes(code))
  const group = meets.find((code) => shares.includes(code)) ?? meets[0]
  const groupSets = setsOf(offered, groups, meets, groupName)
  if (group === undefined) {
    const text = offered === null ? 'no supported_groups' : `none of ${names(offered, groupName)}`
    cells.group = missing(text, groupSets)
    return { retries: false, lacksExtension: offered === null }
  }
  const retries = !shares.includes(group)
  cells.group = ok(
    groupName(group),
    retries ? `${groupName(group)}, no share: retry` : groupName(group),
    groupSets,
  )
  const usable = ours.filter((scheme) => canSign(key, scheme, true))
  cells.signature = signatureCell(theirs, usable)
  return { retries, lacksExtension: theirs === null }
}

/** Before TLS 1.3 a suite is taken with all it needs, or the next one is tried. */
function settle12(
  question: Question,
  common: readonly SuiteSwitch[],
  version: number,
  cells: Cells,
): SuiteSwitch | null {
  const sets = cells.cipherSuite
  let furthest: {
    readonly suite: SuiteSwitch
    readonly cells: Partial<Cells>
    readonly reached: number
  } | null = null
  for (const suite of common) {
    const needs = needsOf(question, suite, version)
    const reached = stages.findIndex((stage) => needs[stage].state === 'missing')
    const found = { suite, cells: needs, reached: reached < 0 ? stages.length : reached }
    if (furthest === null || found.reached > furthest.reached) furthest = found
    if (reached < 0) break
  }
  if (furthest === null) return null
  cells.cipherSuite = { ...sets, value: furthest.suite.name }
  stages.slice(0, furthest.reached + 1).forEach((stage) => {
    cells[stage] = furthest.cells[stage] ?? cells[stage]
  })
  return furthest.reached === stages.length ? furthest.suite : null
}

const stages = ['certificate', 'group', 'signature'] as const

function needsOf(
  question: Question,
  suite: SuiteSwitch,
  version: number,
): Pick<Cells, 'certificate' | 'group' | 'signature'> {
  const info = cipherSuiteInfo(suite.code)!
  const ephemeral = info.keyExchange === 'ecdhe' || info.keyExchange === 'dhe'
  return {
    certificate: certificateCell(question, info.authentication, info.keyExchange),
    group:
      info.keyExchange === 'ecdhe'
        ? groupCell(question, suite)
        : notNeeded(info.keyExchange === 'dhe' ? 'DH 2048' : 'none needed'),
    signature: ephemeral ? signature12(question, version) : notNeeded('none needed'),
  }
}

const windows10 = 10240

function certificateCell(
  { profile, hello, key }: Question,
  authentication: string,
  exchange: string,
): WhatIfCell {
  const types = keyTypes[authentication] ?? []
  const fits = types.includes(key.type) && !(exchange === 'rsa' && key.type === 'RSA-PSS')
  if (!fits) return missing(`${key.text} does not fit the suites in common`)
  const groups = hello.supportedGroups
  // RFC 8422 §5.3
  if (key.curve !== null && groups !== null && !groups.includes(key.curve))
    return missing(`curve ${groupName(key.curve)} not offered`, setsOf(groups, [key.curve], [], groupName))
  const schemes = hello.signatureAlgorithms
  // Schannel §9.5, last paragraph
  if (
    profile.build < windows10 &&
    key.signedBy !== null &&
    schemes !== null &&
    !schemes.includes(key.signedBy)
  )
    return missing(
      `signed with ${schemeName(key.signedBy)}, not offered`,
      setsOf(schemes, [key.signedBy], [], schemeName),
    )
  return ok(key.text, key.text)
}

const keyTypes: Readonly<Record<string, readonly string[]>> = {
  rsa: ['RSA', 'RSA-PSS'],
  ecdsa: ['EC'],
  dss: ['DSA'],
}

/** The suite's own curve up to Windows 8.1, else the first of the server's groups; without the extension any will do (RFC 8422 §4). */
function groupCell({ profile, hello }: Question, suite: SuiteSwitch): WhatIfCell {
  const on = groupsOn(profile)
  const own = suite.group === null ? on : on.filter((code) => code === suite.group)
  const offered = hello.supportedGroups === null ? null : usefulNumbers(hello.supportedGroups)
  const meets = offered === null ? own : own.filter((code) => offered.includes(code))
  const sets = setsOf(offered, own, meets, groupName)
  const group = meets[0]
  if (group === undefined) return missing(`none of ${names(offered ?? [], groupName)}`, sets)
  return ok(groupName(group), groupName(group), sets)
}

/** Windows has two names for some curves. */
function groupsOn({ groups }: Profile): number[] {
  return [...new Set(groups.filter(({ on }) => on).map(({ code }) => code))]
}

function signature12({ profile, hello, key }: Question, version: number): WhatIfCell {
  if (version !== 0x0303 && version !== 0xfefd) return notNeeded('fixed by the version')
  const theirs =
    hello.signatureAlgorithms === null ? impliedSchemes : usefulNumbers(hello.signatureAlgorithms)
  return signatureCell(
    theirs,
    schemesOf(profile).filter((scheme) => canSign(key, scheme, false)),
  )
}

function signatureCell(theirs: readonly number[] | null, ours: readonly number[]): WhatIfCell {
  const meets = ours.filter((scheme) => theirs?.includes(scheme))
  const sets = setsOf(theirs, ours, meets, schemeName)
  const scheme = meets[0]
  if (scheme !== undefined) return ok(schemeName(scheme), schemeName(scheme), sets)
  return missing(theirs === null ? 'no signature_algorithms' : `none of ${names(theirs, schemeName)}`, sets)
}

function setsOf(
  client: readonly number[] | null,
  server: readonly number[],
  common: readonly number[],
  nameOf: (code: number) => string,
) {
  return { client: client?.map(nameOf) ?? null, server: server.map(nameOf), common: common.map(nameOf) }
}

/** The first few by name. */
function names(codes: readonly number[], nameOf: (code: number) => string): string {
  const shown = codes.slice(0, 3).map(nameOf).join(', ')
  return codes.length > 3 ? `${shown} and ${String(codes.length - 3)} more` : shown
}
