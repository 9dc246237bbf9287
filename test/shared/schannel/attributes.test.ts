// What QueryContextAttributes would answer, held against schannel §7 and against Node's own reading of certificates.

import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyseFile } from '../../../electron/worker/analyse.ts'
import { nodeCrypto } from '../../../electron/worker/crypto.ts'
import type { ReportAttribute, ReportConversation } from '../../../shared/contract/report.ts'
import { endpointBinding } from '../../../shared/schannel/bindings.ts'
import {
  type Agreement,
  cipherInfo,
  connectionInfo,
  streamSizes,
} from '../../../shared/schannel/cipher-info.ts'
import { defaultReplay } from '../../../shared/schannel/model.ts'
import { issue } from '../../support/certificates.ts'

async function inspect(
  name: string,
  profile: string | null = null,
  keys = false,
): Promise<ReportConversation> {
  const path = resolve('test/captures', `${name}.pcap`)
  const replay = { ...defaultReplay, profile: { client: profile, server: profile } }
  const options = {
    keylog: keys ? path.replace('.pcap', '.keys') : null,
    key: null,
    passwordFile: null,
    replay,
  }
  const outcome = await analyseFile(path, options)
  if (!outcome.ok) throw new Error(outcome.fault.message)
  const { id } = outcome.value.rows.at(-1)!
  const conversation = outcome.value.inspect(id, replay)
  outcome.value.close()
  return conversation
}

function named(list: readonly ReportAttribute[], name: string): ReportAttribute | undefined {
  return list.find((each) => each.name === `SECPKG_ATTR_${name}`)
}

function agreed(version: number, cipherSuite: number, more: Partial<Agreement> = {}): Agreement {
  return {
    version,
    cipherSuite,
    datagrams: version >> 8 === 0xfe,
    group: 0x18,
    exchangeBits: 2048,
    keyType: 'EC',
    ...more,
  }
}

const fields = ({ fields: list }: { fields: { name: string; value: string }[] }) =>
  Object.fromEntries(list.map(({ name, value }) => [name, value]))

// schannel §7.2: version, suite; header, trailer, block
const sizes: readonly (readonly [string, number, number, number, number, number])[] = [
  ['TLS 1.3 AES-GCM', 0x0304, 0x1302, 5, 17, 16],
  ['TLS 1.3 ChaCha20', 0x0304, 0x1303, 5, 17, 1],
  ['TLS 1.2 AES-GCM', 0x0303, 0xc02f, 13, 16, 16],
  ['TLS 1.2 AES-CBC SHA1', 0x0303, 0xc013, 21, 36, 16],
  ['TLS 1.1 AES-CBC SHA1', 0x0302, 0xc013, 21, 36, 16],
  ['TLS 1.2 AES-CBC SHA256', 0x0303, 0xc027, 21, 48, 16],
  ['TLS 1.2 AES-CBC SHA384', 0x0303, 0xc028, 21, 64, 16],
  ['TLS 1.0 AES-CBC SHA1', 0x0301, 0xc013, 5, 36, 16],
  ['SSL 3.0 AES-CBC SHA1', 0x0300, 0x002f, 5, 36, 16],
  ['TLS 1.0 3DES SHA1', 0x0301, 0x000a, 5, 28, 8],
  ['TLS 1.2 3DES SHA1', 0x0303, 0x000a, 13, 28, 8],
  ['RC4 MD5', 0x0301, 0x0004, 5, 16, 1],
  ['RC4 SHA1', 0x0301, 0x0005, 5, 20, 1],
  ['NULL SHA1', 0x0303, 0x0002, 5, 20, 1],
  ['NULL SHA256', 0x0303, 0x003b, 5, 32, 1],
  ['DTLS 1.2 AES-GCM', 0xfefd, 0xc02f, 21, 16, 16],
  ['DTLS 1.0 AES-CBC SHA1', 0xfeff, 0xc013, 29, 36, 16],
]

describe('stream sizes', () => {
  it.each(sizes)('of %s', (_, version, suite, header, trailer, block) => {
    const answer = streamSizes(agreed(version, suite))
    expect(fields(answer)).toEqual({
      cbHeader: String(header),
      cbTrailer: String(trailer),
      cbMaximumMessage: '16384',
      cBuffers: '4',
      cbBlockSize: String(block),
    })
    expect(answer.basis).toBe(version === 0x0303 && suite === 0xc02f ? 'derived' : 'assumed')
  })
})

