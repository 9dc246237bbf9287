// Certificates as a P7B file: PKCS #7 SignedData without content or signers (RFC 2315 §9.1), through node-forge.

import forge from 'node-forge'

const { asn1 } = forge
const { Class, Type } = asn1

/** Certificates in DER and base64 in, the P7B file in DER and base64 out. Throws where one is not DER. */
export function p7bOf(certificates: readonly string[]): string {
  const parsed = certificates.map((der) =>
    asn1.fromDer(forge.util.createBuffer(forge.util.decode64(der)), {
      strict: true,
      parseAllBytes: true,
      decodeBitStrings: false,
    } as unknown as boolean),
  )
  const signedData = sequence([
    asn1.create(Class.UNIVERSAL, Type.INTEGER, false, asn1.integerToDer(1).getBytes()),
    asn1.create(Class.UNIVERSAL, Type.SET, true, []),
    sequence([oid('data')]),
    tagged(parsed),
    asn1.create(Class.UNIVERSAL, Type.SET, true, []),
  ])
  const content = sequence([oid('signedData'), tagged([signedData])])
  return forge.util.encode64(asn1.toDer(content).getBytes())
}

/** `[0]`, constructed. */
function tagged(values: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(Class.CONTEXT_SPECIFIC, Type.NONE, true, values)
}

function sequence(values: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, values)
}

function oid(name: 'data' | 'signedData'): forge.asn1.Asn1 {
  const value = forge.pki.oids[name] ?? ''
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(value).getBytes())
}
