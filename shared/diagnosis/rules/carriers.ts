// Rules about what is said before TLS.

import { candidateOf, remark } from '../finding.ts'
import type { Context, Rule, Words } from '../finding.ts'
import { innermostCarrier, refusedStep } from '../judge/carriers.ts'
import { atMessage, atPacket } from '../view.ts'
import type { AppText } from '../wording.ts'
import { byCause } from './by-cause.ts'
import { eventsOf, eventsOn } from './inside.ts'

/** Carriers whose refusal has a rule of its own; every other one has the first below. */
const withOwnRule: readonly string[] = ['postgresql', 'mysql', 'rdp', 'ldap', 'tds', 'eap']
const databases: readonly string[] = ['postgresql', 'mysql']

export const carrierRules: readonly Rule[] = [
  byCause({
    id: 'starttls-refused',
    scenario: 'S58',
    precondition:
      'A mail, news, chat, file or web server denies TLS, does not offer it to a client that then leaves, or its offer was overwritten.',
    evidence: 'The answer of the server, and what the client had asked.',
    confidence: 'observed; likely where the client left without asking',
    sources: ['field S58', 'RFC 3207 §4'],
    causes: ['starttls-refused'],
    when: ({ conversation }) => !withOwnRule.includes(innermostCarrier(conversation)),
    words: (context) =>
      stepText(context).includes('overwritten')
        ? {
            title: 'A firewall removed the offer of STARTTLS',
            remedy:
              'Switch off the inspection of this protocol (Cisco ASA: no inspect esmtp) or allow TLS in it (allow-tls action log).',
            ...exchangeWords(context),
          }
        : {
            title: 'TLS was refused before it began',
            remedy: refusalRemedies[innermostCarrier(context.conversation)] ?? commonRemedy,
            ...exchangeWords(context),
            lookNext:
              'Compare with a capture at the server, to see whether a device between changes the answer.',
          },
  }),
  byCause({
    id: 'database-tls-refused',
    scenario: null,
    precondition:
      'A PostgreSQL, MySQL or MariaDB server denies TLS, or demands it from a client that goes without.',
    evidence: 'The answer of the server.',
    confidence: 'observed',
    sources: ['PostgreSQL documentation, message flow', 'MySQL documentation, connection phase'],
    causes: ['starttls-refused'],
    when: ({ conversation }) => databases.includes(innermostCarrier(conversation)),
    words: (context) =>
      /demands|error/.test(stepText(context))
        ? {
            title: 'The database server only takes connections with TLS',
            remedy:
              "Switch TLS on in the client's connection string (PostgreSQL: sslmode=verify-full, MySQL: --ssl-mode=VERIFY_IDENTITY).",
          }
        : {
            title: 'The database server has TLS switched off',
            remedy:
              'Give the server a certificate and switch TLS on (PostgreSQL: ssl = on with ssl_cert_file and ssl_key_file, MySQL: ssl_cert and ssl_key).',
          },
  }),
  byCause({
    id: 'rdp-negotiation-failure',
    scenario: 'S66',
    precondition:
      'The RDP server answers the connection request with RDP_NEG_FAILURE, or chooses a protocol without TLS.',
    evidence: 'The requested protocols and the answer.',
    confidence: 'observed',
    sources: ['field S66', 'MS-RDPBCGR §2.2.1.2.2'],
    causes: ['starttls-refused'],
    when: ({ conversation }) => innermostCarrier(conversation) === 'rdp',
    words: (context) => ({
      title: 'Client and RDP server agree on no security protocol',
      remedy: rdpRemedy(stepText(context)),
      apps: rdpTexts(stepText(context)),
    }),
  }),
  byCause({
    id: 'proxy-refused',
    scenario: 'S60',
    precondition: 'An HTTP or SOCKS proxy answers the request for a tunnel with anything but success.',
    evidence: 'The answer of the proxy, and the request.',
    confidence: 'observed',
    sources: ['field S60', 'RFC 9110 §9.3.6', 'RFC 1928 §6'],
    causes: ['proxy-refused'],
    words: (context) => ({
      title: 'The proxy refused the connection',
      remedy: proxyRemedy(stepText(context)),
      apps: proxyTexts(context),
    }),
  }),
  byCause({
    id: 'proxy-header-unexpected',
    scenario: null,
    precondition: 'A PROXY header before the ClientHello, and no ServerHello.',
    evidence: 'The header.',
    confidence: 'likely',
    sources: ['haproxy, proxy-protocol.txt §2'],
    causes: ['proxy-header-unexpected'],
    words: () => ({
      title: 'The server does not expect the PROXY header',
      remedy:
        'Switch the header off at the load balancer for this server (HAProxy: without send-proxy; AWS: target group attribute proxy_protocol_v2), or let the server read it.',
    }),
  }),
  {
    id: 'starttls-pipelined',
    scenario: 'S59',
    precondition: 'The client sent bytes, or its ClientHello, before the server had agreed to TLS.',
    evidence: 'The packet of the ClientHello, and the consent of the server where it was captured.',
    confidence: 'observed',
    sources: ['field S59'],
    asks: ['carried'],
    check(context) {
      const { carrier, messages, transport } = context.conversation
      if (transport !== 'tcp') return null
      const consent = carrier.steps.findLast(({ result, from }) => result === 'ok' && from === 'server')
      const early = carrier.steps.find(({ text }) => text.startsWith('sends more before the answer'))
      const hello = messages[0]
      const ahead =
        consent !== undefined && hello?.from === 'client' && hello.packet < (consent.packets[0] ?? 0)
      if (early === undefined && !ahead) return null
      return remark('warning', 'client', {
        title: 'The client did not wait for the consent to TLS',
        explanation:
          'What is sent between the command and its answer belongs to the clear part; servers drop it, or take the ClientHello for a command.',
        remedy: 'Let the client wait for the answer before it sends its ClientHello.',
        evidence:
          early !== undefined
            ? [atPacket(early.packets[0] ?? 0, 'client', early.text)]
            : hello === undefined
              ? []
              : [atMessage(context.conversation, hello, 'a ClientHello before the consent')],
      })
    },
  },
  {
    id: 'rdp-tls-failed',
    scenario: 'S67',
    precondition: 'The RDP server agreed to TLS or CredSSP, and the TLS handshake then failed.',
    evidence: 'The choice of the server.',
    confidence: 'observed',
    sources: ['field S67'],
    asks: ['candidate', 'failed', 'carried'],
    check(context) {
      const { conversation } = context
      const chosen = conversation.carrier.steps.find(({ result }) => result === 'ok')
      if (innermostCarrier(conversation) !== 'rdp' || chosen === undefined) return null
      return remark('info', 'server', {
        title: 'RDP: the session ends before logon, because its TLS failed',
        explanation:
          'No credentials were sent yet. The server logs "The Terminal Server security layer detected an error in the protocol stream" with the Schannel status (TermDD 56 or RdpCoreTS 226), and Schannel its own event.',
        events: eventsOf(56),
        remedy:
          'Look at the certificate of the RDP listener and at whether NETWORK SERVICE may read its private key; then at the TLS versions of both sides.',
        evidence: [atPacket(chosen.packets[0] ?? 0, 'server', chosen.text)],
      })
    },
  },
]

