// What a flow without TLS looks like by its first bytes, so that "nothing found" can say what is there.

import { u16, u32 } from '../bytes/raw.ts'

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
  { name: 'SIP', begins: 'REGISTER ' },
  { name: 'VNC', begins: 'RFB 00' },
  { name: 'AMQP', begins: 'AMQP' },
  { name: 'IRC', begins: 'NICK ' },
  { name: 'Redis', begins: '+PONG' },
  { name: 'RPC (DCE)', begins: '\u0005\u0000\u000b' },
  { name: 'RPC (DCE)', begins: '\u0005\u0000\u000c' },
  { name: 'SOCKS', begins: '\u0005\u0001\u0000' },
  { name: 'RDP', begins: '\u0003\u0000' },
  { name: 'TDS (SQL Server)', begins: '\u0012\u0001' },
  { name: 'BitTorrent', begins: '\u0013BitTorrent' },
  { name: 'Telnet', begins: '\u00ff\u00fb' },
  { name: 'Telnet', begins: '\u00ff\u00fd' },
  { name: 'XMPP', begins: '<?xml' },
  { name: 'XMPP', begins: '<stream' },
]

/** Signs that lie behind a length, or are no fixed text. */
const shapes: readonly (readonly [name: string, fits: (b: Uint8Array) => boolean])[] = [
  // MS-SMB2 §2.1: four bytes of length, then 0xFE, 0xFF, 0xFD or 0xFC and "SMB".
  ['SMB', (b) => b.length > 8 && b[0] === 0 && b[4]! >= 0xfc && beginsWith(b.subarray(5), 'SMB')],
  // RFC 4120 §7.2.2: four bytes of length, then AS-REQ, AS-REP, TGS-REQ, TGS-REP or KRB-ERROR.
  ['Kerberos', (b) => b.length > 8 && b[0] === 0 && [0x6a, 0x6b, 0x6c, 0x6d, 0x7e].includes(b[4]!)],
  ['LDAP', (b) => b.length > 8 && b[0] === 0x30 && (b[2] === 2 || (b[1] === 0x84 && b[6] === 2))],
  ['MySQL', (b) => b.length > 8 && b[2] === 0 && b[3] === 0 && b[4] === 10 && b[5]! >= 0x30 && b[5]! <= 0x39],
  ['PostgreSQL', (b) => b.length >= 8 && u32(b, 0) < 10000 && [196608, 80877103].includes(u32(b, 4))],
  ['MQTT', (b) => b.length > 8 && b[0] === 0x10 && beginsWith(b.subarray(2), '\u0000\u0004MQTT')],
  ['Redis', (b) => b.length > 4 && b[0] === 0x2a && b[2] === 13 && b[4] === 0x24],
  ['DNS', (b) => b.length > 14 && u16(b, 0) < 4096 && isDns(b, 2)],
]

/** `openings`: the first bytes of both directions, empty where nothing was sent. */
export function looksLike(openings: readonly [Uint8Array, Uint8Array]): string {
  if (openings[0].length === 0 && openings[1].length === 0) return 'no data'
  for (const sign of signs) {
    if (openings.some((opening) => beginsWith(opening, sign.begins))) return sign.name
  }
  return shapes.find(([, fits]) => openings.some(fits))?.[0] ?? 'something else'
}

/** What a flow of datagrams looks like by the first of them and its ports; `UDP` where nothing tells. */
export function looksLikeDatagrams(
  b: Uint8Array,
  start: number,
  end: number,
  ports: readonly [number, number],
): string {
  const size = end - start
  const on = (port: number) => ports.includes(port)
  if (size < 4) return 'UDP'
  // RFC 8489 §5, RFC 7983: the magic cookie; TURN's channels are 0x4000 to 0x7fff on its port.
  if (size >= 20 && b[start]! < 4 && u32(b, start + 4) === 0x2112a442) return 'STUN'
  if (on(3478) && b[start]! >= 0x40 && b[start]! < 0x80) return 'TURN'
  if ((size === 148 || size === 92) && b[start]! <= 2 && (u32(b, start) & 0xffffff) === 0) return 'WireGuard'
  if ((on(53) || on(5353) || on(5355)) && size >= 12 && isDns(b, start)) return 'DNS'
  if (on(1194) && [7, 8, 10].includes(b[start]! >> 3)) return 'OpenVPN'
  if (on(123) && size >= 48) return 'NTP'
  if (on(67) && size > 240) return 'DHCP'
  if (on(88) && [0x6a, 0x6b, 0x6c, 0x6d, 0x7e].includes(b[start]!)) return 'Kerberos'
  if (on(161) && b[start] === 0x30) return 'SNMP'
  if (on(5683) && b[start]! >> 6 === 1) return 'CoAP'
  const text = b.subarray(start, Math.min(end, start + 16))
  if (['SIP/', 'INVITE ', 'REGISTER ', 'OPTIONS '].some((word) => beginsWith(text, word))) return 'SIP'
  if (['M-SEARCH ', 'NOTIFY '].some((word) => beginsWith(text, word))) return 'SSDP'
  // RFC 3550 §5.1: version 2; dynamic ports, since its two bits alone are little.
  if (size >= 12 && b[start]! >> 6 === 2 && ports.every((port) => port >= 1024)) return 'RTP'
  return 'UDP'
}

/** A DNS header of one question without reserved bits (RFC 1035 §4.1.1). */
function isDns(b: Uint8Array, at: number): boolean {
  return (
    (b[at + 3]! & 0x40) === 0 && (b[at + 2]! & 0x78) <= 0x28 && u16(b, at + 4) === 1 && u16(b, at + 6) < 64
  )
}

function beginsWith(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false
  return true
}
