import { X509Certificate, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ja3 } from '../../../shared/tls/fingerprints.ts'
import { parseHandshake } from '../../../shared/tls/handshake.ts'
import type { HandshakeBody, MessageContext } from '../../../shared/tls/messages.ts'
import { tokenFields } from '../../../shared/tls/token-fields.ts'
import { parseCertificate } from '../../../shared/x509/certificate.ts'
import { generalNameText } from '../../../shared/x509/names.ts'
import { contextOf } from './build.ts'
import {
  captureFiles,
  crypto,
  handshakeMessages,
  labAvailable,
  tcpFlows,
  tsharkFacts,
  zeekAvailable,
  type Flow,
} from './captures.ts'

interface Read {
  readonly flow: Flow
  readonly bodies: readonly HandshakeBody[]
  readonly faults: readonly string[]
}

function readFlow(flow: Flow, context: MessageContext): Read {
  const bodies: HandshakeBody[] = []
  const faults: string[] = []
  let known = context
  for (const message of handshakeMessages(flow.bytes)) {
    const outcome = parseHandshake(message, known, null)
    if (!outcome.ok) {
      faults.push(`type ${String(message[0])}: ${outcome.malformed.what} at ${String(outcome.malformed.at)}`)
      continue
    }
    const body = outcome.value
    bodies.push(body)
    if (body.kind === 'client-hello' || body.kind === 'server-hello') faults.push(...body.faults)
    if (body.kind === 'server-hello') {
      known = { ...known, version: body.negotiatedVersion, cipherSuite: body.cipherSuite }
    }
  }
  return { flow, bodies, faults }
}

/** Both directions of every connection, the server's first so that the client's messages know the choice. */
function readCapture(folder: 'lab' | 'zeek', file: string): Read[] {
  const flows = tcpFlows(folder, file).filter(({ bytes }) => bytes[0] === 22 && bytes[1] === 3)
  const servers = flows.filter(({ bytes }) => bytes[5] === 2)
  const read = servers.map((flow) => readFlow(flow, contextOf({ from: 'server' })))
  for (const flow of flows.filter(({ bytes }) => bytes[5] === 1)) {
    const peer = read.find((other) => other.flow.from === flow.to && other.flow.to === flow.from)
    const hello = peer?.bodies.find((body) => body.kind === 'server-hello')
    const context = contextOf({
      version: hello?.negotiatedVersion ?? 0,
      cipherSuite: hello?.cipherSuite ?? 0,
    })
    read.push(readFlow(flow, context))
  }
  return read
}

function derOf(reads: readonly Read[]): Uint8Array[] {
  return reads.flatMap(({ bodies }) =>
    bodies.flatMap((body) => (body.kind === 'certificate' ? body.certificates.map(({ der }) => der) : [])),
  )
}

function compareWithNode(der: Uint8Array): void {
  const node = new X509Certificate(der)
  const outcome = parseCertificate(der)
  if (!outcome.ok) throw new Error(outcome.malformed.what)
  const ours = outcome.value
  expect(ours.faults).toEqual([])
  expect(BigInt(`0x${ours.serial}`)).toBe(BigInt(`0x${node.serialNumber}`))
  expect(ours.notBefore).toBe(new Date(node.validFrom).getTime())
  expect(ours.notAfter).toBe(new Date(node.validTo).getTime())
  const lines = (text: string): string =>
    text.replaceAll('street=', 'STREET=').split('\n').reverse().join(',')
  expect(ours.subject.text.replace(/\\(.)/g, '$1')).toBe(lines(node.subject).replace(/\\(.)/g, '$1'))
  expect(ours.issuer.text.replace(/\\(.)/g, '$1')).toBe(lines(node.issuer).replace(/\\(.)/g, '$1'))
  expect(ours.extensions.basicConstraints?.ca ?? false).toBe(node.ca)
  const names = ours.extensions.subjectAltNames?.map(generalNameText).join(', ')
  if (!/directory name|other name|registered/.test(names ?? '')) {
    expect(names).toBe(node.subjectAltName?.replaceAll('IP Address', 'IP'))
  }
  const key = publicKeyOf(node)
  if (key === null) return
  expect(Buffer.from(der.subarray(ours.spki.start, ours.spki.end))).toEqual(
    key.export({ type: 'spki', format: 'der' }),
  )
  const details = key.asymmetricKeyDetails
  if (details?.modulusLength !== undefined) expect(ours.key.bits).toBe(details.modulusLength)
}