describe('connection info', () => {
  it.each([
    [0x0300, '0x00000020 SP_PROT_SSL3_CLIENT', '0x00000010 SP_PROT_SSL3_SERVER'],
    [0x0301, '0x00000080 SP_PROT_TLS1_0_CLIENT', '0x00000040 SP_PROT_TLS1_0_SERVER'],
    [0x0302, '0x00000200 SP_PROT_TLS1_1_CLIENT', '0x00000100 SP_PROT_TLS1_1_SERVER'],
    [0x0303, '0x00000800 SP_PROT_TLS1_2_CLIENT', '0x00000400 SP_PROT_TLS1_2_SERVER'],
    [0x0304, '0x00002000 SP_PROT_TLS1_3_CLIENT', '0x00001000 SP_PROT_TLS1_3_SERVER'],
    [0xfeff, '0x00020000 SP_PROT_DTLS1_0_CLIENT', '0x00010000 SP_PROT_DTLS1_0_SERVER'],
    [0xfefd, '0x00080000 SP_PROT_DTLS1_2_CLIENT', '0x00040000 SP_PROT_DTLS1_2_SERVER'],
  ])('has the bit of the asking side in version %i', (version, client, server) => {
    const suite = version === 0x0304 ? 0x1302 : 0xc013
    expect(fields(connectionInfo(agreed(version, suite), 'client'))['dwProtocol']).toBe(client)
    expect(fields(connectionInfo(agreed(version, suite), 'server'))['dwProtocol']).toBe(server)
  })

  it('names algorithms by their CALG ids (schannel §7.1)', () => {
    expect(fields(connectionInfo(agreed(0x0303, 0x003c), 'client'))).toMatchObject({
      aiCipher: '0x660e',
      dwCipherStrength: '128',
      aiHash: '0x800c',
      dwHashStrength: '256',
      aiExch: '0xa400',
      dwExchStrength: '2048',
    })
    const gcm = fields(connectionInfo(agreed(0x0303, 0xc02c), 'client'))
    expect([gcm['dwHashStrength'], gcm['aiExch'], gcm['dwExchStrength']]).toEqual(['0', '0xae06', '384'])
  })
})

describe('cipher info', () => {
  // schannel §7.1, the tested suite: three generations of Windows
  it.each([
    ['server-2025', '', 'ECDH', '0', '65536', '0x0018'],
    ['win10-1507', '', 'ECDH', '0', '65536', '0x0018'],
    ['win81', '_P384', 'ECDH_P384', '256', '256', '0x0018'],
    ['win8', '_P384', 'ECDH_P384', '384', '384', '0'],
  ])('is spelled as %s spells it', (profile, suffix, exchange, least, most, keyType) => {
    const answer = cipherInfo(agreed(0x0303, 0xc02c), profile)
    expect(answer.basis).toBe('derived')
    expect(fields(answer)).toEqual({
      dwProtocol: '0x0303',
      dwCipherSuite: '0xc02c',
      dwBaseCipherSuite: '0xc02c',
      szCipherSuite: `TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384${suffix}`,
      szCipher: 'AES',
      dwCipherLen: '256',
      dwCipherBlockLen: '16',
      szHash: '',
      dwHashLen: '0',
      szExchange: exchange,
      dwMinExchangeLen: least,
      dwMaxExchangeLen: most,
      szCertificate: 'ECDSA',
      dwKeyType: keyType,
    })
  })

  it.each([
    [0x0303, 0xc013, 'AES', '16', 'SHA1', '160', 'ECDH', 'RSA'],
    [0x0303, 0x003d, 'AES', '16', 'SHA256', '256', 'RSA', 'RSA'],
    [0x0303, 0x000a, '3DES', '8', 'SHA1', '160', 'RSA', 'RSA'],
    [0x0301, 0x0005, 'RC4', '0', 'SHA1', '160', 'RSA', 'RSA'],
    [0x0303, 0x009f, 'AES', '16', '', '0', 'DH', 'RSA'],
  ])(
    'follows the pattern for others, and says so',
    (version, suite, cipher, block, hash, length, exchange, certificate) => {
      const answer = cipherInfo(agreed(version, suite), null)
      expect(answer.basis).toBe('assumed')
      expect(fields(answer)).toMatchObject({
        szCipher: cipher,
        dwCipherBlockLen: block,
        szHash: hash,
        dwHashLen: length,
        szExchange: exchange,
        szCertificate: certificate,
      })
    },
  )
})

