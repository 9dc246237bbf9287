// All protocols that are read inside TLS, in the order in which they are asked.

import type { Conversation, InsideFacts } from '../conversation/facts.ts'
import { credssp } from './credssp.ts'
import { eap } from './eap.ts'
import { ftp } from './ftp.ts'
import { http } from './http.ts'
import { http2 } from './http2.ts'
import { ldap } from './ldap.ts'
import { mail } from './mail.ts'
import { multitransport } from './multitransport.ts'
import { openedData } from './opened.ts'
import { factsOf, type InsideProtocol } from './protocol.ts'
import { rdstls } from './rdstls.ts'

export const protocols: readonly InsideProtocol[] = [
  eap,
  credssp,
  rdstls,
  multitransport,
  ldap,
  ftp,
  mail,
  http,
  http2,
]

/** What was said inside TLS; null where nothing was opened, or it is no protocol known here. */
export function readInside(conversation: Conversation): InsideFacts | null {
  const data = openedData(conversation)
  if (data.pieces.length === 0) return null
  const protocol = protocols.find((each) => each.recognises(data, conversation.carrier.name))
  return protocol === undefined ? null : factsOf(protocol, data, conversation)
}
