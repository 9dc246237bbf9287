// Node's TLS for recordings that are built: two ends that hand each other what they write, and a certificate for them.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'

/** One end of a connection: what it writes is told to `seen.data(from, bytes)` and given to its peer. */
class End extends Duplex {
  constructor(from, seen) {
    super({ allowHalfOpen: true })
    Object.assign(this, { from, seen })
  }

  _read() {
    // What comes is pushed as it comes.
  }

  _write(bytes, _encoding, done) {
    this.seen.data(this.from, bytes)
    setTimeout(() => this.peer.push(bytes), 2)
    done()
  }

  _writev(chunks, done) {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), null, done)
  }

  _final(done) {
    done()
  }
}

/** Both ends of a connection that `seen` watches: client and server. */
export function endsOf(seen) {
  const [client, server] = [new End('client', seen), new End('server', seen)]
  client.peer = server
  server.peer = client
  return [client, server]
}

/** A self-signed certificate for `name`, as `key` and `cert` in PEM. openssl must be installed. */
export function credential(name) {
  const folder = mkdtempSync(join(tmpdir(), 'credential-'))
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '36500', '-subj', `/CN=${name}`]
  execFileSync('openssl', [...request, '-keyout', 'key.pem', '-out', 'cert.pem'], {
    cwd: folder,
    stdio: 'ignore',
  })
  const made = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) }
  rmSync(folder, { recursive: true })
  return made
}
