// Fields of what keys opened: every message of the recorded conversations is read to its end, also behind the ServerHello of its own token.

import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'

const folder = resolve('test/captures/keys')
/** Node's crypto has no RC4. */
const closed = new Set(['tls12-rc4'])
const recorded = readdirSync(folder)
  .filter((name) => name.endsWith('.pcap') && existsSync(join(folder, name.replace('.pcap', '.keys'))))
  .map((name) => name.replace('.pcap', ''))
  .filter((name) => !closed.has(name))

it.each(recorded)('%s', async (name) => {
  const outcome = await analyseFile(join(folder, `${name}.pcap`), {
    keylog: join(folder, `${name}.keys`),
    key: null,
    passwordFile: null,
    replay: defaultReplay,
  })
  if (!outcome.ok) throw new Error(outcome.fault.message)
  const { tokens } = outcome.value.inspect(1, defaultReplay)
  const views = tokens.map(({ id }) => outcome.value.token(1, id))
  outcome.value.close()
  const opened = views.flatMap(({ fields, openedFrom }) =>
    openedFrom === null ? [] : fields.filter(({ start }) => start >= openedFrom),
  )
  expect(opened.length).toBeGreaterThan(0)
  expect(
    opened.flatMap(({ name, malformed }) => (malformed === null ? [] : [`${name}: ${malformed}`])),
  ).toEqual([])
})
