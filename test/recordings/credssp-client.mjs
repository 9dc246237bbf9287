// A client of RDP whose CredSSP begins with a token that is none: what a server answers to it. Usage: node credssp-client.mjs PORT
// Writes its key log to SSLKEYLOGFILE.

import { appendFileSync } from 'node:fs'
import { connect } from 'node:net'
import tls from 'node:tls'

/** X.224 connection request for TLS and CredSSP (MS-RDPBCGR §2.2.1.1). */
const request = Buffer.from('030000130ee000000000000100080003000000', 'hex')

/** TSRequest of version 6 whose negoToken is no NTLM message (MS-CSSP §2.2.1). */
const token = Buffer.from('NTLMSSP\0\x09\0\0\0', 'latin1')
const tsRequest = der(0x30, der(0xa0, der(2, [6])), der(0xa1, der(0x30, der(0x30, der(0xa0, der(4, token))))))

const socket = connect(Number(process.argv[2]), '127.0.0.1', () => socket.write(request))
socket.once('data', () => {
  const secure = tls.connect({ socket, rejectUnauthorized: false, servername: 'server.example' }, () =>
    secure.write(tsRequest),
  )
  secure.on('keylog', (line) => appendFileSync(process.env.SSLKEYLOGFILE, line))
  secure.on('data', () => undefined)
  secure.on('error', () => undefined)
  secure.on('close', () => process.exit(0))
})

function der(tag, ...content) {
  const body = Buffer.concat(content.map((each) => Buffer.from(each)))
  return Buffer.from([tag, body.length, ...body])
}
