// Refusals before TLS began: a carrier that denied it, or a proxy that would not open the way.

import { proxies } from '../../carriers/proxies.ts'
import type { CarrierStep, Conversation } from '../../conversation/facts.ts'
import type { OutcomeFacts } from '../../schannel/model.ts'
import type { Candidate } from '../candidate.ts'
import { atPacket, type HandshakeView } from '../view.ts'

/** Carriers as a sentence spells them. */
const spelled: Readonly<Record<string, string>> = {
  smtp: 'SMTP',
  lmtp: 'LMTP',
  imap: 'IMAP',
  pop3: 'POP3',
  ftp: 'FTP',
  nntp: 'NNTP',
  sieve: 'ManageSieve',
  xmpp: 'XMPP',
  irc: 'IRC',
  ldap: 'LDAP',
  postgresql: 'PostgreSQL',
  mysql: 'MySQL',
  rdp: 'RDP',
  tds: 'SQL',
  eap: 'EAP',
  winrm: 'WinRM',
  telnet: 'Telnet',
  'http-upgrade': 'web',
  http: 'web',
}

/** The carrier that spoke last: behind a proxy that let the client through, the one inside it. */
export function innermostCarrier(conversation: Conversation): string {
  return conversation.carrier.name.split('+').at(-1) ?? 'none'
}

/** The step in which TLS was refused; null where the server took part in a handshake. */
export function refusedStep(conversation: Conversation): CarrierStep | null {
  if (conversation.messages.some(({ from }) => from === 'server')) return null
  return conversation.carrier.steps.findLast((step) => step.result === 'refused') ?? null
}

/** One candidate for a conversation that its carrier refused; empty for any other. No call was made, so there is no status. */
export function judgeCarrier(conversation: Conversation, outcome: OutcomeFacts): readonly Candidate[] {
  const step = refusedStep(conversation)
  if (step === null || outcome.failure?.by !== 'application') return []
  if (
    conversation.transport === 'quic' ||
    (conversation.transport !== 'tcp' && conversation.messages.length > 0)
  )
    return [refusedHello(step)]
  const carrier = innermostCarrier(conversation)
  const named = spelled[carrier] ?? carrier
  const proxy = proxies.includes(carrier)
  const asked = conversation.carrier.steps.findLast(
    ({ from, result }, i, all) => from === 'client' && result === 'info' && i < all.indexOf(step),
  )
  const evidence = [step, ...(asked === undefined ? [] : [asked])].map(({ packets, from, text }) =>
    atPacket(packets.at(-1) ?? conversation.lastPacket, from, text),
  )
  const offered = step.text.startsWith('server does not offer')
  return [
    {
      cause: proxy ? 'proxy-refused' : carrier === 'http' ? 'not-tls' : 'starttls-refused',
      confidence: offered ? 'likely' : 'observed',
      status: null,
      summary: proxy
        ? `The proxy did not open the way to the server: ${step.text}. TLS never began.`
        : offered
          ? `The ${named} ${step.text}, and the client ended the conversation. TLS never began.`
          : `TLS never began with the ${named} server: ${step.text}.`,
      evidence,
      lookNext: null,
    },
  ]
}

/**
 * A ClientHello behind a PROXY header that no TLS answered. Servers that do not expect the header read it as broken TLS and
 * close (haproxy, proxy-protocol.txt §2: it must not be guessed).
 */
export function judgeProxyHeader({ conversation, serverHello }: HandshakeView): readonly Candidate[] {
  const header = conversation.carrier.steps.find(({ text }) => text.startsWith('PROXY '))
  if (innermostCarrier(conversation) !== 'proxy-protocol' || header === undefined || serverHello !== null)
    return []
  return [
    {
      cause: 'proxy-header-unexpected',
      confidence: 'likely',
      status: null,
      summary: `The server never answered the ClientHello that came behind a PROXY header: it most likely does not expect the header, and took it for broken TLS.`,
      evidence: [atPacket(header.packets.at(-1) ?? 0, 'client', header.text)],
      lookNext: null,
    },
  ]
}

/** QUIC and EAP carry the ClientHello before they may refuse: Version Negotiation, CONNECTION_CLOSE, EAP-Failure. */
function refusedHello({ packets, from, text }: CarrierStep): Candidate {
  return {
    cause: text.startsWith('Version Negotiation') ? 'no-common-version' : 'connection-closed',
    confidence: 'observed',
    status: null,
    summary: `The ${from} answered the client's first packet with ${text}.`,
    evidence: [atPacket(packets.at(-1) ?? 0, from, text)],
    lookNext: null,
  }
}