describe('tls-server-end-point (RFC 5929 §4.1)', () => {
  it('is the hash of the certificate by its own signature algorithm, SHA-256 instead of SHA-1', () => {
    for (const hash of ['sha1', 'sha256'] as const) {
      const { der } = issue({ name: 'server.example', hash })
      expect(Buffer.from(endpointBinding(der, nodeCrypto)!).toString('hex')).toBe(
        createHash('sha256').update(der).digest('hex'),
      )
    }
  })

  it('is none for what is no certificate', () => {
    expect(endpointBinding(new Uint8Array([0x30, 0x03, 1, 2, 3]), nodeCrypto)).toBeNull()
  })

  it('of a recorded handshake is what Node makes of the certificate on the wire', async () => {
    const { attributes, certificates } = await inspect('ok-tls12-full')
    const der = Buffer.from(certificates.server![0]!.der!, 'base64')
    const expected = `tls-server-end-point:${createHash('sha256').update(der).digest('hex')}`
    for (const side of ['client', 'server'] as const) {
      const found = named(attributes[side], 'ENDPOINT_BINDINGS')
      expect(found).toMatchObject({ value: expected, basis: 'derived', source: 'schannel §7.3' })
      expect(fields(found!)).toEqual({ cbApplicationDataLength: '53', dwApplicationDataOffset: '32' })
    }
  })
})

describe('the attributes of a recorded handshake', () => {
  it('say what needs keys, and with keys what they open', async () => {
    const sealed = (await inspect('tls13-hello-retry-sliced')).attributes.client
    for (const name of [
      'ENDPOINT_BINDINGS',
      'REMOTE_CERT_CONTEXT',
      'APPLICATION_PROTOCOL',
      'KEYING_MATERIAL',
    ])
      expect(named(sealed, name)).toMatchObject({
        value: null,
        note: expect.stringMatching(/key/i) as string,
      })
    const opened = (await inspect('tls13-hello-retry-sliced', null, true)).attributes.client
    expect(named(opened, 'REMOTE_CERT_CONTEXT')?.value).toContain('CN=api.contoso.example')
    expect(named(opened, 'KEYING_MATERIAL')?.value).toMatch(/^tls-exporter:[0-9a-f]{64}$/)
    expect(named(opened, 'UNIQUE_BINDINGS')?.value).toBeNull()
    const unique = named((await inspect('ok-tls12-full', null, true)).attributes.server, 'UNIQUE_BINDINGS')
    expect(unique?.value).toMatch(/^tls-unique:[0-9a-f]{24}$/)
  })

  it('tell a resumed session, whose certificate an earlier handshake brought', async () => {
    const { client } = (await inspect('ok-tls12-ticket-resume')).attributes
    const session = named(client, 'SESSION_INFO')!
    expect(session.value).toBe('SSL_SESSION_RECONNECT')
    expect(fields(session)['cbSessionId']).toBe('32')
    expect(named(client, 'REMOTE_CERT_CONTEXT')).toMatchObject({
      value: null,
      note: 'Resumed: the certificate is that of the first handshake.',
    })
  })

  it('hold both certificates and the issuers asked for, each on its side', async () => {
    const { client, server } = (await inspect('ok-mutual-tls12')).attributes
    expect(named(client, 'REMOTE_CERT_CONTEXT')?.value).toBe('CN=server.example,O=Lab')
    expect(named(client, 'LOCAL_CERT_CONTEXT')?.value).toBe('CN=alice,O=Lab')
    expect(named(server, 'REMOTE_CERT_CONTEXT')?.value).toBe('CN=alice,O=Lab')
    expect(named(client, 'ISSUER_LIST_EX')?.value).toBe('CN=clientca Root')
    expect(named(server, 'ISSUER_LIST_EX')).toBeUndefined()
  })

  it('are refused where the Windows version or Schannel has them not', async () => {
    const before = (await inspect('ok-tls12-full', 'win8')).attributes.client
    expect(named(before, 'APPLICATION_PROTOCOL')).toMatchObject({
      value: null,
      status: 'SEC_E_UNSUPPORTED_FUNCTION',
    })
    const later = (await inspect('ok-tls12-full', 'win81')).attributes.client
    expect(named(later, 'APPLICATION_PROTOCOL')).toMatchObject({ value: 'none', status: 'SEC_E_OK' })
    expect(named(later, 'NEGOTIATION_INFO')).toMatchObject({ status: 'SEC_E_UNSUPPORTED_FUNCTION' })
  })

  it('are none for a side that was never established', async () => {
    expect((await inspect('no-common-cipher')).attributes).toEqual({ client: [], server: [] })
  })
})
