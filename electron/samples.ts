// The captures that come with the program: resources of the packed one, files of the tests before.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SampleFile } from '../shared/contract/bridge.ts'

const titles: readonly (readonly [file: string, title: string])[] = [
  ['untrusted-root.pcap', 'The client does not know the issuer of the certificate'],
  ['no-common-cipher.pcap', 'Client and server have no cipher suite in common'],
  ['tls13-hello-retry-sliced.pcap', 'TLS 1.3 that works, in many small pieces'],
]

/** The samples in `folder`; those that are missing are left out. */
export function samplesIn(folder: string): SampleFile[] {
  return titles
    .map(([file, title]) => ({ path: join(folder, file), title }))
    .filter(({ path }) => existsSync(path))
}
