// Validity periods on one axis: where bars, capture time and now stand, and the words that say the same. Pure.

import type { ReportCertificate } from '../../shared/contract/report.ts'
import { count, instant } from '../format.ts'
import type { GlyphName } from '../status.ts'

/** What one side sent, and the issuer of its last certificate where that is only named. */
export interface Chain {
  readonly side: 'client' | 'server'
  readonly sent: readonly ReportCertificate[]
  readonly issuer: string | null
}

export interface Axis {
  readonly from: number
  readonly to: number
  readonly years: readonly { readonly at: number; readonly text: string }[]
}

const year = 365.25 * 86_400_000
const dayLength = 86_400_000

/** One axis for the chain, from half a year before its first date to half a year behind its last; at most ten labels. */
export function axisOf(certificates: readonly ReportCertificate[], moments: readonly number[]): Axis {
  const times = [
    ...certificates
      .flatMap((each) => [instant(each.notBefore), instant(each.notAfter)])
      .filter((time) => time !== null),
    ...moments,
  ]
  if (times.length === 0) return { from: 0, to: 1, years: [] }
  const low = Math.min(...times)
  const high = Math.max(...times)
  const pad = Math.max(year / 24, (high - low) * 0.06)
  const from = low - pad
  const to = high + pad
  const first = new Date(from).getUTCFullYear() + 1
  const last = new Date(to).getUTCFullYear()
  const step = Math.max(1, Math.ceil((last - first + 1) / 9))
  const years: { at: number; text: string }[] = []
  for (let each = first; each <= last; each += step) {
    const at = place({ from, to }, Date.UTC(each, 0, 1))
    if (at < 94) years.push({ at, text: String(each) })
  }
  return { from, to, years }
}

/** Per cent of the axis. */
export function place(axis: { readonly from: number; readonly to: number }, time: number): number {
  return Math.min(100, Math.max(0, ((time - axis.from) / (axis.to - axis.from)) * 100))
}

/** Validity at a moment, in words. */
export function judged(
  certificate: ReportCertificate,
  at: number | null,
): { glyph: GlyphName; text: string } {
  const from = instant(certificate.notBefore)
  const to = instant(certificate.notAfter)
  if (at === null || from === null || to === null) return { glyph: 'part', text: 'cannot tell' }
  if (at < from) return { glyph: 'fail', text: `not valid for ${days(from - at)}` }
  if (at > to) return { glyph: 'fail', text: `expired ${days(at - to)} ago` }
  const day = Math.floor((at - from) / dayLength) + 1
  return {
    glyph: 'ok',
    text: `valid, day ${count(day)} of ${count(Math.max(day, Math.round((to - from) / dayLength)))}`,
  }
}

function days(span: number): string {
  const whole = Math.floor(span / dayLength)
  if (whole === 0) return 'less than a day'
  return `${count(whole)} ${whole === 1 ? 'day' : 'days'}`
}

/** The common name of a distinguished name, else all of it. */
export function commonName(name: string): string {
  return /(?:^|,\s*)CN=((?:\\.|[^,\\])+)/.exec(name)?.[1] ?? (name === '' ? 'no name' : name)
}

/** DER in base64 as PEM, RFC 7468 §2: 64 characters a line. */
export function pem(der: string): string {
  const lines = der.match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