function stepText(context: Context): string {
  return refusedStep(context.conversation)?.text ?? candidateOf(context, 'starttls-refused')?.summary ?? ''
}

const commonRemedy =
  'Look at the server: this service needs a certificate, and TLS switched on for this listener.'

/** Mail between servers waits in the queue of the sending one (field S58). */
function exchangeWords({ conversation }: Context): Pick<Words, 'events' | 'apps'> {
  return innermostCarrier(conversation) === 'smtp'
    ? {
        events: [...eventsOn('client', 2015), ...eventsOf(12014)],
        apps: [
          { app: 'Exchange queue', text: '451 4.4.397 Error communicating with target host' },
          { app: 'Exchange queue', text: '451 5.7.3 STARTTLS is required to send mail' },
        ],
      }
    : {}
}

/** Field S60: there was no TLS at all, so programs speak of the proxy. */
function proxyTexts(context: Context): readonly AppText[] {
  const status = /^(\d{3})\b/.exec(stepText(context))?.[1]
  const socks = innermostCarrier(context.conversation) === 'socks'
  if (socks) return [{ app: 'curl', text: '(97) cannot complete SOCKS connection' }]
  return [
    { app: 'curl', text: `(56) CONNECT tunnel failed, response ${status ?? '…'}` },
    { app: 'WinHTTP', text: 'ERROR_WINHTTP_CANNOT_CONNECT (12029)' },
    { app: 'WinHTTP', text: 'ERROR_WINHTTP_INVALID_SERVER_RESPONSE (12152)' },
    {
      app: '.NET',
      text: `The proxy tunnel request to proxy … failed with status code '${status ?? '…'}'.`,
    },
  ]
}

