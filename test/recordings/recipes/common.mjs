// What several recipes share.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is typed into OpenSSL's client so that it leaves. */
export const quit = ['Q\n']

export const certificate = ({ work }) => ({ cert: join(work, 'cert.pem'), key: join(work, 'key.pem') })

/** OpenSSL's client asks for TLS in the protocol's own way. */
export const startTls =
  (protocol, ...more) =>
  ({ relay }) => [
    'openssl',
    's_client',
    '-starttls',
    protocol,
    '-connect',
    `127.0.0.1:${relay}`,
    '-servername',
    'server.example',
    ...more,
  ]

/** OpenSSL's client begins with TLS. */
export const direct =
  (...more) =>
  ({ relay }) => [
    'openssl',
    's_client',
    '-connect',
    `127.0.0.1:${relay}`,
    '-servername',
    'server.example',
    ...more,
  ]

/** OpenSSL's server behind whatever the recipe is about. */
export const target = (place) => {
  const { cert, key } = certificate(place)
  return [
    '/usr/bin/openssl',
    's_server',
    '-accept',
    `127.0.0.1:${place.target}`,
    '-cert',
    cert,
    '-key',
    key,
    '-quiet',
  ]
}

export function written(path, lines) {
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o644 })
  return path
}
