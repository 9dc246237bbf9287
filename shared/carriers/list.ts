// All carriers, in the order in which they are asked.

import type { Carrier } from './carrier.ts'
import { ftp } from './ftp.ts'
import { http } from './http.ts'
import { httpConnect } from './http-connect.ts'
import { httpUpgrade } from './http-upgrade.ts'
import { imap } from './imap.ts'
import { irc } from './irc.ts'
import { ldap } from './ldap.ts'
import { lmtp } from './lmtp.ts'
import { mysql } from './mysql.ts'
import { nntp } from './nntp.ts'
import { pop3 } from './pop3.ts'
import { postgresql } from './postgresql.ts'
import { proxyProtocol } from './proxy-protocol.ts'
import { rdp } from './rdp.ts'
import { sieve } from './sieve.ts'
import { smtp } from './smtp.ts'
import { socks } from './socks.ts'
import { telnet } from './telnet.ts'
import { xmpp } from './xmpp.ts'

export const carriers: readonly Carrier[] = [
  proxyProtocol,
  httpConnect,
  httpUpgrade,
  http,
  smtp,
  lmtp,
  ftp,
  imap,
  pop3,
  nntp,
  sieve,
  xmpp,
  irc,
  ldap,
  postgresql,
  mysql,
  rdp,
  telnet,
  socks,
]
