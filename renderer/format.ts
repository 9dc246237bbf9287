// How the page writes numbers, sizes, times and addresses. Pure functions.

import type { Times } from './preferences.ts'

const narrow = '\u202f'

/** `1 233` with a narrow no-break space; not for hex. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, narrow)
}

/** `3 bytes`, `1 byte`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Bytes below 10 kB, then kB, MB, GB with the decimals that matter. */
export function size(bytes: number): string {
  if (bytes < 10_000) return plural(bytes, 'byte')
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value >= 100 ? count(value) : value.toFixed(value >= 10 ? 1 : 2)}${narrow}${units[unit] ?? ''}`
}

/** Milliseconds since 1970 with the nanoseconds kept as a fraction; null where the capture holds no time. */
export function instant(time: string | null): number | null {
  if (time === null) return null
  const parts = /^(.*T\d\d:\d\d:\d\d)(?:\.(\d+))?Z?$/.exec(time)
  if (parts === null) return null
  const seconds = Date.parse(`${parts[1] ?? ''}Z`)
  if (Number.isNaN(seconds)) return null
  return seconds + Number(`0.${parts[2] ?? '0'}`) * 1000
}

/** Milliseconds between two ISO times, exact to the nanosecond; null where either is unknown. */
export function between(from: string | null, to: string | null): number | null {
  const start = nanoseconds(from)
  const end = nanoseconds(to)
  return start === null || end === null ? null : Number(end - start) / 1e6
}

function nanoseconds(time: string | null): bigint | null {
  if (time === null) return null
  const parts = /^(.*T\d\d:\d\d:\d\d)(?:\.(\d+))?Z?$/.exec(time)
  if (parts === null) return null
  const seconds = Date.parse(`${parts[1] ?? ''}Z`)
  if (Number.isNaN(seconds)) return null
  return BigInt(seconds) * 1_000_000n + BigInt((parts[2] ?? '').padEnd(9, '0').slice(0, 9))
}

/** `10:14:03.595`, UTC. */
export function clock(time: string | null): string {
  return time === null ? '' : time.slice(11, 23).replace('Z', '')
}

/** `10:14:03` from milliseconds since 1970, UTC or of this machine's zone; `exact` keeps the milliseconds. */
export function clockOf(milliseconds: number, exact = false, zone: Times['zone'] = 'utc'): string {
  return inZone(milliseconds, zone).slice(11, exact ? 23 : 19)
}

/** ISO 8601 without a zone: what clocks there showed. */
function inZone(milliseconds: number, zone: Times['zone']): string {
  const shift = zone === 'utc' ? 0 : new Date(milliseconds).getTimezoneOffset() * 60_000
  return new Date(milliseconds - shift).toISOString().slice(0, 23)
}

/** A list's time column as the analyst wants it; `first` and `above` are of the capture and of the row above, in ms since 1970. */
export function timeOf(
  time: string | null,
  { zone, format }: Times,
  first: number | null,
  above: number | null,
): string {
  const at = instant(time)
  if (at === null) return ''
  if (format === 'relative') return seconds(at - (first ?? at))
  if (format === 'delta') return above === null ? '' : seconds(at - above)
  const shown = inZone(at, zone)
  return format === 'clock' ? shown.slice(11) : shown.replace('T', ' ')
}

/** `+0.012`, `-3.500`. */
function seconds(milliseconds: number): string {
  return `${milliseconds < 0 ? '\u2212' : '+'}${(Math.abs(milliseconds) / 1000).toFixed(3)}`
}

/** A point on the timeline in ms: `5.908`, `209.3`, `1 004.075`. */
export function milliseconds(value: number): string {
  const [whole = '0', fraction = ''] = value.toFixed(3).split('.')
  return `${count(Number(whole))}.${fraction}`
}

/** A delay in ms with three significant digits: `0.39`, `18.2`, `276`. */
export function delay(value: number): string {
  if (value < 10) return value.toFixed(2)
  if (value < 100) return value.toFixed(1)
  return count(value)
}

/** A list's duration column: `6.4`, `1 129`. */
export function duration(value: number | null): string {
  if (value === null) return ''
  return value < 1000 ? value.toFixed(1) : count(value)
}

/** A wait in words: `640 ms`, `12.4 s`, `3 min 05 s`. */
export function span(value: number): string {
  if (value < 1000) return `${count(value)} ms`
  if (value < 60_000) return `${(value / 1000).toFixed(1)} s`
  const seconds = Math.round(value / 1000)
  return `${count(Math.floor(seconds / 60))} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** Cuts an IPv6 endpoint before its last group: the front may shrink, end and port stay. */
export function endpointParts(text: string): readonly [string, string] {
  const close = text.indexOf(']')
  if (close < 0) return [text, '']
  const cut = text.lastIndexOf(':', close)
  return cut <= 0 ? [text, ''] : [text.slice(0, cut), text.slice(cut)]
}

/** The file's name without its folder. */
export function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, '')
}

/** The folder without the file's name. */
export function folder(path: string): string {
  const name = baseName(path)
  return path.slice(0, path.length - name.length).replace(/(.)[\\/]$/, '$1')
}

/** `007c`: an offset in at least four hex digits. */
export function offset(value: number): string {
  return value.toString(16).padStart(4, '0')
}

/** `today 10:58`, `yesterday`, `20 November`, in the reader's own time zone. */
export function day(iso: string, now: Date): string {
  const then = new Date(iso)
  if (Number.isNaN(then.getTime())) return ''
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  if (then.getTime() >= midnight) {
    return `today ${String(then.getHours()).padStart(2, '0')}:${String(then.getMinutes()).padStart(2, '0')}`
  }
  if (then.getTime() >= midnight - 86_400_000) return 'yesterday'
  return then.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    ...(then.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  })
}

/** Names of cipher suites, fingerprints and hex are set as data. */
export function isData(text: string): boolean {
  return /^(TLS_[A-Z0-9_]+|[tqd]\d\d[di]\w+|[0-9a-f]{16,})(, |$)/.test(text)
}
