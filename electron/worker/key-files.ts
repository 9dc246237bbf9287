// The key files that a capture is opened with, read when there are any.

import { joinKeyLogs, type KeyLog } from '../../shared/secrets/keylog.ts'
import type { Keys, RsaDecryptor } from '../../shared/secrets/schedule.ts'
import { refusal } from '../outcome.ts'
import type { AnalyseOptions } from './analyse.ts'
import { readWhole } from './source.ts'

type KeyFiles = Pick<AnalyseOptions, 'keylog' | 'key' | 'passwordFile'>

/** Reads the key files named in the options. Throws `Refusal` with the reason, never with a part of the file. */
export async function loadKeys(options: KeyFiles): Promise<Keys> {
  const files = [options.keylog, options.key].filter((path) => path !== null)
  if (files.length === 0 && options.passwordFile === null) return { log: null, rsa: null }
  // What reads keys takes longer to load than a small capture takes to read.
  const { passwordOfFile, readKeyFile } = await import('./keys.ts')
  const password = options.passwordFile === null ? null : passwordOfFile(readWhole(options.passwordFile))
  const logs: KeyLog[] = []
  const rsa: RsaDecryptor[] = []
  for (const path of files) {
    const file = readKeyFile(readWhole(path), password)
    if (file.kind === 'refused') throw refusal(file.code, file.text, `The key file is ${path}.`)
    if (file.kind === 'log') logs.push(file.log)
    else rsa.push(...file.keys)
  }
  return { log: logs.length === 0 ? null : joinKeyLogs(logs), rsa: rsa.length === 0 ? null : rsa }
}
