import { join } from 'node:path'
import { expect, it } from 'vitest'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { weightOf } from '../../shared/view/weight.ts'

const captures = join(import.meta.dirname, '../captures')
const [path, ...chain] = ['ok-tls12-full', 'ok-tls13-full', 'untrusted-root', 'version-too-old'].map((name) =>
  join(captures, `${name}.pcap`),
)
const options = { keylog: null, key: null, passwordFile: null, replay: defaultReplay, chain }

async function open(listedBytes?: number) {
  const outcome = await analyseFile(path!, { ...options, ...(listedBytes !== undefined && { listedBytes }) })
  if (!outcome.ok) throw new Error(outcome.fault.message)
  return outcome.value
}

it('lists as many conversations as there is memory for, and counts the others', async () => {
  const whole = await open()
  const { length } = whole.rows
  expect(length).toBeGreaterThan(3)
  expect(whole.summary.warnings.map(({ code }) => code)).not.toContain('too-many-conversations')

  const some = await open(Math.max(...whole.rows.map(weightOf)))
  expect(some.rows.length).toBe(2)
  expect(some.summary.packets).toBe(whole.summary.packets)
  const warning = some.summary.warnings.find(({ code }) => code === 'too-many-conversations')
  expect(warning?.text).toContain(`${String(length - 2)} that ended later are counted, not listed`)
  // What is listed can be opened as ever.
  for (const { id } of some.rows) expect(some.inspect(id, defaultReplay).id).toBe(id)
})
