// Remote desktops: xrdp and the shadow server of FreeRDP, asked by FreeRDP's client.

import { join } from 'node:path'
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

/** A server that demands Network Level Authentication. */
function shadow(asks) {
  return {
    port: 3389,
    server: (place) => [
      '/usr/bin/xvfb-run',
      '-a',
      '-s',
      '-screen 0 640x480x24 -ac',
      'freerdp-shadow-cli',
      `/port:${place.port}`,
      '/bind-address:127.0.0.1',
      '/sec:nla',
    ],
    client: freerdp(asks),
  }
}

const freerdp =
  (asks) =>
  ({ relay }) => [
    'xvfb-run',
    '-a',
    'xfreerdp',
    `/v:127.0.0.1:${relay}`,
    `/sec:${asks}`,
    '/u:alice',
    '/p:secret',
    '/d:EXAMPLE',
    '/cert:ignore',
    '+auth-only',
    '/timeout:3000',
  ]

export const remote = {
  'rdp-xrdp': xrdp('negotiate', 'tls'),
  'rdp-xrdp-no-tls': xrdp('rdp', 'tls'),
  'rdp-xrdp-no-certificate': xrdp('tls', 'tls', { key: false }),
  'rdp-shadow-nla': shadow('nla'),
  'rdp-shadow-nla-demanded': shadow('tls'),
}
