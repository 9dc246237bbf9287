// What the loop around the library's calls did wrong, as far as the wire shows it: bytes given twice, or never given.

import { streamOf } from '../../conversation/facts.ts'
import { remark, type Rule } from '../finding.ts'
import { atMessage } from '../view.ts'

const clientKeyExchange = 16
const remedy =
  'Correct the loop around InitializeSecurityContext: keep what SECBUFFER_EXTRA says was not used and give it again, read more only after SEC_E_INCOMPLETE_MESSAGE, and pass the handle of the first call as phContext and phNewContext.'

export const appLoopRules: readonly Rule[] = [
  {
    id: 'key-exchange-twice',
    scenario: 'S78',
    precondition: 'Two ClientKeyExchange messages in one handshake (DTLS: sent again does not count).',
    evidence: 'Both messages.',
    confidence: 'observed; that the program is the reason is likely',
    sources: ['field S78', 'schannel §5.1', 'RFC 5246 §7.3'],
    asks: ['answered'],
    check({ conversation }) {
      const sent = conversation.messages.filter(
        ({ contentType, type, from, dtls }) =>
          contentType === 22 &&
          type === clientKeyExchange &&
          from === 'client' &&
          dtls?.retransmission !== true,
      )
      const [first, second] = sent
      if (second === undefined || first?.handshake !== second.handshake) return null
      return remark('warning', 'client', {
        title: 'The client answered the same flight twice',
        confidence: 'likely',
        explanation:
          "It sent two ClientKeyExchange messages in one handshake. Its program probably gave the server's flight to the library again, or to a new context.",
        remedy,
        evidence: [first, second].map((message) => atMessage(conversation, message, 'ClientKeyExchange')),
      })
    },
  },
  {
    id: 'flight-not-answered',
    scenario: 'S78',
    precondition:
      "The server's flight ends with ServerHelloDone, the client's TCP acknowledged all of it, and the client says nothing for five seconds or more.",
    evidence: 'ServerHelloDone.',
    confidence: 'possible',
    sources: ['field S78', 'schannel §5.2'],
    asks: ['failed', 'tcp', 'answered'],
    check({ conversation, failure, view }) {
      const silent = failure?.ending === 'no-answer' || failure?.ending === 'stalled'
      const last = conversation.messages.at(-1)
      if (!silent || view.stage !== 'server-flight' || !view.serverDone || last?.from !== 'server')
        return null
      const { acknowledged, length, gaps } = streamOf(conversation, 'server')
      if (acknowledged < length || gaps.length > 0) return null
      return remark('info', 'client', {
        title: 'The client has the whole flight and does not answer',
        confidence: 'possible',
        explanation: `Its TCP acknowledged all ${String(length)} bytes up to ServerHelloDone. Either its program waits for bytes that it has (SECBUFFER_EXTRA left aside), or it hangs in checking the certificate.`,
        remedy: `${remedy} Where that is right, look at how long the revocation check takes.`,
        lookNext:
          'Choose another delivery in the replay: if one record more completes the flight, the loop is to blame.',
        evidence: [atMessage(conversation, last, 'ServerHelloDone')],
      })
    },
  },
]
