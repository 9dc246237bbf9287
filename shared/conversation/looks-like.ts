// What a flow without TLS looks like by its first bytes, so that "nothing found" can say what is there.

interface Sign {
  readonly name: string
  readonly begins: string
}

const signs: readonly Sign[] = [
  { name: 'SSH', begins: 'SSH-' },
  { name: 'HTTP', begins: 'HTTP/' },
  { name: 'HTTP', begins: 'GET ' },
  { name: 'HTTP', begins: 'POST ' },
  { name: 'HTTP', begins: 'HEAD ' },
  { name: 'HTTP', begins: 'PUT ' },
  { name: 'HTTP', begins: 'OPTIONS ' },
  { name: 'HTTP', begins: 'DELETE ' },
  { name: 'HTTP proxy', begins: 'CONNECT ' },
  { name: 'HTTP/2 in the clear', begins: 'PRI * HTTP/2' },
  { name: 'SMTP', begins: 'EHLO ' },
  { name: 'SMTP', begins: 'HELO ' },
  { name: 'SMTP or FTP', begins: '220' },
  { name: 'IMAP', begins: '* OK' },
  { name: 'POP3', begins: '+OK' },
  { name: 'RTSP', begins: 'RTSP/' },
  { name: 'SIP', begins: 'SIP/' },
  { name: 'SIP', begins: 'INVITE ' },
  { name: 'SMB', begins: '\u0000\u0000' },
  { name: 'RDP', begins: '\u0003\u0000' },
  { name: 'TDS (SQL Server)', begins: '\u0012\u0001' },
  { name: 'BitTorrent', begins: '\u0013BitTorrent' },
  { name: 'XMPP', begins: '<?xml' },
  { name: 'XMPP', begins: '<stream' },
]

/** `openings`: the first bytes of both directions, empty where nothing was sent. */
export function looksLike(openings: readonly [Uint8Array, Uint8Array]): string {
  if (openings[0].length === 0 && openings[1].length === 0) return 'no data'
  for (const sign of signs) {
    if (openings.some((opening) => beginsWith(opening, sign.begins))) return sign.name
  }
  return 'something else'
}

function beginsWith(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false
  return true
}
