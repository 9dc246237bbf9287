// The first row: what really happened, in the same cells.

import type { WhatIfRow } from '../contract/whatif.ts'
import type { Conversation, Side } from '../conversation/facts.ts'
import { cipherName, groupName, schemeName, versionName } from '../diagnosis/offer.ts'
import { nameOf } from '../registries/registry.ts'
import { alertDescriptions } from '../registries/tls.ts'
import type { OutcomeFacts, Replay } from '../schannel/model.ts'
import { callOf } from './calls.ts'
import { type Cells, notSeen, ok, unreached } from './cells.ts'
import type { Subject } from './subject.ts'

export interface Captured {
  readonly conversation: Conversation
  readonly outcome: OutcomeFacts
  readonly replay: Replay
}

export function capturedRow(
  { conversation, outcome, replay }: Captured,
  side: Side,
  subject: Subject,
): WhatIfRow {
  const { failure } = outcome
  const failed = outcome.outcome === 'failed' && failure?.side === side
  const final = replay[side].final
  const own = side === 'client' ? 'InitializeSecurityContext' : 'AcceptSecurityContext'
  const last = replay[side].calls.findLast((call) => call.function === own && call.status === final)
  const alert = failure?.alert == null || !failed ? undefined : conversation.messages[failure.alert]
  const code = alert?.body?.kind === 'alert' ? alert.body.description : null
  return {
    profile: null,
    name: `The captured ${side}`,
    build: null,
    edited: false,
    verdict: failed ? 'refuses' : outcome.outcome === 'established' ? 'accepts' : 'unknown',
    cells: cellsOf(subject),
    firstMissing: null,
    because: sentence(side, outcome, failed),
    call:
      last === undefined || final === null
        ? null
        : callOf(
            side,
            last.ordinal,
            final,
            last.basis,
            last.source,
            last.alternatives.map(({ status: other }) => other),
          ),
    alert: code === null ? null : { from: side, code, name: nameOf(alertDescriptions, code) },
    events: [],
  }
}

function cellsOf({ choice, key }: Subject): Cells {
  if (choice === null) return unreached()
  const named = (code: number | null, name: (code: number) => string) =>
    code === null ? notSeen(choice.sealed ? 'not visible' : 'none named') : ok(name(code), name(code))
  return {
    version: ok(versionName(choice.version), versionName(choice.version)),
    cipherSuite: ok(cipherName(choice.cipherSuite), cipherName(choice.cipherSuite)),
    group: named(choice.group, groupName),
    certificate: key.from === 'captured' ? ok(key.text, key.text) : notSeen('not visible'),
    signature: named(choice.scheme, schemeName),
  }
}

function sentence(side: Side, { outcome, failure }: OutcomeFacts, failed: boolean): string {
  if (outcome === 'established') return `The captured ${side} completed the handshake.`
  if (failed) return `The captured ${side} refused.`
  if (failure === null || failure.side === 'transport' || outcome === 'incomplete')
    return 'The capture does not show how the handshake ended on this side.'
  return `The captured ${failure.side} refused; the ${side} had gone on.`
}
