import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FieldRecorder } from '../../../shared/bytes/fields.ts'
import { parseCertificate, type Certificate } from '../../../shared/x509/certificate.ts'
import { addressText, generalNameText } from '../../../shared/x509/names.ts'
import { bytes, mutants } from '../tls/build.ts'
import { ed25519, ed448, everyExtension, rsaPss, rsaSha1 } from './certificates.ts'

function read(der: Uint8Array): Certificate {
  const outcome = parseCertificate(der)
  if (!outcome.ok) throw new Error(`${outcome.malformed.what} at ${String(outcome.malformed.at)}`)
  return outcome.value
}

describe('a certificate', () => {
  const certificate = read(everyExtension)
  const node = new X509Certificate(everyExtension)

  it('says whose it is and how long it holds, as Node reads it', () => {
    expect(certificate.subject.text).toBe('CN=Üser \\"x\\" #1,O=A\\, B \\+ C,C=DE')
    expect(certificate.subject.commonNames).toEqual(['Üser "x" #1'])
    expect(certificate.selfIssued).toBe(true)
    expect(certificate.version).toBe(3)
    expect(certificate.serial.toUpperCase()).toBe(node.serialNumber)
    expect(certificate.notBefore).toBe(new Date(node.validFrom).getTime())
    expect(certificate.notAfter).toBe(new Date(node.validTo).getTime())
  })

  it('names key and signature', () => {
    expect(certificate.key).toEqual({ type: 'EC', bits: 256, curve: 'secp256r1' })
    expect(certificate.signature).toMatchObject({ name: 'ecdsa-with-SHA256', hash: 'sha256' })
    expect(read(ed25519).key).toEqual({ type: 'Ed25519', bits: 256, curve: null })
    expect(read(ed448).signature).toMatchObject({ name: 'Ed448', hash: null })
    expect(read(rsaSha1).key).toEqual({ type: 'RSA', bits: 1024, curve: null })
    expect(read(rsaSha1).signature).toMatchObject({ name: 'sha1WithRSAEncryption', hash: 'sha1' })
    expect(read(rsaPss).key).toEqual({ type: 'RSA-PSS', bits: 1024, curve: null })
    expect(read(rsaPss).signature).toMatchObject({ name: 'RSASSA-PSS', hash: 'sha384' })
  })

  it('lists what its extensions say', () => {
    const { extensions } = certificate
    expect(extensions.subjectAltNames?.map(generalNameText)).toEqual([
      'DNS:www.example.com',
      'DNS:*.wild.example.com',
      'IP:192.0.2.7',
      'IP:2001:db8::7',
      'email:a@example.com',
      'URI:https://example.com/x',
    ])
    expect(extensions.basicConstraints).toEqual({ ca: true, pathLength: 3 })
    expect(extensions.keyUsage).toEqual(['digitalSignature', 'keyCertSign', 'cRLSign'])
    expect(extensions.extendedKeyUsage).toEqual(['serverAuth', 'clientAuth', '1.2.3.4'])
    expect(extensions.subjectKeyId).toMatch(/^[0-9a-f]{40}$/)
    expect(extensions.authorityKeyId).toBe(extensions.subjectKeyId)
    expect(extensions.crlUrls).toEqual(['http://crl.example.com/a.crl'])
    expect(extensions.ocspUrls).toEqual(['http://ocsp.example.com'])
    expect(extensions.issuerUrls).toEqual(['http://ca.example.com/a.crt'])
    expect(extensions.policies).toEqual(['domainValidated'])
    expect(extensions.mustStaple).toBe(true)
    expect(certificate.faults).toEqual([])
    expect(read(rsaSha1).extensions).toMatchObject({
      subjectAltNames: null,
      keyUsage: null,
      basicConstraints: { ca: false, pathLength: null },
      mustStaple: false,
    })
  })

  it('gives the range of its key for pinning', () => {
    const { start, end } = certificate.spki
    expect(Buffer.from(everyExtension.subarray(start, end))).toEqual(
      node.publicKey.export({ type: 'spki', format: 'der' }),
    )
  })

  it('records fields that lie where the bytes are', () => {
    const recorder = new FieldRecorder(everyExtension, 100)
    parseCertificate(everyExtension, recorder)
    const names = recorder.fields.map(({ name }) => name)
    for (const name of ['serial number', 'issuer', 'not before', 'validity', 'subject', 'signature value']) {
      expect(names).toContain(name)
    }
    const dns = recorder.fields.find(({ value }) => value === 'www.example.com')!
    expect(Buffer.from(everyExtension.subarray(dns.start - 98, dns.end - 100)).toString()).toBe(
      'www.example.com',
    )
    expect(names[names.indexOf('basicConstraints') + 1]).toBe('critical')
    expect(recorder.fields.every(({ malformed }) => malformed === null)).toBe(true)
  })
})

describe('a damaged certificate', () => {
  it('is refused cut short or with bytes behind it', () => {
    for (let length = 0; length < everyExtension.length; length++) {
      expect(parseCertificate(everyExtension.subarray(0, length)).ok).toBe(false)
    }
    expect(parseCertificate(bytes(everyExtension, 0)).ok).toBe(false)
  })

  it('keeps the rest where only an extension cannot be read', () => {
    const broken = everyExtension.slice()
    const at = Buffer.from(broken).indexOf(Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x11]))
    broken[at + 7] = 0x31
    const certificate = read(broken)
    expect(certificate.extensions.subjectAltNames).toBeNull()
    expect(certificate.extensions.basicConstraints?.ca).toBe(true)
    expect(certificate.faults).toHaveLength(1)
    expect(certificate.faults[0]).toMatch(/^subjectAltName: /)
  })

  it('says so where a date is none, and does not throw', () => {
    const broken = everyExtension.slice()
    const at = Buffer.from(broken).indexOf(Buffer.from([0x17, 0x0d]))
    broken.set(Buffer.from('xx'), at + 2)
    expect(read(broken).notBefore).toBeNaN()
    expect(read(broken).faults).toEqual(['validity is no time'])
  })

  it('accepts lengths written longer than they need be, as BER does', () => {
    const inner = everyExtension.subarray(4)
    expect(parseCertificate(bytes(0x30, 0x83, 0, inner.length >> 8, inner.length & 0xff, inner)).ok).toBe(
      true,
    )
    expect(parseCertificate(bytes(0x30, 0x80, inner, 0, 0))).toMatchObject({
      ok: false,
      malformed: { what: 'certificate: indefinite length', at: 0 },
    })
  })

  it('never throws whatever is changed, with and without a recorder', () => {
    for (const der of [everyExtension, rsaPss, ed25519]) {
      for (const mutant of mutants(der, 700, der.length)) {
        const recorder = new FieldRecorder(mutant)
        expect(parseCertificate(mutant, recorder).ok).toBe(parseCertificate(mutant).ok)
        expect(recorder.fields.every(({ start, end }) => start <= end && end <= mutant.length)).toBe(true)
      }
    }
  })
})

describe('addresses', () => {
  it.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000000000000000000000', '2001:db8::'],
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'],
    ['00010000000200030004000500060007', '1:0:2:3:4:5:6:7'],
    ['0a000001', '10.0.0.1'],
    ['0a0000', '0a0000'],
  ])('%s is written %s', (digits, text) => {
    expect(addressText(Uint8Array.from(Buffer.from(digits, 'hex')))).toBe(text)
  })
})
