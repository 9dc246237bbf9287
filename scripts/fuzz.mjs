// `npm run fuzz -- SECONDS SEED`: changed captures, key files and texts through the whole core; what reaches something new is changed further.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createInstrumenter } from 'istanbul-lib-instrument'
import { rolldown } from 'rolldown'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const cache = join(root, 'node_modules/.cache/fuzz')
const seconds = Number(process.argv[2] ?? 60)
const seed = Number(process.argv[3] ?? 1)
/** Larger captures cost more runs than they bring. */
const maxInputBytes = 24 << 10
/** A run that takes the processor longer, several times over, is a find too: the core must not hang. */
const slowMs = 3000
const fewRuns = 200

/** The target in one file that counts its branches, and the numbers that its code compares with. */
async function loadTarget() {
  mkdirSync(cache, { recursive: true })
  const bundle = await rolldown({
    input: Object.fromEntries(
      ['target', 'texts', 'tools'].map((name) => [name, join(root, `test/fuzz/${name}.ts`)]),
    ),
    platform: 'node',
    logLevel: 'warn',
  })
  const { output } = await bundle.generate({ format: 'esm', chunkFileNames: '[name].js' })
  const instrumenter = createInstrumenter({ esModules: true, coverageVariable: 'fuzzCoverage' })
  const constants = new Set()
  for (const { fileName, code } of output) {
    if (code === undefined) continue
    for (const [number] of code.matchAll(/\b(?:0x[0-9a-f]{1,4}|\d{1,5})\b/g))
      constants.add(Number(number) & 0xffff)
    writeFileSync(join(cache, fileName), instrumenter.instrumentSync(code, fileName))
  }
  const load = (name) => import(pathToFileURL(join(cache, `${name}.js`)))
  const parts = await Promise.all(['target', 'texts', 'tools'].map(load))
  return { ...Object.assign({}, ...parts), constants: [...constants] }
}

/** Captures, some of them once more in older formats, key files, and the texts that `texts.ts` has. */
function corpus() {
  const folders = [
    'test/captures',
    'test/captures/keys',
    'test/captures/carriers',
    '../shared/captures/lab',
    '../shared/captures/zeek',
  ]
  const inputs = []
  for (const folder of folders.map((name) => join(root, name)).filter((name) => existsSync(name))) {
    for (const name of readdirSync(folder)) {
      if (!/\.(pcap|pcapng|cap|trace|snoop)$/.test(name)) continue
      const bytes = new Uint8Array(readFileSync(join(folder, name)))
      if (bytes.length <= maxInputBytes) inputs.push({ kind: 'capture', bytes })
    }
  }
  const { takeApart, netmon, snoop, seeds } = target
  const frames = inputs
    .slice(0, 6)
    .map(({ bytes }) => takeApart(bytes).records.map((each) => each.subarray(16)))
  for (const [i, packets] of frames.entries()) {
    // Packets of raw IP: media type 0 of Network Monitor says nothing else.
    inputs.push({ kind: 'capture', bytes: i % 2 === 0 ? snoop(packets, 4) : netmon(packets, i % 4) })
  }
  const keys = join(root, 'test/captures/keys')
  for (const name of readdirSync(keys)) {
    const kind = /\.keys$/.test(name) ? 'keylog' : /\.(key|pfx|crt)$/.test(name) ? 'key' : null
    if (kind !== null) inputs.push({ kind, bytes: new Uint8Array(readFileSync(join(keys, name))) })
  }
  for (const [kind, text] of seeds) inputs.push({ kind, bytes: new TextEncoder().encode(text) })
  return inputs
}

/** Which branches were taken how often, in classes of powers of two: the same idea as in AFL. */
class Coverage {
  constructor() {
    const files = Object.values(globalThis.fuzzCoverage)
    this.counters = files.flatMap(({ b, f }) => [...Object.values(b), f])
    this.slots = this.counters.map((counter) => Object.keys(counter))
    this.seen = this.slots.map((slots) => new Uint8Array(slots.length))
    this.branches = 0
  }

  reset() {
    this.counters.forEach((counter, c) => {
      for (const slot of this.slots[c]) counter[slot] = 0
    })
  }

  /** Whether the last run reached a branch, or a count of one, that no run before it did. */
  isNew() {
    let found = false
    for (let c = 0; c < this.counters.length; c++) {
      const counter = this.counters[c]
      const slots = this.slots[c]
      const seen = this.seen[c]
      for (let i = 0; i < slots.length; i++) {
        const count = counter[slots[i]]
        if (count === 0) continue
        const level = 1 << Math.min(7, 32 - Math.clz32(count))
        if ((seen[i] & level) !== 0) continue
        if (seen[i] === 0) this.branches++
        seen[i] |= level
        found = true
      }
    }
    return found
  }
}

