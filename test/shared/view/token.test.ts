// What the inspector gets of a token, on recorded handshakes.

import { describe, expect, it } from 'vitest'
import { analyseFile } from '../../../electron/worker/analyse.ts'
import { defaultReplay } from '../../../shared/schannel/model.ts'

describe('the packets of a token', () => {
  it.each(['quic-v1', 'quic-retry', 'quic-v2-draft', 'quic-no-group'])(
    'are named once each in %s, and bring all of its bytes',
    async (name) => {
      const path = `test/captures/carriers/${name}`
      const sources = { keylog: `${path}.keys`, key: null, passwordFile: null, replay: defaultReplay }
      const opened = await analyseFile(`${path}.pcap`, sources)
      if (!opened.ok) throw new Error(opened.fault.message)
      const capture = opened.value
      const views = capture.rows.flatMap(({ id }) =>
        capture.inspect(id, defaultReplay).tokens.map((each) => capture.token(id, each.id)),
      )
      capture.close()
      expect(views.length).toBeGreaterThan(1)
      for (const view of views) {
        const numbers = view.packets.map(({ packet }) => packet)
        expect(numbers).toEqual([...new Set(numbers)])
        expect(view.packets[0]!.start).toBe(0)
        for (const [i, run] of view.packets.slice(1).entries()) expect(run.start).toBe(view.packets[i]!.end)
        expect(view.packets.at(-1)!.end).toBe(view.openedFrom ?? view.bytes.length)
      }
    },
  )
})