/** null for the broken keys that some public captures hold on purpose. */
function publicKeyOf(certificate: X509Certificate): KeyObject | null {
  try {
    return certificate.publicKey
  } catch {
    return null
  }
}

describe.skipIf(!labAvailable)('the recorded handshakes of the lab', () => {
  it('are read without a fault, hello by hello and certificate by certificate', () => {
    let hellos = 0
    let certificates = 0
    for (const file of captureFiles('lab')) {
      const reads = readCapture('lab', file)
      expect(
        reads.flatMap(({ faults }) => faults),
        file,
      ).toEqual([])
      hellos += reads.flatMap(({ bodies }) => bodies).filter(({ kind }) => kind.endsWith('-hello')).length
      for (const der of derOf(reads)) {
        compareWithNode(der)
        certificates++
      }
    }
    expect(hellos).toBeGreaterThan(40)
    expect(certificates).toBeGreaterThan(10)
  })

  it('have fields that lie inside each flow and fill a tree', () => {
    for (const file of captureFiles('lab').filter((name) => !name.includes('sliced'))) {
      for (const { bytes } of tcpFlows('lab', file).filter((flow) => flow.bytes[0] === 22)) {
        const fields = tokenFields(bytes, {
          context: contextOf(),
          sealedFrom: (index) => index > 4,
          sslv2: false,
        })
        for (const [i, field] of fields.entries()) {
          expect(field.start <= field.end && field.end <= bytes.length).toBe(true)
          expect(field.depth <= (fields[i - 1]?.depth ?? -1) + 1).toBe(true)
        }
      }
    }
  })
})

describe.skipIf(!zeekAvailable)('public captures', () => {
  const facts = zeekAvailable ? tsharkFacts() : new Map<string, never>()

  it('give the names, suites, versions and JA3 that tshark reads', () => {
    const differences: string[] = []
    let compared = 0
    for (const file of captureFiles('zeek')) {
      const streams = facts.get(file)?.filter(({ proto }) => proto === 'tcp') ?? []
      if (streams.length === 0) continue
      for (const { flow, bodies } of readCapture('zeek', file)) {
        const hello = bodies[0]
        const candidates = streams.filter(({ client, server }) =>
          hello?.kind === 'client-hello'
            ? client === flow.from && server === flow.to
            : client === flow.to && server === flow.from,
        )
        if (candidates.length !== 1) continue
        const stream = candidates[0]!
        const check = (what: string, ours: string | undefined, theirs: readonly string[]): void => {
          compared++
          if ((ours ?? '') !== (theirs[0] ?? '')) {
            differences.push(
              `${file} ${flow.from} ${what}: ${ours ?? 'none'}, tshark ${theirs.join(' ') || 'none'}`,
            )
          }
        }
        if (hello?.kind === 'client-hello') {
          check('sni', hello.serverName ?? undefined, stream.sni)
          check('ja3', ja3(hello, crypto) ?? undefined, stream.ja3)
        } else if (hello?.kind === 'server-hello') {
          check('cipher', `0x${hello.cipherSuite.toString(16).padStart(4, '0')}`, stream.cipher)
          check('version', `0x${hello.negotiatedVersion.toString(16).padStart(4, '0')}`, stream.version)
        }
      }
    }
    expect(differences).toEqual([])
    expect(compared).toBeGreaterThan(200)
  })

  it('hold certificates that are read as Node reads them', () => {
    const seen = new Set<string>()
    for (const file of captureFiles('zeek')) {
      for (const der of derOf(readCapture('zeek', file))) {
        const key = Buffer.from(der.subarray(-64)).toString('hex')
        if (seen.has(key)) continue
        seen.add(key)
        compareWithNode(der)
      }
    }
    expect(seen.size).toBeGreaterThan(20)
  })
})
