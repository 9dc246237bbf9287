// `npm run bench`: builds the bench captures, runs a plain read, our scan and tshark on them, each in a process of its own, and prints the ratios.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { build } from 'rolldown'
import { measurePage } from './bench-page.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    record: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: 'AB' },
    share: { type: 'string', default: '1' },
    sessions: { type: 'string', default: '2048000' },
  },
})
const runs = Number(values.runs)
/** About what one session of A takes. */
const bytesPerSession = 6400
/** As `npm run inspect` starts Node. */
const { inspect } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts
const flags = inspect.split(' ').filter((word) => word.startsWith('--'))

/**
 * What is aimed for: `times` are of tshark's wall time, `reads` of the plain read's; the rest is milliseconds and MB at most.
 */
const captures = {
  A: {
    says: 'handshakes of mixed kinds',
    shape: { sessions: 100_000, bulk: 0, interleaved: 50, ackEvery: 1 },
    aims: { times: 35, rowTimes: 30, peakMB: 400, firstRowsMs: 300, openWorstMs: 50, changeWorstMs: 100 },
  },
  B: {
    says: 'sessions with 512 KB of bulk each',
    shape: { sessions: 2000, bulk: 512 << 10, interleaved: 50, ackEvery: 64 },
    aims: { times: 50, reads: 6, peakMB: 200 },
  },
}

