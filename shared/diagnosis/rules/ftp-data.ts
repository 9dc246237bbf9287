// FTP's data connections: whether they resume the control connection's TLS session, which many servers demand.

import { remark, type Rule } from '../finding.ts'
import { atPacket, isTls13 } from '../view.ts'
import { of, told } from './inside.ts'

const remedy =
  "Let the client resume the control connection's session for data (FileZilla, WinSCP and .NET's FtpWebRequest differ here), or switch the demand off at the server (vsftpd require_ssl_reuse=NO, ProFTPD NoSessionReuseRequired, FileZilla Server and IIS by their own setting) where the network is trusted."

export const ftpDataRules: readonly Rule[] = [
  {
    id: 'ftp-session-reuse',
    scenario: null,
    precondition:
      'The server refuses a data connection because it does not resume the session of the control connection.',
    evidence: 'The reply of the server, opened with keys.',
    confidence: 'observed',
    sources: ['vsftpd.conf(5), require_ssl_reuse', 'RFC 4217 §9'],
    asks: ['inside'],
    check(context) {
      const found = told(context, 'reply', ({ about }) => about === 'session-reuse')
      if (found === null) return null
      return remark('warning', 'client', {
        title: 'FTP: the data connection must resume the TLS session, and did not',
        explanation: `Both handshakes were good. The server wants to see that both connections are the same client's, and answers ${found.step.text}`,
        remedy,
        evidence: [of(found.step)],
      })
    },
  },
  {
    id: 'ftp-data-session',
    scenario: null,
    precondition:
      'A data connection that an FTP control connection announced, or that fits one whose announcements are sealed, and its ServerHello.',
    evidence: 'The ServerHello, and the announcement.',
    confidence: 'observed; possible where it only fits',
    sources: ['RFC 4217 §9', 'vsftpd.conf(5), require_ssl_reuse'],
    asks: ['carried', 'answered'],
    check({ conversation, view }) {
      const hello = view.serverHello
      if (conversation.carrier.name !== 'ftp-data' || hello === null) return null
      const resumed = isTls13(view) ? hello.body.pskIndex !== null : view.certificate.server === null
      const announced = conversation.carrier.steps.map(({ packets, from, text }) =>
        atPacket(packets[0] ?? 0, from, text),
      )
      const guess = conversation.carrier.steps.some(({ result }) => result === 'info')
      const what = guess ? 'Perhaps FTP data' : 'FTP data'
      return remark('info', 'client', {
        title: resumed
          ? `${what}: resumes a TLS session, as servers may demand`
          : `${what}: a new TLS session, which servers may refuse`,
        confidence: guess ? 'possible' : 'observed',
        explanation: resumed
          ? 'The data connection resumes a session: the server can see that it is the same client.'
          : 'The data connection makes a full handshake of its own: a server that demands session reuse closes it.',
        remedy: resumed ? 'Nothing is wrong.' : remedy,
        evidence: [atPacket(hello.message.packet, 'server', 'ServerHello'), ...announced],
      })
    },
  },
]
