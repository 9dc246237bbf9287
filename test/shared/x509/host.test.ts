import { describe, expect, it } from 'vitest'
import { parseCertificate, type Certificate } from '../../../shared/x509/certificate.ts'
import { matchesName } from '../../../shared/x509/host.ts'
import { everyExtension, rsaSha1 } from './certificates.ts'

function read(der: Uint8Array): Certificate {
  const outcome = parseCertificate(der)
  if (!outcome.ok) throw new Error(outcome.malformed.what)
  return outcome.value
}

describe('whether a certificate is for a host', () => {
  const certificate = read(everyExtension)

  it.each([
    ['www.example.com', true],
    ['WWW.Example.COM', true],
    ['www.example.com.', true],
    ['example.com', false],
    ['a.wild.example.com', true],
    ['wild.example.com', false],
    ['a.b.wild.example.com', false],
    ['.wild.example.com', false],
    ['*.wild.example.com', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['2001:DB8:0:0:0:0:0:7', true],
    ['[2001:db8::7]', true],
    ['2001:db8::8', false],
    ['::ffff:192.0.2.7', false],
    ['', false],
  ])('%s: %s', (host, expected) => {
    expect(matchesName(certificate, host)).toBe(expected)
  })

  it('counts the common name only where there are no alternative names', () => {
    expect(matchesName(read(rsaSha1), 'rsa.example.com')).toBe(true)
    expect(matchesName(read(rsaSha1), 'other.example.com')).toBe(false)
    expect(matchesName(certificate, 'Üser "x" #1')).toBe(false)
  })
})
