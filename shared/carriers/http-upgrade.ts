// HTTP/1.1 upgraded to TLS within the connection (RFC 2817).

import { Account, type Carrier } from './carrier.ts'
import { contains, linesOf, startsWith } from './lines.ts'

const maxHeadBytes = 4096
const requests: readonly string[] = ['OPTIONS ', 'GET ', 'HEAD ', 'POST ', 'PUT ', 'DELETE ']

export const httpUpgrade: Carrier = {
  name: 'http-upgrade',
  recognises: ({ bytes, said }) =>
    bytes.some((opening) => requests.some((method) => startsWith(opening, method))) &&
    said.slice(0, 2).some((piece) => contains(piece.bytes, 'Upgrade: TLS/', maxHeadBytes)),
  read(prologue) {
    const account = new Account()
    let asked = false
    for (const line of linesOf(prologue)) {
      const { dir, text } = line
      if (/^[A-Z]+ \S+ HTTP\/1\.\d$/.test(text)) {
        account.clientDir ??= dir
        if (dir === account.clientDir) account.info(line, text)
      } else if (/^Upgrade: *TLS\//i.test(text) && dir === account.clientDir) {
        asked = true
        account.info(line, text)
      }
      const status = /^HTTP\/1\.\d (\d{3})\b.*$/i.exec(text)
      if (status === null || dir === account.clientDir) continue
      const code = Number(status[1])
      if (code === 101) account.accept(line, text)
      else if (code === 426) account.refuse(line, `${text}: the server demands TLS`)
      else if (asked) account.refuse(line, `${text}: the server does not change to TLS`)
      asked = false
    }
    return account
  },
}
