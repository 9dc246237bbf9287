// Whether a Windows version's own ClientHello would have offered what a captured server chose.

import type { WhatIfCell } from '../contract/whatif.ts'
import { cipherName, groupName, schemeName, versionName } from '../diagnosis/offer.ts'
import { cipherSuiteInfo } from '../registries/suite-info.ts'
import { isTls13 } from '../registries/tls.ts'
import { type Profile, suiteFits, type Switch } from '../schannel/profiles.ts'
import { type Cells, missing, notNeeded, notSeen, ok } from './cells.ts'
import { schemesOf } from './signatures.ts'
import type { Choice, ServerKey } from './subject.ts'

/** Every cell is judged by itself: each says whether that part of the choice was on offer. */
export function clientOffer(profile: Profile, choice: Choice, key: ServerKey): Cells {
  return {
    version: versionCell(profile, choice),
    cipherSuite: suiteCell(profile, choice),
    group: groupCell(profile, choice),
    certificate: certificateCell(profile, choice, key),
    signature: signatureCell(profile, choice),
  }
}

function versionCell({ versions }: Profile, { version }: Choice): WhatIfCell {
  const datagrams = version >> 8 === 0xfe
  const family = versions.client.filter(({ code }) => (code >> 8 === 0xfe) === datagrams)
  return switchCell(family, version, versionName)
}

function suiteCell({ cipherSuites }: Profile, { cipherSuite, version, group }: Choice): WhatIfCell {
  const fitting = cipherSuites.filter((suite) => suiteFits(suite, version))
  const same = fitting.filter(({ code }) => code === cipherSuite)
  const tied = same.filter((suite) => suite.group === null || group === null || suite.group === group)
  const enabled = fitting.filter(({ on }) => on)
  const sets = {
    client: enabled.map(({ name }) => name),
    server: [cipherName(cipherSuite)],
    common: same.filter(({ on }) => on).map(({ name }) => name),
  }
  const found = tied.find(({ on }) => on) ?? same.find(({ on }) => on)
  if (found !== undefined) return ok(found.name, `one of ${String(enabled.length)}`, sets)
  return missing(same.length > 0 ? 'off' : 'unknown to it', sets)
}

function groupCell(profile: Profile, { group, cipherSuite, sealed }: Choice): WhatIfCell {
  if (group === null) {
    const uses = cipherSuiteInfo(cipherSuite)?.keyExchange === 'ecdhe'
    return uses || sealed ? notSeen('not visible') : notNeeded('none needed')
  }
  const cell = switchCell(profile.groups, group, groupName)
  const suites = profile.cipherSuites.filter(({ code, on }) => on && code === cipherSuite)
  // schannel §9.4: up to Windows 8.1 the list of suites says which curve goes with which suite.
  const tied = suites.length > 0 && suites.every((suite) => suite.group !== null && suite.group !== group)
  return tied && cell.state === 'ok'
    ? { ...cell, value: null, state: 'missing', text: 'not with this suite' }
    : cell
}

/** Keys below the client's minimum are refused (schannel §9.6); an ECDSA key's curve has to be on offer (RFC 8422 §5.1.1). */
function certificateCell(profile: Profile, choice: Choice, key: ServerKey): WhatIfCell {
  if (key.type.startsWith('RSA') && key.bits !== null && key.bits < leastBits)
    return missing(`below ${String(leastBits)} bits`)
  if (choice.primeBits !== null && choice.primeBits < leastBits)
    return missing(`DH prime below ${String(leastBits)} bits`)
  if (key.curve !== null && !isTls13(choice.version)) {
    const cell = switchCell(profile.groups, key.curve, groupName)
    if (cell.state === 'missing') return { ...cell, text: `curve ${groupName(key.curve)} ${cell.text}` }
  }
  return ok(key.text, key.text)
}

const leastBits = 1024

function signatureCell(profile: Profile, { scheme, sealed }: Choice): WhatIfCell {
  if (scheme === null) return sealed ? notSeen('not visible') : notNeeded('none named')
  const ours = schemesOf(profile)
  const offered = ours.includes(scheme)
  const name = schemeName(scheme)
  const sets = { client: ours.map(schemeName), server: [name], common: offered ? [name] : [] }
  return offered ? ok(name, name, sets) : missing('not in the list seen', sets)
}

function switchCell(switches: readonly Switch[], code: number, nameOf: (code: number) => string): WhatIfCell {
  const known = switches.filter((each) => each.code === code)
  const offered = known.some(({ on }) => on)
  const name = nameOf(code)
  const sets = {
    client: [...new Set(switches.filter(({ on }) => on).map((each) => nameOf(each.code)))],
    server: [name],
    common: offered ? [name] : [],
  }
  if (offered) return ok(name, name, sets)
  return missing(known.length === 0 ? 'unknown to it' : 'off', sets)
}
