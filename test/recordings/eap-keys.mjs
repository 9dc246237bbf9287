// The certificates of EAP's recordings: an authority, a server and a client of it, and an authority that nobody knows.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes `ca`, `other`, `server` and `client`, each with `.crt` and `.key`, into `work`. */
export function makeKeys(work) {
  const openssl = (...list) => execFileSync('openssl', list, { stdio: 'ignore', cwd: work })
  const authority = (name) =>
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', `/CN=${name} CA`, '-keyout', `${name}.key`, '-out', `${name}.crt`) // prettier-ignore
  authority('ca')
  authority('other')
  for (const [name, usage] of [
    ['server', 'serverAuth'],
    ['client', 'clientAuth'],
  ]) {
    writeFileSync(
      join(work, `${name}.ext`),
      `extendedKeyUsage=${usage}\nsubjectAltName=DNS:radius.example.org\n`,
    )
    openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}.example.org`, '-keyout', `${name}.key`, '-out', `${name}.csr`) // prettier-ignore
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '3650', '-extfile', `${name}.ext`, '-out', `${name}.crt`) // prettier-ignore
  }
}
