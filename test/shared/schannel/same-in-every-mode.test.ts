// The final status does not depend on how an application reads: all delivery modes, both readings of a partial record (design §4, "Final").

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import { defaultReplay } from '../../../shared/schannel/model.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { replay } from '../../../shared/schannel/replay.ts'
import { endings } from '../../dialogues/endings.ts'
import { handshakes } from '../../dialogues/handshakes.ts'
import { inputs } from '../../dialogues/inputs.ts'
import { refusals } from '../../dialogues/refusals.ts'
import { rows } from '../../dialogues/rows.ts'
import { withdrawals } from '../../dialogues/withdrawals.ts'
import { conversationOf } from '../../support/dialogue.ts'
import { scanFile } from '../../support/scan.ts'

const modes = (['as-captured', 'per-record', 'per-flight'] as const).flatMap((delivery) =>
  (['consume', 'retain'] as const).map((partial) => ({ ...defaultReplay, delivery, partial })),
)

/** `client/server` finals in every mode; waiting for more counts as one status. */
function finalsOf(conversation: Conversation): Set<string> {
  const outcome = outcomeOf(conversation)
  return new Set(
    modes.map((options) => {
      const { client, server } = replay(conversation, outcome, null, options)
      return [client.final, server.final]
        .map((status) => (status === 'SEC_E_INCOMPLETE_MESSAGE' ? 'SEC_I_CONTINUE_NEEDED' : String(status)))
        .join('/')
    }),
  )
}

describe('the final status is the same in every mode', () => {
  it.each(
    [...handshakes, ...inputs, ...refusals, ...rows, ...withdrawals, ...endings].map(
      (each) => [each.name, each] as const,
    ),
  )('%s', (_, dialogue) => {
    expect([...finalsOf(conversationOf(dialogue.wire, dialogue.setting))]).toHaveLength(1)
  })

  for (const set of ['lab', 'zeek']) {
    const folder = join(import.meta.dirname, '../../../../shared/captures', set)
    it.skipIf(!existsSync(folder))(`in every conversation of the ${set} captures`, async () => {
      const differing: string[] = []
      const unfinished: string[] = []
      for (const file of readdirSync(folder).filter((name) => /\.(pcap|pcapng|cap|trace)$/.test(name))) {
        const { conversations } = await scanFile(join(folder, file))
        for (const { conversation } of conversations) {
          const finals = [...finalsOf(conversation)]
          if (finals.length > 1) differing.push(`${file} ${String(conversation.id)}: ${finals.join(' ')}`)
          const { outcome } = outcomeOf(conversation)
          if (outcome === 'established' && finals[0] !== 'SEC_E_OK/SEC_E_OK') {
            unfinished.push(`${file} ${String(conversation.id)}: ${String(finals[0])}`)
          }
        }
      }
      expect(differing).toEqual([])
      expect(unfinished).toEqual([])
    })
  }
})
