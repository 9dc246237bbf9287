// Telnet with its START_TLS option, as TN3270 and others use it (RFC 854, draft-altman-telnet-starttls-02).

import { Account, type Carrier } from './carrier.ts'
import { inOrder, Octets } from './octets.ts'

const iac = 255
const commands = { end: 240, begin: 250, will: 251, wont: 252, do: 253, dont: 254 } as const
const startTls = 46
const follows = 1

/** What one side says of the option, and where that ends in its bytes. */
interface Said {
  readonly command: number
  readonly end: number
}

export const telnet: Carrier = {
  name: 'telnet',
  recognises: ({ bytes }) =>
    bytes.every((b) => b.length === 0 || b[0] === iac) && bytes.some((b) => saidIn(b).length > 0),
  read(prologue) {
    const account = new Account()
    const sides = ([0, 1] as const).map((dir) => {
      const octets = new Octets(prologue, dir)
      return saidIn(octets.bytes).map(({ command, end }) => ({ command, place: octets.place(end) }))
    })
    // The server asks (DO), the client offers (WILL).
    const server = sides.findIndex((said) => said.some(({ command }) => command === commands.do))
    const client = sides.findIndex((said) => said.some(({ command }) => command === commands.will))
    account.clientDir = server >= 0 ? (server === 0 ? 1 : 0) : client === 1 ? 1 : 0
    for (const { command, place } of sides.flat().sort((a, b) => a.place.packet - b.place.packet)) {
      if (command === commands.do) account.info(place, 'DO START_TLS')
      else if (command === commands.will) account.info(place, 'WILL START_TLS')
      else if (command === commands.begin) account.accept(place, 'START_TLS FOLLOWS')
      else account.refuse(place, command === commands.wont ? 'WONT START_TLS' : 'DONT START_TLS')
    }
    inOrder(account.steps)
    return account
  },
}

/** Negotiations of the option (IAC verb option) and its FOLLOWS (IAC SB option 1 IAC SE) in these bytes. */
function saidIn(b: Uint8Array): Said[] {
  const found: Said[] = []
  for (let at = b.indexOf(iac); at >= 0 && at + 2 < b.length; at = b.indexOf(iac, at + 2)) {
    const [command, option] = [b[at + 1]!, b[at + 2]!]
    if (option !== startTls || command < commands.begin || command === iac) continue
    if (command !== commands.begin) found.push({ command, end: at + 3 })
    else if (b[at + 3] === follows && b[at + 4] === iac && b[at + 5] === commands.end)
      found.push({ command, end: at + 6 })
  }
  return found
}
