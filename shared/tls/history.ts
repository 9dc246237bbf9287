// The `ssl_history` letters of Zeek's ssl.log: what was seen, in order; the client's letters are capitals.

/** One unit of content: a handshake message, alert, ChangeCipherSpec, or a record of another content type. */
export interface HistoryItem {
  readonly from: 'client' | 'server'
  readonly contentType: number
  /** Handshake type; null for everything else, and for what is sealed (Zeek does not see it: no letter). */
  readonly type: number | null
  readonly helloRetryRequest: boolean
}

/** `flipped`: the ClientHello came from the connection's responder; Zeek marks it with `^` in front. */
export function historyLetters(items: Iterable<HistoryItem>, flipped = false): string {
  const letters = flipped ? ['^'] : []
  for (const item of items) {
    const letter = letterOf(item)
    if (letter !== '') letters.push(item.from === 'client' ? letter : letter.toLowerCase())
    if (letters.length >= maxLetters) break
  }
  return letters.join('')
}

function letterOf({ contentType, type, helloRetryRequest }: HistoryItem): string {
  if (contentType === 22) {
    if (type === null) return ''
    return helloRetryRequest ? 'J' : (handshakeLetters[type] ?? 'Z')
  }
  // A ClientHello in SSLv2 format
  if (contentType === 128) return 'C'
  return contentLetters[contentType] ?? 'Q'
}

const contentLetters: Readonly<Record<number, string>> = { 20: 'I', 21: 'L', 23: 'D', 24: 'B' }

const handshakeLetters: Readonly<Record<number, string>> = {
  0: 'H',
  1: 'C',
  2: 'S',
  3: 'V',
  4: 'T',
  5: 'E',
  6: 'J',
  8: 'O',
  11: 'X',
  12: 'K',
  13: 'R',
  14: 'N',
  15: 'Y',
  16: 'G',
  20: 'F',
  21: 'W',
  22: 'U',
  23: 'A',
  24: 'P',
  254: 'M',
}

// Zeek's max_ssl_history_length
const maxLetters = 100
