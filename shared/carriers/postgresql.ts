// PostgreSQL's SSLRequest and GSSENCRequest (PostgreSQL documentation §54.2.10, §54.7).

import { u32 } from '../bytes/raw.ts'
import { printable } from '../bytes/text.ts'
import { Account, type Carrier } from './carrier.ts'
import { inOrder, Octets } from './octets.ts'

/** Request codes in place of a protocol version. */
const sslRequest = 80877103
const gssEncRequest = 80877104
const version3 = 3
const letter = { accepts: 0x53, refuses: 0x4e, encryptsGss: 0x47, error: 0x45 } as const

export const postgresql: Carrier = {
  name: 'postgresql',
  recognises: ({ bytes }) => bytes.some((opening) => kindOf(opening, 0) !== null),
  read(prologue) {
    const account = new Account()
    const both = [new Octets(prologue, 0), new Octets(prologue, 1)] as const
    const client = kindOf(both[0].bytes, 0) !== null ? 0 : 1
    const [asked, answered] = client === 0 ? both : [both[1], both[0]]
    account.clientDir = client
    let at = 0
    let answer = 0
    for (let kind = kindOf(asked.bytes, at); kind !== null; kind = kindOf(asked.bytes, at)) {
      at += u32(asked.bytes, at)
      const place = asked.place(at)
      if (kind === 'startup') {
        if (account.refused) account.info(place, 'goes on without TLS (StartupMessage)')
        else if (demandsTls(answered.bytes, answer)) {
          account.info(place, 'StartupMessage without TLS')
          account.refuse(answered.place(answered.bytes.length), errorText(answered.bytes, answer))
        }
        break
      }
      account.retry()
      account.info(place, kind === 'ssl' ? 'SSLRequest' : 'GSSENCRequest')
      const said = answered.bytes[answer]
      if (said === undefined) break
      const reply = answered.place(answer + 1)
      if (said === letter.error) {
        account.refuse(reply, errorText(answered.bytes, answer))
        break
      }
      answer++
      const what = kind === 'ssl' ? 'TLS' : 'GSSAPI encryption'
      if (said === letter.accepts && kind === 'ssl') account.accept(reply, `server accepts ${what} (S)`)
      else if (said === letter.encryptsGss) account.info(reply, `server accepts ${what} (G)`)
      else if (kind === 'ssl')
        account.refuse(reply, `server refuses ${what} (${printable(Uint8Array.of(said))})`)
      else account.info(reply, `server refuses ${what} (N)`)
    }
    inOrder(account.steps)
    return account
  },
}

/** Which of the messages that may begin a connection lies at `at`; null for none, or for one that is not whole. */
function kindOf(b: Uint8Array, at: number): 'ssl' | 'gss' | 'startup' | null {
  if (b.length - at < 8) return null
  const length = u32(b, at)
  const code = u32(b, at + 4)
  if (length === 8 && code === sslRequest) return 'ssl'
  if (length === 8 && code === gssEncRequest) return 'gss'
  const user = printable(b, at + 8, Math.min(b.length, at + 13))
  return code >>> 16 === version3 && length > 8 && length < 10000 && /^(user|data|clie|appl)/.test(user)
    ? 'startup'
    : null
}

/** An ErrorResponse that says the connection lacks encryption (SQLSTATE 28000, pg_hba.conf). */
function demandsTls(b: Uint8Array, at: number): boolean {
  return (
    b[at] === letter.error &&
    /SSL off|no encryption|SSL connection is required|requires? SSL|insecure connection/i.test(
      errorText(b, at),
    )
  )
}

/** The message field (M) of an ErrorResponse. */
function errorText(b: Uint8Array, at: number): string {
  const fields = printable(b, at + 5).split('\\x00')
  const message = fields.find((field) => field.startsWith('M'))
  return message === undefined
    ? 'server answers with an error'
    : `server answers with an error: ${message.slice(1)}`
}
