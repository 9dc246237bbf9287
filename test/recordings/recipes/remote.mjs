// Remote desktops: xrdp and the shadow server of FreeRDP, asked by FreeRDP's client.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { certificate, written } from './common.mjs'

/** `layer` is what xrdp allows: `tls`, `rdp` or `negotiate`; `asks` what the client wants. */
function xrdp(layer, asks, { key: hasKey = true } = {}) {
  return {
    port: 3389,
    server: (place) => {
      const { cert, key } = certificate(place)
      const config = [
        '[Globals]',
        'ini_version=1',
        'fork=true',
        `port=tcp://127.0.0.1:${place.port}`,
        `security_layer=${layer}`,
        'crypt_level=high',
        `certificate=${hasKey ? cert : '/nowhere/cert.pem'}`,
        `key_file=${hasKey ? key : '/nowhere/key.pem'}`,
        'ssl_protocols=TLSv1.2, TLSv1.3',
        '[Logging]',
        `LogFile=${place.folder}/log`,
        'LogLevel=INFO',
      ]
      return ['/usr/sbin/xrdp', '-n', '-c', written(join(place.folder, 'xrdp.ini'), config)]
    },
    client: freerdp(asks),
  }
}

/** The NT hash of `secret` (MD4 of its UTF-16), as Windows keeps it. */
const ntHash = '878d8014606cda29677a44efa1353fc7'

/** A server that demands Network Level Authentication, and knows alice where she is `known`. */
function shadow(asks, { known = false, password = 'secret', keys } = {}) {
  return {
    port: 3389,
    server: (place) => [
      '/usr/bin/xvfb-run',
      '-a',
      '-s',
      '-screen 0 64x64x24 -ac',
      'freerdp-shadow-cli',
      `/port:${place.port}`,
      '/bind-address:127.0.0.1',
      '/sec:nla',
      ...(known ? [`/sam-file:${written(join(place.folder, 'sam'), [`alice:::${ntHash}:::`])}`] : []),
    ],
    client: freerdp(asks, password),
    keys,
  }
}

const freerdp =
  (asks, password = 'secret') =>
  ({ relay }) => [
    'xvfb-run',
    '-a',
    'xfreerdp',
    `/v:127.0.0.1:${relay}`,
    `/sec:${asks}`,
    '/u:alice',
    `/p:${password}`,
    '/d:EXAMPLE',
    '/cert:ignore',
    '+auth-only',
    '/timeout:3000',
  ]

const credsspClient = fileURLToPath(new URL('../credssp-client.mjs', import.meta.url))

export const remote = {
  'rdp-xrdp': xrdp('negotiate', 'tls'),
  'rdp-xrdp-no-tls': xrdp('rdp', 'tls'),
  'rdp-xrdp-no-certificate': xrdp('tls', 'tls', { key: false }),
  'rdp-shadow-nla': shadow('nla'),
  'rdp-shadow-nla-demanded': shadow('tls'),
  'rdp-shadow-nla-opened': shadow('nla', { known: true, keys: 'preloaded' }),
  'rdp-shadow-nla-error-code': {
    ...shadow('nla', { known: true }),
    client: ({ relay }) => [process.execPath, credsspClient, String(relay)],
    keys: true,
  },
  'rdp-shadow-nla-wrong-password': shadow('nla', { known: true, password: 'wrong', keys: 'preloaded' }),
}