const folder = mkdtempSync(join(tmpdir(), 'handshake-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const program = join(folder, 'measure.mjs')
await build({
  input: join(root, 'test/bench/measure.ts'),
  platform: 'node',
  // In parts: a plain read does not load what the scan needs.
  output: { dir: folder, entryFileNames: 'measure.mjs', chunkFileNames: '[name].mjs', format: 'esm' },
  logLevel: 'warn',
})

say(`${machine()}, load ${loadavg()[0].toFixed(1)}`)
if (values.page) await page()
else if (values.scale) scale()
else for (const name of values.only) await compare(name, captures[name])

async function compare(name, { says, shape, aims }) {
  const path = join(folder, `${name}.pcap`)
  const sessions = Math.round(shape.sessions * Number(values.share))
  const made = make(path, { ...shape, sessions })
  const facts = `${mega(made.bytes)} MB, ${String(made.packets)} packets, ${String(sessions)} ${says}`
  say(`\n${name}: ${facts}`)
  // The first read warms the page cache.
  measure('read', path)
  const read = median(() => measure('read', path))
  const scan = median(() => measure('scan', path))
  const rows = median(() => measure('jsonl', path))
  const tshark = await runTshark(path)
  say(table({ 'plain read, 4 MiB pieces': read, scan, 'scan, JSON rows': rows, tshark }))
  const outcomes = Object.entries(scan.outcomes).map(([outcome, count]) => `${String(count)} ${outcome}`)
  say(
    `${String(scan.conversations)} conversations (${outcomes.join(', ')}); first rows after ${String(scan.firstRowsMs)} ms; ` +
      `one opened in ${both(scan.openMedianMs, scan.openWorstMs)} ms, its delivery changed in ` +
      `${both(scan.changeMedianMs, scan.changeWorstMs)} ms, its profile in ${both(scan.profileMedianMs, scan.profileWorstMs)} ms (median, worst)`,
  )
  const ratios = {
    reads: scan.wallMs / read.wallMs,
    times: tshark && tshark.wallMs / scan.wallMs,
    rowTimes: tshark && tshark.wallMs / rows.wallMs,
    userTimes: tshark && tshark.userMs / scan.userMs,
    userRowTimes: tshark && tshark.userMs / rows.userMs,
  }
  const plainReads = `${ratios.reads.toFixed(1)} plain reads (user ${(scan.userMs / read.userMs).toFixed(1)})`
  say(
    tshark === null
      ? `tshark is not installed: nothing to compare with. The scan takes ${plainReads}.`
      : `${ratios.times.toFixed(1)} times faster than tshark (with rows ${ratios.rowTimes.toFixed(1)}); by user time ` +
          `${ratios.userTimes.toFixed(1)} (${ratios.userRowTimes.toFixed(1)}), which other programs disturb less; ${plainReads}.`,
  )
  for (const [what, aim] of Object.entries(aims)) {
    const is = what in ratios ? ratios[what] : scan[what]
    const met =
      is === null ? 'not measured' : (what.endsWith('imes') ? is >= aim : is <= aim) ? 'met' : 'missed'
    say(`  aim ${what} ${String(aim)}: ${is === null ? '' : `${is.toFixed(1)}, `}${met}`)
  }
  if (values.record) record(name, facts, { read, scan, rows, tshark }, ratios)
  rmSync(path)
}

function both(middle, worst) {
  return `${middle.toFixed(1)} (${worst.toFixed(1)})`
}

/** The page on A: what somebody at the window waits for. */
async function page() {
  const path = join(folder, 'A.pcap')
  make(path, { ...captures.A.shape, sessions: Math.round(captures.A.shape.sessions * Number(values.share)) })
  const { firstRowMs, readMs, frames, work, keys } = await measurePage(path)
  const told = (of) =>
    `${of.median.toFixed(1)} ms in the median, ${of.ninetyFifth.toFixed(1)} in 95 of 100, ${of.worst.toFixed(1)} at worst`
  say(`first row after ${firstRowMs.toFixed(0)} ms (aim 300), all read after ${readMs.toFixed(0)} ms`)
  say(`scrolling, between two frames: ${told(frames)} (aim 16.7); work of the page in each: ${told(work)}`)
  say(`typing a filter, from key to picture: ${told(keys)} (aim 100)`)
}

/** The same sessions in growing number, up to `--sessions`: time per packet and memory per conversation should not grow. */
function scale() {
  say(
    '\n| MB | packets | conversations | wall / user s | user ns per packet | peak MB | bytes per conversation | one opened, ms |',
  )
  say('|---|---|---|---|---|---|---|---|')
  let before = null
  for (let sessions = 2_000; sessions <= Number(values.sessions); sessions *= 4) {
    const room = statfsSync(folder)
    if (sessions * bytesPerSession > (room.bavail * room.bsize) / 2) {
      say(`(${String(sessions)} sessions: not enough room in ${folder})`)
      break
    }
    const path = join(folder, 'scale.pcap')
    const made = make(path, { ...captures.A.shape, sessions })
    measure('read', path)
    const scan = median(() => measure('scan', path))
    // What the conversations since the last row added; the first row holds the program itself.
    const each =
      before === null
        ? '–'
        : String(Math.round(((scan.peakMB - before.peakMB) * 2 ** 20) / (sessions - before.sessions)))
    const cells = [
      mega(made.bytes),
      made.packets,
      scan.conversations,
      `${seconds(scan.wallMs).trim()} / ${seconds(scan.userMs).trim()}`,
      Math.round((scan.userMs * 1e6) / made.packets),
      scan.peakMB,
      each,
      both(scan.openMedianMs, scan.openWorstMs),
    ]
    say(`| ${cells.join(' | ')} |`)
    before = { sessions, peakMB: scan.peakMB }
    rmSync(path)
  }
}

function make(path, shape) {
  return run(['make', path, join(root, 'test/captures'), JSON.stringify(shape)])
}

function measure(task, path) {
  return run([task, path])
}

function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, program, ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}`)
  return JSON.parse(stdout)
}

/** ClientHello and alert fields of every packet; by default tshark drops handshakes whose segments came out of order. */
function runTshark(path) {
  const fields = [
    'frame.number',
    'tls.handshake.type',
    'tls.handshake.extensions_server_name',
    'tls.handshake.ciphersuite',
    'tls.handshake.ja3',
    'tls.alert_message.level',
    'tls.alert_message.desc',
  ]
  const args = [
    '-r',
    path,
    '-o',
    'tcp.reassemble_out_of_order:TRUE',
    '-Y',
    'tls.handshake.type == 1 || tls.alert_message',
  ]
  const began = performance.now()
  const child = spawn('tshark', [...args, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])], {
    stdio: 'ignore',
  })
  let spent = { userMs: NaN, systemMs: NaN, peakMB: NaN }
  const watch = setInterval(() => (spent = spentBy(child.pid) ?? spent), 50)
  return new Promise((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', (status) =>
      resolve(status === 0 ? { ...spent, wallMs: performance.now() - began } : null),
    )
  }).finally(() => clearInterval(watch))
}

/** What a running process has used so far, as Linux tells it (proc(5): hundredths of a second); null elsewhere. */
function spentBy(pid) {
  try {
    const [user, system] = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      .split(' ')
      .slice(11, 13)
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))
    if (peak === null) return null
    return {
      userMs: Number(user) * 10,
      systemMs: Number(system) * 10,
      peakMB: Math.round(Number(peak[1]) / 1024),
    }
  } catch {
    return null
  }
}

function median(once) {
  const all = Array.from({ length: runs }, once).sort((a, b) => a.wallMs - b.wallMs)
  return all[runs >> 1]
}

function table(results) {
  const lines = Object.entries(results).flatMap(([name, result]) =>
    result === null
      ? []
      : [
          `  ${name.padEnd(26)}${seconds(result.wallMs)} s wall ${seconds(result.userMs)} s user ${seconds(result.systemMs)} s system ${String(result.peakMB).padStart(6)} MB`,
        ],
  )
  return lines.join('\n')
}

function record(name, facts, { read, scan, rows, tshark }, ratios) {
  const path = join(root, 'docs/bench.md')
  const cells = [
    `${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0].toFixed(1)}`,
    machine(),
    `${name}: ${facts}`,
    ...[read, scan, rows, tshark].map((one) =>
      one === null
        ? '–'
        : `${seconds(one.wallMs).trim()} / ${seconds(one.userMs).trim()} s, ${String(one.peakMB)} MB`,
    ),
    tshark === null ? '–' : `${ratios.times.toFixed(1)} (${ratios.rowTimes.toFixed(1)})`,
    tshark === null ? '–' : `${ratios.userTimes.toFixed(1)} (${ratios.userRowTimes.toFixed(1)})`,
    ratios.reads.toFixed(1),
  ]
  const lines = readFileSync(path, 'utf8').split('\n')
  const history = lines.findIndex((line) => line.startsWith('| date |'))
  const end = lines.findIndex((line, i) => i > history && !line.startsWith('|'))
  lines.splice(end, 0, `| ${cells.join(' | ')} |`)
  writeFileSync(path, lines.join('\n'))
}

function machine() {
  const { model } = cpus()[0]
  return `${String(cpus().length)} × ${model.trim()}, ${String(Math.round(totalmem() / 2 ** 30))} GB, ${process.platform} ${release().split('-')[0]}, Node ${process.versions.node}`
}

function mega(bytes) {
  return String(Math.round(bytes / 1e6))
}

function seconds(ms) {
  return (ms / 1000).toFixed(2).padStart(7)
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
