// HTTP CONNECT through a proxy (RFC 9110 §9.3.6), with the steps of its authentication.

import { Account, type Carrier } from './carrier.ts'
import { converse, type Line, linesOf, restOf } from './lines.ts'

export const httpConnect: Carrier = {
  name: 'http-connect',
  recognises: ({ bytes }) => converse(bytes, ['CONNECT '], [], ['HTTP/1.']),
  read(prologue) {
    const account = new Account()
    let head: Head | null = null
    for (const line of linesOf(prologue)) {
      const { dir, text } = line
      const request = /^CONNECT ([^\s/]+:\d+) HTTP\/1\.\d$/i.exec(text)
      const status = /^HTTP\/1\.\d (\d{3})\b(.*)$/i.exec(text)
      if (request !== null) {
        account.clientDir ??= dir
        account.retry()
        head = { dir, status: null, text: `CONNECT ${request[1]!}`, schemes: [] }
      } else if (status !== null && account.clientDir !== null && dir !== account.clientDir)
        head = { dir, status: Number(status[1]), text: `${status[1]!}${status[2]!}`, schemes: [] }
      else if (head !== null && head.dir === dir) {
        const scheme = /^Proxy-Auth(?:enticate|orization): *(\S+)/i.exec(text)
        if (scheme !== null) head.schemes.push(scheme[1]!)
        if (text !== '') continue
        if (endsHead(account, line, head)) {
          account.inside = restOf(prologue, line)
          break
        }
        head = null
      }
    }
    return account
  },
}

/** A request's or an answer's head while it is read. */
interface Head {
  readonly dir: 0 | 1
  readonly status: number | null
  readonly text: string
  /** Of proxy authentication; credentials are left out. */
  readonly schemes: string[]
}

/** Writes the step of a whole head; true where the tunnel is open. */
function endsHead(account: Account, line: Line, { status, text, schemes }: Head): boolean {
  const named = schemes.length === 0 ? '' : ` (${schemes.join(', ')})`
  if (status === null) {
    account.info(line, `${text}${schemes.length === 0 ? '' : ` with Proxy-Authorization${named}`}`)
    return false
  }
  if (status >= 200 && status < 300) {
    account.accept(line, text)
    return true
  }
  if (status < 200) account.info(line, text)
  else account.refuse(line, `${text}${named}`)
  return false
}