function rdpTexts(text: string): readonly AppText[] {
  const own: readonly AppText[] = /\b5 HYBRID/.test(text)
    ? [
        {
          app: 'mstsc',
          text: 'The remote computer requires Network Level Authentication, which your computer does not support.',
        },
      ]
    : []
  return [...own, { app: 'FreeRDP', text: 'ERRCONNECT_SECURITY_NEGO_CONNECT_FAILED' }]
}

/** Where the setting is, by carrier. */
const refusalRemedies: Readonly<Record<string, string>> = {
  smtp: 'Look at the server: a certificate must be assigned to this service (Exchange: Get-ExchangeCertificate, event MSExchangeTransport 12014 or 2015) and STARTTLS enabled on this connector.',
  imap: 'Look at the server: a certificate must be assigned to IMAP (Exchange: Get-ExchangeCertificate, Get-ImapSettings).',
  pop3: 'Look at the server: a certificate must be assigned to POP (Exchange: Get-ExchangeCertificate, Get-PopSettings).',
  ftp: 'Give the FTP site a certificate and let it take TLS (IIS: FTP SSL Settings of the site, policy Allow or Require).',
  'http-upgrade':
    'This server does not change to TLS on this port: use https and its own port, or switch the upgrade on (CUPS: DefaultEncryption, Apache: SSLEngine optional).',
}

function rdpRemedy(text: string): string {
  if (/\b5 HYBRID/.test(text))
    return 'Let the client use Network Level Authentication (enablecredsspsupport:i:1 in the .rdp file), or update it: the server demands CredSSP.'
  if (/\b1 SSL_REQ/.test(text))
    return 'Update the client or let it ask for TLS: the server has the security layer set to SSL (SecurityLayer 2).'
  if (/\b3 SSL_CERT/.test(text))
    return 'Give the RDP listener a certificate: delete the broken self-signed one in the Remote Desktop store and restart TermService, or assign one by policy.'
  if (/\b6 SSL_WITH/.test(text))
    return 'Let the client authenticate by certificate or smart card: the server demands it.'
  return "Set the server's security layer to Negotiate or SSL (policy: Require use of specific security layer for remote connections), so that it takes TLS."
}

function proxyRemedy(text: string): string {
  if (/^407|authentication|password/.test(text))
    return 'Let the program authenticate to the proxy (WinHTTP: netsh winhttp show proxy; services run as another account than the user), or except this destination.'
  if (/^(502|503|504)|unreachable|refused|expired/.test(text))
    return 'The proxy itself could not reach the server: look in its log for name resolution and its own connection.'
  return 'Ask the owner of the proxy for its rule on this destination and port.'
}
