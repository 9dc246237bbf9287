// Every dialogue of test/dialogues, replayed: the engine makes exactly the calls that were written down.

import { describe, expect, it } from 'vitest'
import type { Dialogue } from '../../dialogues/dialogue.ts'
import { endings } from '../../dialogues/endings.ts'
import { handshakes } from '../../dialogues/handshakes.ts'
import { inputs } from '../../dialogues/inputs.ts'
import { refusals } from '../../dialogues/refusals.ts'
import { rows } from '../../dialogues/rows.ts'
import { withdrawals } from '../../dialogues/withdrawals.ts'
import { tell } from '../../support/dialogue.ts'

describe.each([
  ['whole handshakes', handshakes],
  ['too little, too much, garbage', inputs],
  ['alerts and failures', refusals],
  ['rows one by one', rows],
  ['withdrawing', withdrawals],
  ['after the handshake', endings],
] as const)('%s', (_, dialogues: readonly Dialogue[]) => {
  it.each(dialogues.map((dialogue) => [`${dialogue.name} (${dialogue.source})`, dialogue] as const))(
    '%s',
    (_name, dialogue) => {
      const told = tell(dialogue.wire, dialogue.setting, dialogue.options, dialogue.verdict)
      if (dialogue.client !== undefined) expect(told.client).toEqual(dialogue.client)
      if (dialogue.server !== undefined) expect(told.server).toEqual(dialogue.server)
    },
  )
})
