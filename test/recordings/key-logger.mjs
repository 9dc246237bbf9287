// The environment in which a program that uses OpenSSL writes a key log, also one that cannot itself.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Builds keylog.c in `work`; the log goes to `keys`. */
export function keyLogging(work, keys) {
  const made = join(work, 'keylog.so')
  const source = fileURLToPath(new URL('keylog.c', import.meta.url))
  execFileSync('gcc', ['-shared', '-fPIC', '-o', made, source, '-ldl'])
  return { LD_PRELOAD: made, SSLKEYLOGFILE: keys }
}
