// `npm run fuzz -- SECONDS SEED`: changed captures through the whole core; inputs that reach something new are changed further.

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
/** A run that takes longer, several times over, is a find too: the core must not hang. */
const slowMs = 3000
const fewRuns = 200

/** The target in one file that counts its branches, and the numbers that its code compares with. */
async function loadTarget() {
  mkdirSync(cache, { recursive: true })
  const bundle = await rolldown({
    input: { target: join(root, 'test/fuzz/target.ts'), tools: join(root, 'test/fuzz/tools.ts') },
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
  return { ...(await load('target')), ...(await load('tools')), constants: [...constants] }
}

function corpus() {
  const folders = [
    'test/captures',
    'test/captures/keys',
    'test/fuzz/corpus',
    '../shared/captures/lab',
    '../shared/captures/zeek',
  ]
  const inputs = []
  for (const folder of folders.map((name) => join(root, name)).filter((name) => existsSync(name))) {
    for (const name of readdirSync(folder)) {
      if (!/\.(pcap|pcapng|cap|trace|snoop)$/.test(name)) continue
      const bytes = new Uint8Array(readFileSync(join(folder, name)))
      if (bytes.length <= maxInputBytes) inputs.push(bytes)
    }
  }
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

/** The failure of one run as a line, or null. */
async function run(bytes) {
  writeFileSync(current, bytes)
  const began = performance.now()
  try {
    // Opening what is sealed takes most of the time: a quarter of the inputs is enough for it.
    await target.runCapture(current, bytes.length % 4 === 0 ? keylog : null)
  } catch (error) {
    const place = /\n\s+at (?:async )?(?:new )?([\w.$<>]+)/.exec(error.stack ?? '')?.[1] ?? ''
    return `${error.name}: ${error.message} (${place})`.replace(/\d{3,}/g, 'N')
  }
  return performance.now() - began > slowMs ? 'slow' : null
}

/** Fewer packets, then fewer bytes, as long as it fails in the same way. */
async function minimise(bytes, failure) {
  let best = bytes
  const { takeApart, putTogether } = target
  for (let step = takeApart(best).records.length; step >= 1; step = step >> 1) {
    for (let at = 0; at < takeApart(best).records.length;) {
      const { header, records } = takeApart(best)
      const shorter = putTogether(header, [...records.slice(0, at), ...records.slice(at + step)])
      if ((await run(shorter)) === failure) best = shorter
      else at += step
    }
  }
  return best
}

const coverage = new Coverage()
const pool = []
const finds = new Map()
let runs = 0
async function attempt(bytes) {
  coverage.reset()
  runs++
  const failure = await run(bytes)
  if (failure !== null && !finds.has(failure)) {
    if (failure === 'slow' && (runs < fewRuns || (await run(bytes)) !== 'slow')) return
    const least = failure === 'slow' ? bytes : await minimise(bytes, failure)
    const name = `${createHash('sha256').update(least).digest('hex').slice(0, 12)}.pcap`
    mkdirSync(join(cache, 'finds'), { recursive: true })
    writeFileSync(join(cache, 'finds', name), least)
    finds.set(failure, name)
    console.log(`find: ${failure}\n  node_modules/.cache/fuzz/finds/${name}, ${least.length} bytes`)
    return
  }
  if (coverage.isNew()) pool.push(bytes)
}

process.once('SIGINT', () => {
  rmSync(current, { force: true })
  process.exit(130)
})
for (const bytes of corpus()) await attempt(bytes)
console.log(`corpus: ${pool.length} inputs, ${coverage.branches} branches`)
const began = performance.now()
const before = runs
let told = began
while (performance.now() - began < seconds * 1000) {
  // Half the time from what was found lately: it reaches what nothing reached before.
  const recent = random.below(2) === 0 ? Math.max(0, pool.length - 50) : 0
  const bytes = pool[recent + random.below(pool.length - recent)]
  const other = pool[random.below(pool.length)]
  const made = target.mutateCapture(bytes, other, target.constants, random)
  if (made.length <= 2 * maxInputBytes) await attempt(made)
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
