import { describe, expect, it } from 'vitest'
import {
  dtlsEpoch,
  dtlsSequence,
  looksLikeDtlsRecordHeader,
  looksLikeRecordHeader,
  looksLikeSslv2ClientHello,
  maxRecordLength,
  recordLength,
  recordVersion,
} from '../../../shared/tls/records.ts'
import { bytes, u16 } from './build.ts'

describe('record headers', () => {
  const header = bytes(22, u16(0x0301, 512))

  it('are known by content type, version and length', () => {
    expect(looksLikeRecordHeader(header, 0, 5)).toBe('yes')
    expect(recordLength(header, 0)).toBe(512)
    expect(recordVersion(header, 0)).toBe(0x0301)
    expect(looksLikeRecordHeader(bytes(0, header), 1, 6)).toBe('yes')
  })

  it('are not yet known with fewer bytes that could become one', () => {
    for (let end = 0; end < 5; end++) expect(looksLikeRecordHeader(header, 0, end)).toBe('unknown')
  })

  it('are refused as soon as a byte cannot be theirs', () => {
    expect(looksLikeRecordHeader(bytes(19), 0, 1)).toBe('no')
    expect(looksLikeRecordHeader(bytes(25), 0, 1)).toBe('no')
    expect(looksLikeRecordHeader(bytes(22, 2), 0, 2)).toBe('no')
    expect(looksLikeRecordHeader(bytes(22, 3, 5), 0, 3)).toBe('no')
    expect(looksLikeRecordHeader(bytes(22, 3, 3, 0xff), 0, 4)).toBe('no')
    expect(looksLikeRecordHeader(bytes(22, 3, 3, u16(maxRecordLength)), 0, 5)).toBe('yes')
    expect(looksLikeRecordHeader(bytes(22, 3, 3, u16(maxRecordLength + 1)), 0, 5)).toBe('no')
    expect(looksLikeRecordHeader(new TextEncoder().encode('HTTP/1.1'), 0, 8)).toBe('no')
  })
})

describe('DTLS record headers', () => {
  const header = bytes(22, u16(0xfefd, 1, 0, 0, 7, 100))

  it('are known, with epoch and sequence number', () => {
    expect(looksLikeDtlsRecordHeader(header, 0, 13)).toBe('yes')
    expect(dtlsEpoch(header, 0)).toBe(1)
    expect(dtlsSequence(header, 0)).toBe(7)
    expect(dtlsSequence(bytes(22, u16(0xfefd, 0, 0xffff, 0xffff, 0xffff, 0)), 0)).toBe(2 ** 48 - 1)
  })

  it('are not yet known with fewer bytes, and refused for other versions', () => {
    expect(looksLikeDtlsRecordHeader(header, 0, 12)).toBe('unknown')
    expect(looksLikeDtlsRecordHeader(bytes(22, u16(0xfefe)), 0, 3)).toBe('no')
    expect(looksLikeDtlsRecordHeader(bytes(22, u16(0x0303)), 0, 3)).toBe('no')
  })
})

describe('SSLv2-format ClientHello', () => {
  const hello = bytes(0x80, 9 + 3 + 16, 1, u16(0x0301, 3, 0, 16), 0, 0, 4)

  it('is known by its lengths', () => {
    expect(looksLikeSslv2ClientHello(hello, 0, hello.length)).toBe('yes')
    expect(looksLikeSslv2ClientHello(hello, 0, 10)).toBe('unknown')
    const other = hello.slice()
    other[1]! += 1
    expect(looksLikeSslv2ClientHello(other, 0, other.length)).toBe('no')
  })

  it('is refused for other bytes', () => {
    expect(looksLikeSslv2ClientHello(bytes(0x16, 3, 1), 0, 3)).toBe('no')
    expect(looksLikeSslv2ClientHello(bytes(0x80, 0x2e, 4), 0, 3)).toBe('no')
    expect(looksLikeSslv2ClientHello(bytes(0x80, 0x2e, 1, 0, 3), 0, 5)).toBe('no')
  })
})