const target = await loadTarget()
const random = new target.Random(seed)
const keylog = join(cache, 'keys.log')
/** Still there at the next start if it ended the process: out of memory, or killed because it hung. */
const current = join(cache, `current-${seed}.pcap`)
if (existsSync(current)) {
  mkdirSync(join(cache, 'finds'), { recursive: true })
  renameSync(current, join(cache, 'finds', `ended-${Date.now()}.pcap`))
  console.log(
    'find: the last run ended in the middle of its input, see node_modules/.cache/fuzz/finds/ended-*.pcap',
  )
}
const logs = readdirSync(join(root, 'test/captures/keys')).filter((name) => name.endsWith('.keys'))
writeFileSync(
  keylog,
  logs.map((name) => readFileSync(join(root, 'test/captures/keys', name), 'utf8')).join('\n'),
)

/** The failure of one run as a line, or null. What is done with a capture follows from its bytes: a find is a find again. */
async function run({ kind, bytes }) {
  writeFileSync(current, bytes)
  const turn = bytes.reduce((sum, byte) => (sum * 31 + byte) & 0xffff, 0)
  const began = process.cpuUsage().user
  try {
    if (kind !== 'capture') target.runText(kind, bytes)
    else {
      // Opening what is sealed takes most of the time: a quarter of the inputs is enough for it.
      const chain = turn % 32 === 0 ? [second] : []
      await target.runCapture(current, turn % 4 === 0 ? keylog : null, turn >> 5, chain)
    }
  } catch (error) {
    const place = /\n\s+at (?:async )?(?:new )?([\w.$<>]+)/.exec(error.stack ?? '')?.[1] ?? ''
    return `${error.name}: ${error.message} (${place})`.replace(/\d{3,}/g, 'N')
  }
  return process.cpuUsage().user - began > 1000 * slowMs ? 'slow' : null
}

/** Fewer packets, as long as it fails in the same way. */
async function minimise({ kind, bytes }, failure) {
  let best = bytes
  if (kind !== 'capture') return best
  const { takeApart, putTogether } = target
  for (let step = takeApart(best).records.length; step >= 1; step = step >> 1) {
    for (let at = 0; at < takeApart(best).records.length;) {
      const { header, records } = takeApart(best)
      const shorter = putTogether(header, [...records.slice(0, at), ...records.slice(at + step)])
      if ((await run({ kind, bytes: shorter })) === failure) best = shorter
      else at += step
    }
  }
  return best
}

const coverage = new Coverage()
const pool = []
const finds = new Map()
let runs = 0
async function attempt(input) {
  coverage.reset()
  runs++
  const failure = await run(input)
  if (failure !== null && !finds.has(failure)) {
    if (failure === 'slow' && (runs < fewRuns || (await run(input)) !== 'slow')) return
    const least = failure === 'slow' ? input.bytes : await minimise(input, failure)
    const ending = input.kind === 'capture' ? 'pcap' : input.kind
    const name = `${createHash('sha256').update(least).digest('hex').slice(0, 12)}.${ending}`
    mkdirSync(join(cache, 'finds'), { recursive: true })
    writeFileSync(join(cache, 'finds', name), least)
    finds.set(failure, name)
    console.log(`find: ${failure}\n  node_modules/.cache/fuzz/finds/${name}, ${least.length} bytes`)
    return
  }
  if (coverage.isNew()) pool.push(input)
}

process.once('SIGINT', () => {
  rmSync(current, { force: true })
  process.exit(130)
})
const inputs = corpus()
/** Read with one in 32 captures as one. */
const second = join(cache, 'second.pcap')
writeFileSync(second, inputs[0].bytes)
for (const input of inputs) await attempt(input)
console.log(`corpus: ${pool.length} inputs, ${coverage.branches} branches`)
const began = performance.now()
const before = runs
let told = began
while (performance.now() - began < seconds * 1000) {
  // Half the time from what was found lately: it reaches what nothing reached before.
  const recent = random.below(2) === 0 ? Math.max(0, pool.length - 50) : 0
  const { kind, bytes } = pool[recent + random.below(pool.length - recent)]
  const other = pool[random.below(pool.length)]
  const made = target.mutateCapture(bytes, other.bytes, target.constants, random)
  if (made.length <= 2 * maxInputBytes) await attempt({ kind, bytes: made })
  if (performance.now() - told > 10_000) {
    told = performance.now()
    console.log(
      `${Math.round((told - began) / 1000)} s: ${runs - before} runs, ${coverage.branches} branches, ${pool.length} inputs`,
    )
  }
}
rmSync(current, { force: true })
const spent = (performance.now() - began) / 1000
console.log(
  `${runs - before} runs in ${spent.toFixed(0)} s (${Math.round((runs - before) / spent)}/s), seed ${seed}: ` +
    `${coverage.branches} branches, ${pool.length} inputs kept, ${finds.size} finds`,
)
if (finds.size > 0) {
  console.log(
    'Fix each, then keep it as a row of test/fuzz/crashes.ts: what was wrong, and the file in base64 -w0.',
  )
  process.exitCode = 1
}
