// Services whose clients begin with TLS and name their protocol in the ClientHello.
// Source: IANA, TLS ALPN Protocol IDs. HTTP is left out: it is what TLS carries where nothing is said.

/** A carrier's name by the protocol that a client offers first; null where it says nothing worth a name. */
export function carrierByAlpn(offered: readonly string[] | null): string | null {
  return names.get(offered?.[0] ?? '') ?? null
}

const names: ReadonlyMap<string, string> = new Map([
  ['coap', 'coap'],
  ['dot', 'dns'],
  ['doq', 'dns'],
  ['ftp', 'ftp'],
  ['imap', 'imap'],
  ['irc', 'irc'],
  ['managesieve', 'sieve'],
  ['mqtt', 'mqtt'],
  ['nnsp', 'nntp'],
  ['nntp', 'nntp'],
  ['ntske/1', 'ntp'],
  ['pop3', 'pop3'],
  ['postgresql', 'postgresql'],
  ['radius/1.0', 'radius'],
  ['radius/1.1', 'radius'],
  ['sip/2', 'sip'],
  ['smb', 'smb'],
  ['stun.nat-discovery', 'stun'],
  ['stun.turn', 'turn'],
  ['sunrpc', 'rpc'],
  ['tds/8.0', 'tds'],
  ['xmpp-client', 'xmpp'],
  ['xmpp-server', 'xmpp'],
])
