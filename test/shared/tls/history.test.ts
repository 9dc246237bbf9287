import { describe, expect, it } from 'vitest'
import { historyLetters, type HistoryItem } from '../../../shared/tls/history.ts'

function item(from: 'client' | 'server', contentType: number, type: number | null = null): HistoryItem {
  return { from, contentType, type, helloRetryRequest: false }
}

describe('history letters', () => {
  it('writes a full TLS 1.2 handshake as Zeek does', () => {
    const full = [
      item('client', 22, 1),
      ...[2, 11, 12, 14].map((type) => item('server', 22, type)),
      item('client', 22, 16),
      item('client', 20),
      item('client', 22),
      item('server', 22, 4),
      item('server', 20),
      item('server', 22),
    ]
    expect(historyLetters(full)).toBe('CsxknGIti')
  })

  it('tells a HelloRetryRequest from a ServerHello', () => {
    const retry = { ...item('server', 22, 2), helloRetryRequest: true }
    expect(historyLetters([item('client', 22, 1), retry, item('client', 22, 1), item('server', 22, 2)])).toBe(
      'CjCs',
    )
  })

  it('marks a flipped connection, alerts, unknown types and SSLv2-format hellos', () => {
    expect(historyLetters([item('client', 128, 1), item('server', 21)], true)).toBe('^Cl')
    expect(historyLetters([item('server', 22, 99), item('client', 77), item('client', 24)])).toBe('zQB')
  })

  it('stops at 100 letters', () => {
    expect(historyLetters(Array.from({ length: 300 }, () => item('server', 21)))).toHaveLength(100)
  })
})
