// Finds addresses, names and known originals in running text.

import type { RedactionKind } from '../contract/redaction.ts'
import type { Originals } from './originals.ts'

/** An IPv4 address, but not a part of a longer row of numbers. */
const ipv4 = /(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/g
/** Groups and colons; what is none is told apart afterwards. */
const ipv6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?![\w:])/gi
/** An address in the name that leads back from it (RFC 3596 §2.5), and one that is written into a host's name. */
const reverseName = /(?<![\w.])(?:[0-9a-f]\.){32}ip6\.arpa(?![\w-])/gi
const dashed = /(?<!\d-?)\d{1,3}(?:-\d{1,3}){3}(?!-?\d)/g
const mailbox = /[^\s<>"'(),;:@=]+@[\w-]+(?:\.[\w-]+)*/g
/** Two labels at least, the last one of letters: a version or a number is no name. */
const hostName = /(?<![\w@.-])(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2,63}|xn--[\w-]+)(?![\w-])/gi
/** Dotted words of the program's own texts: packages of Java and files of Windows. */
const ownWords = /^(?:javax?|sun|system)\.|\.(?:dll|exe|log|msc|pcap|pcapng)$/i
/** First arcs of object identifiers: four numbers that begin so are taken for an address only where it is known as one. */
const objectIdentifier = /^[0-2]\./

/** Words of the reports' own sentences: where a certificate is called so, its fields are replaced, but not every sentence. */
const ordinary = new Set(
  'alert ca certificate certificates client host issuer localhost name names none root server signature test the tls unknown'.split(
    ' ',
  ),
)

/** Whether `original` may be searched in running text. */
export function isTelling(original: string): boolean {
  return original.length > 2 && !ordinary.has(original.toLowerCase())
}

/** Replaces in `text` what the kinds name: `literals` wherever they stand as whole words, then all that looks like an address or a name. */
export function redactText(
  text: string,
  kinds: ReadonlySet<RedactionKind>,
  originals: Originals,
  literals: RegExp | null,
): string {
  let out = text
  if (literals !== null) out = out.replace(literals, (found) => originals.standIn('names', 'subject', found))
  if (kinds.has('names')) {
    out = out.replace(mailbox, (found) =>
      isStandIn(found) ? found : originals.standIn('names', 'mailbox', found),
    )
    out = out.replace(hostName, (found) =>
      ownWords.test(found) || isStandIn(found) ? found : originals.standIn('names', 'server', found),
    )
  }
  if (kinds.has('addresses')) {
    out = out.replace(reverseName, (found) => originals.standIn('addresses', 'host', found))
    out = out.replace(dashed, (found) => {
      const address = found.replaceAll('-', '.')
      return originals.has(address) ? originals.standIn('addresses', 'host', address) : found
    })
    out = out.replace(ipv4, (found) =>
      objectIdentifier.test(found) && !originals.has(found)
        ? found
        : originals.standIn('addresses', 'host', found),
    )
    out = out.replace(ipv6, (found) =>
      found.includes('::') || found.split(':').length === 8
        ? originals.standIn('addresses', 'host', found)
        : found,
    )
  }
  return out
}

/** One pattern for all of `words`, the longest first, each only as a whole. */
export function literalPattern(words: Iterable<string>): RegExp | null {
  const list = [...words].sort((a, b) => b.length - a.length)
  if (list.length === 0) return null
  const escaped = list.map((word) => word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
  return new RegExp(`(?<![\\w-])(?:${escaped.join('|')})(?![\\w-])`, 'gi')
}

function isStandIn(text: string): boolean {
  return /^(?:server-\d+\.example|mailbox-\d+@mail\.example|mail\.example)$/i.test(text)
}
