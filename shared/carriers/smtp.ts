// SMTP and LMTP with STARTTLS (RFC 3207, RFC 2033).

import type { Carrier, CarrierReading } from './carrier.ts'
import { linesOf, startsWith } from './lines.ts'

export const smtp: Carrier = {
  name: 'smtp',
  recognises({ bytes }) {
    const commands = ['EHLO ', 'HELO ', 'LHLO ', 'STARTTLS']
    return bytes.some(
      (opening, dir) =>
        commands.some((command) => startsWith(opening, command)) &&
        (bytes[dir === 0 ? 1 : 0].length === 0 || startsWith(bytes[dir === 0 ? 1 : 0], '220')),
    )
  },
  read(prologue): CarrierReading {
    const steps: CarrierReading['steps'][number][] = []
    let clientDir: 0 | 1 | null = null
    let offered: boolean | null = null
    let asked = false
    let refused = false
    for (const { dir, text, packet, time } of linesOf(prologue)) {
      const packets = [packet]
      const verb = text.split(' ')[0]!.toUpperCase()
      if (verb === 'EHLO' || verb === 'LHLO' || verb === 'HELO') {
        clientDir = dir
        offered = verb === 'HELO' ? false : null
        steps.push({ dir, time, packets, text, result: 'info' })
      } else if (verb === 'STARTTLS' && dir === clientDir) {
        asked = true
        steps.push({ dir, time, packets, text, result: 'info' })
      } else if (clientDir !== null && dir !== clientDir) {
        if (/^250[- ]STARTTLS\b/i.test(text)) offered = true
        if (asked) {
          refused = !text.startsWith('220')
          asked = false
          steps.push({ dir, time, packets, text, result: refused ? 'refused' : 'ok' })
        } else if (text.startsWith("250 ") && offered !== null) {
          steps.push({
            dir,
            time,
            packets,
            text: offered ? 'offers STARTTLS' : 'does not offer STARTTLS',
            result: 'info',
          })
        } else if (text.startsWith("250 ")) {
          offered = false
          steps.push({ dir, time, packets, text: 'does not offer STARTTLS', result: 'refused' })
        }
      } else if (clientDir === null && text.startsWith('220')) {
        steps.push({ dir, time, packets, text, result: 'info' })
      }
    }
    return { clientDir, steps, refused }
  },
}
