// Thousands of distinct server certificates, each really signed by one intermediate, for the bench captures.

import { createPrivateKey, sign } from 'node:crypto'
import forge from 'node-forge'
import { issue } from '../support/certificates.ts'

/** The length of the name in the recorded hellos, which it replaces. */
const hostLength = 'server.example'.length

export class Chains {
  private readonly distinct: number
  private readonly messages = new Map<number, Uint8Array>()
  private readonly template: Uint8Array
  private readonly above: readonly Uint8Array[]
  private readonly key: ReturnType<typeof createPrivateKey>

  constructor(distinct: number) {
    this.distinct = distinct
    const root = issue({ name: 'Bench Root', ca: true, keyIds: true })
    const issuing = issue({ name: 'Bench Issuing CA', issuer: root, ca: true, keyIds: true })
    const name = nameOf(0)
    const leaf = issue({ name, names: [name], issuer: issuing, purposes: ['serverAuth'], keyIds: true })
    this.template = leaf.der
    this.above = [issuing.der, root.der]
    this.key = createPrivateKey(forge.pki.privateKeyToPem(issuing.keys.privateKey))
  }

  hostOf(n: number): string {
    return nameOf(n % this.distinct)
  }

  /** The Certificate message of TLS 1.2 for the host of session `n`. */
  messageOf(n: number): Uint8Array {
    const variant = n % this.distinct
    let message = this.messages.get(variant)
    if (message === undefined) {
      const list = [this.leafFor(nameOf(variant)), ...this.above].map((der) => lengthFirst(der))
      message = Buffer.concat([Buffer.of(11), lengthFirst(lengthFirst(Buffer.concat(list)))])
      this.messages.set(variant, message)
    }
    return message
  }

  /** The template with another name in subject and alternative names, signed anew (RSA, 256 bytes at its end). */
  private leafFor(name: string): Buffer {
    const der = Buffer.from(this.template)
    const old = nameOf(0)
    for (let at = der.indexOf(old); at >= 0; at = der.indexOf(old, at + hostLength)) der.write(name, at)
    const signedFrom = 4
    const signedTo = signedFrom + 4 + der.readUInt16BE(signedFrom + 2)
    sign('sha256', der.subarray(signedFrom, signedTo), this.key).copy(der, der.length - 256)
    return der
  }
}

function nameOf(variant: number): string {
  return `h${variant.toString(36).padStart(hostLength - 9, '0')}.example`
}

function lengthFirst(bytes: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.of(bytes.length >> 16, (bytes.length >> 8) & 0xff, bytes.length & 0xff),
    bytes,
  ])
}
