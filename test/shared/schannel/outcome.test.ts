// Who gave up, read from the wire alone.

import { describe, expect, it } from 'vitest'
import { handshakesOf } from '../../../shared/schannel/handshakes.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { endings } from '../../dialogues/endings.ts'
import {
  alert,
  ccs,
  client,
  clientHello,
  conversationOf,
  fragment,
  handshake,
  hidden,
  message,
  oneCertificate,
  opened,
  openedAlert,
  sealed,
  server,
  serverHello,
  tell,
  type Setting,
  type Turn,
} from '../../support/dialogue.ts'

const hello = client(clientHello(200))
const flight = server(serverHello(90), message(11, 1000, oneCertificate), message(14, 9))
const full = [hello, flight, client(message(16, 75), ccs(), sealed(22, 45)), server(ccs(), sealed(22, 45))]

function shortly(wire: readonly Turn[], setting: Setting = {}): string {
  const { outcome, failure } = outcomeOf(conversationOf(wire, setting))
  return failure === null ? outcome : `${outcome} ${failure.by} ${failure.side} ${failure.ending}`
}

describe('the outcome of a conversation', () => {
  it('is established when both have sent their Finished', () => {
    expect(shortly(full)).toBe('established')
  })

  it('is established where the ChangeCipherSpec of a DTLS side was lost: its epoch says it (RFC 6347 §4.1)', () => {
    const keys = client(message(16, 75), ccs(), sealed(22, 61))
    const wire = [hello, flight, keys, server(sealed(22, 61)), client(sealed(21, 39))]
    expect(shortly(wire, { transport: 'udp' })).toBe('established')
  })

  it('is established when a TLS 1.3 client sends a Finished-sized record', () => {
    const wire = [
      client(clientHello(250)),
      server(serverHello(127, 0x0304, 0x1301), hidden(900), hidden(58)),
      client(ccs(), hidden(58)),
    ]
    expect(shortly(wire)).toBe('established')
    expect(shortly([wire[0]!, wire[1]!, client(ccs(), hidden(24))])).toBe('failed schannel client alert')
  })

  it('is the withdrawal of a side that cancels, with or without a close_notify behind it (RFC 5246 §7.2.1)', () => {
    expect(shortly([hello, flight, client(alert(1, 90), alert(1, 0))])).toBe(
      'failed application client alert',
    )
    const gone: Setting = { events: [{ kind: 'fin', from: 'client' }] }
    expect(shortly([hello, flight, client(alert(1, 90))], gone)).toBe('failed application client alert')
  })

  it('is the failure of a client that sends an alert instead of a ClientHello', () => {
    expect(shortly([client(alert(2, 80)), server(alert(2, 10))])).toBe('failed schannel client alert')
  })

  it('is of a client that reads a greeting in the clear, also one that came before its ClientHello', () => {
    const greeting: Turn = { from: 'server', records: [], text: 'SSH-2.0-OpenSSH_9.2p1\r\n' }
    const gone: Setting = { events: [{ kind: 'fin', from: 'client' }] }
    expect(shortly([greeting, hello], gone)).toBe('failed schannel client not-tls')
    expect(shortly([hello, greeting], gone)).toBe('failed schannel client not-tls')
    expect(shortly([hello, greeting, client(message(16, 75))], gone)).toBe(
      'incomplete transport transport none',
    )
  })

  it('is of a client that refuses, also where the capture cuts its ClientHello short', () => {
    const cut: Setting = { gaps: { client: [{ start: 30, end: 200, packet: 1, reason: 'truncated' }] } }
    const begun: Turn = { from: 'client', records: [fragment(200)] }
    expect(shortly([begun, client(alert(2, 48))], cut)).toBe('failed schannel client alert')
    expect(shortly([begun, client(alert(1, 0))], cut)).toBe('incomplete transport transport none')
  })

  it('is of a server that meets another message than a ClientHello', () => {
    expect(shortly([client(message(11, 13)), server(alert(2, 10))])).toBe('failed schannel server alert')
  })

  it('is no answer where ICMP says that nobody listens, unless an answer came all the same', () => {
    const refused = { transport: 'udp', events: [{ kind: 'icmp', from: 'server', icmp: 'port' }] } as const
    expect(shortly([hello], refused)).toBe('failed transport transport no-answer')
    const early = { transport: 'udp', events: [{ ...refused.events[0], before: 1 }] } as const
    expect(shortly([hello, flight], early)).toBe('incomplete transport transport none')
  })

  it('is the going of a program whose UDP port is closed in the middle', () => {
    const gone = { transport: 'udp', events: [{ kind: 'icmp', from: 'client', icmp: 'port' }] } as const
    expect(shortly([hello, flight], gone)).toBe('failed transport transport closed')
  })

  it('is not ended by ICMP about the size of a packet', () => {
    const events = [{ kind: 'icmp', from: 'client', icmp: 'too-big' }] as const
    expect(shortly([hello, flight], { events })).toBe('incomplete transport transport none')
  })

  it('is no answer where the client gives up with an alert after ICMP or a long silence', () => {
    const wire = [hello, client(alert(2, 80))]
    const refused = {
      transport: 'udp',
      events: [{ kind: 'icmp', from: 'server', icmp: 'port', before: 1 }],
    } as const
    expect(shortly(wire, refused)).toBe('failed transport transport no-answer')
    expect(shortly(wire)).toBe('failed transport transport no-answer')
    expect(shortly([hello, client(alert(2, 90))])).toBe('failed application client alert')
  })

  it('is a refusal where the client had not yet had the Finished that the capture has first', () => {
    const [before, answer, keys, finished] = full as [Turn, Turn, Turn, Turn]
    const early = { ...client(sealed(21, 31)), ack: 1099 }
    expect(shortly([before, answer, keys, finished, early])).toBe('failed schannel client alert')
    expect(shortly([before, answer, keys, finished, client(sealed(21, 31))])).toBe('established')
  })

  it('is the going of a client that had sent no more than its ChangeCipherSpec', () => {
    const events = [{ kind: 'rst', from: 'client' }] as const
    const tls13 = server(serverHello(127, 0x0304, 0x1301), hidden(900))
    for (const answer of [flight, tls13])
      expect(shortly([hello, answer, client(ccs())], { events })).toBe('failed transport transport reset')
  })

  it('is open where a sealed alert comes and the Finished before it was not captured', () => {
    const gap = { start: 1099, end: 1150, packet: 4, reason: 'not-captured' } as const
    const wire = [...full.slice(0, 3), client(sealed(21, 31))]
    expect(shortly(wire, { gaps: { server: [gap] } })).toBe('incomplete transport transport gap')
  })

  it('is open where something was sent just before the FIN that the capture lacks', () => {
    const gap = { start: 200, end: 207, packet: 3, reason: 'lost' } as const
    const events = [{ kind: 'fin', from: 'client', at: 207 }] as const
    expect(shortly([hello, flight], { events, gaps: { client: [gap] } })).toBe(
      'incomplete transport transport gap',
    )
  })

  it('names the side that sent a fatal alert, and what it had read', () => {
    const { failure } = outcomeOf(conversationOf([hello, flight, client(alert(2, 48))]))
    expect(failure).toMatchObject({
      by: 'schannel',
      side: 'client',
      alert: 4,
      packet: 3,
      trigger: 2,
      seen: 1099,
    })
  })

  it('takes a close_notify before the Finished as the application giving up', () => {
    expect(shortly([hello, flight, client(alert(1, 0))])).toBe('failed application client alert')
  })

  it('does not mistake the close_notify that ends a session for a failure', () => {
    expect(shortly([...full, client(sealed(21, 31))])).toBe('established')
    // In one segment with the Finished: a server that is done at once, a resuming client.
    const [begin, offer, keys] = full
    expect(shortly([begin!, offer!, keys!, server(ccs(), sealed(22, 45), sealed(21, 31))])).toBe(
      'established',
    )
    const id = new Uint8Array(32).fill(7)
    const resumed = [
      client(clientHello(200, { sessionId: id })),
      server(serverHello(90, 0x0303, 0xc02f, { sessionId: id }), ccs(), sealed(22, 45)),
      client(ccs(), sealed(22, 45), sealed(21, 31)),
    ]
    expect(shortly(resumed)).toBe('established')
    const opened13 = [
      client(clientHello(250)),
      server(
        serverHello(127, 0x0304, 0x1301),
        opened(1500, 22, [handshake(11, 1400, oneCertificate)]),
        opened(74, 22, [handshake(20, 52)]),
      ),
      client(ccs(), opened(74, 22, [handshake(20, 52)]), openedAlert(24, 1, 0)),
    ]
    expect(shortly(opened13)).toBe('established')
  })

  it('takes a certificate alert after the own OK as a refusal of the application, unless data has gone out', () => {
    const refusal = openedAlert(31, 2, 48)
    expect(shortly([...full, client(refusal)])).toBe('failed application client alert')
    expect(shortly([...full, client(opened(100, 23)), client(refusal)])).toBe('established')
  })

  it('sees a padded alert of a TLS 1.3 client: shorter than a Finished, and nothing behind it', () => {
    const begun = [
      client(clientHello(250)),
      server(serverHello(127, 0x0304, 0x1302), hidden(900), hidden(74)),
    ]
    expect(shortly([...begun, client(ccs(), hidden(40))])).toBe('failed schannel client alert')
    expect(shortly([...begun, client(ccs(), hidden(40), hidden(300))])).toBe('established')
    const gap = { start: 300, end: 400, packet: 9, reason: 'not-captured' as const }
    expect(shortly([...begun, client(ccs(), hidden(40))], { gaps: { client: [gap] } })).not.toContain(
      'failed',
    )
  })

  it('sees a TLS 1.3 server refuse behind its own ServerHello, unless the client had left before', () => {
    const refusal = server(serverHello(127, 0x0304, 0x1301), ccs(), hidden(24))
    expect(shortly([client(clientHello(250)), refusal])).toBe('failed schannel server alert')
    const { server: calls } = tell([client(clientHello(250)), refusal])
    expect(calls).toEqual(['ASC 1 none | TOKEN 250, EMPTY 0 | TOKEN 0, ALERT 157 | SEC_E_ILLEGAL_MESSAGE'])
    const gap = { start: 250, end: 330, packet: 9, reason: 'not-captured' as const }
    const lossy = shortly([client(clientHello(250)), refusal], { gaps: { client: [gap] } })
    expect(lossy).toBe('incomplete transport transport gap')
  })

  it('takes an alert about the end of the stream for what it is: the other side had closed', () => {
    const left = (before: number): Setting => ({ events: [{ kind: 'fin', from: 'client', before }] })
    const alone = server(alert(2, 50))
    expect(shortly([hello, flight, alone], left(2))).toBe('failed transport transport closed')
    expect(shortly([hello, flight, alone])).toBe('failed schannel server alert')
    expect(shortly([...full, server(openedAlert(31, 2, 50))], left(4))).toBe('established')
    expect(shortly([hello, server(alert(2, 40))], left(1))).toBe('failed schannel server alert')
    const half = { ...hello, arrives: 120 }
    expect(shortly([half, alone], left(1))).toBe('failed transport transport closed')
    expect(shortly([half, alone])).toBe('failed schannel server alert')
    expect(shortly([alone], left(0))).toBe('failed transport transport closed')
    const cut = { start: 120, end: 200, packet: 1, reason: 'truncated' as const }
    expect(shortly([half, alone], { gaps: { client: [cut] } })).toBe('failed schannel server alert')
  })

  it('waits for five quiet seconds before it calls a silence an answer', () => {
    expect(shortly([hello], { quietAfter: 4.9e9 })).toBe('incomplete transport transport none')
    expect(shortly([hello], { quietAfter: 5e9 })).toBe('failed transport transport no-answer')
    expect(shortly([hello, { ...flight, arrives: 300 }], { quietAfter: 5e9 })).toBe(
      'failed transport transport stalled',
    )
    expect(shortly([hello], { quietAfter: NaN })).toBe('incomplete transport transport none')
  })

  it('tells a reset by the side that was due from a client that stops waiting', () => {
    expect(shortly([hello], { events: [{ kind: 'rst', from: 'server' }] })).toBe(
      'failed transport transport reset',
    )
    expect(shortly([hello], { events: [{ kind: 'fin', from: 'server' }] })).toBe(
      'failed transport transport closed',
    )
    expect(shortly([hello], { events: [{ kind: 'rst', from: 'client' }] })).toBe(
      'failed transport transport no-answer',
    )
  })

  it('cannot tell from one half of a conversation, or across a hole in the capture', () => {
    expect(shortly([hello], { unseen: 'server', quietAfter: 9e9 })).toBe(
      'incomplete transport transport none',
    )
    const gaps = { server: [{ start: 200, end: 900, packet: 2, reason: 'not-captured' as const }] }
    expect(shortly([hello, flight], { gaps, quietAfter: 9e9 })).toBe('incomplete transport transport gap')
  })

  it('is none where nothing of TLS was meant', () => {
    expect(
      shortly([
        { from: 'client', records: [], text: 'GET / HTTP/1.1' },
        { from: 'server', records: [], text: 'HTTP/1.1 200 OK' },
      ]),
    ).toBe('none')
  })
})

describe('the handshakes of a conversation', () => {
  it('say what was agreed, and whether it was resumed', () => {
    const id = new Uint8Array(32).fill(1)
    const wire = [
      client(clientHello(200, { sessionId: id, serverName: 'a.example', alpn: ['h2'] })),
      server(serverHello(90, 0x0303, 0xc02f, { sessionId: id, alpn: 'h2' }), ccs(), sealed(22, 45)),
      client(ccs(), sealed(22, 45)),
    ]
    expect(handshakesOf(conversationOf(wire))).toMatchObject([
      {
        n: 1,
        kind: 'initial',
        version: 0x0303,
        serverName: 'a.example',
        cipherSuite: 0xc02f,
        resumed: true,
        outcome: 'established',
        alpn: { offered: ['h2'], chosen: 'h2', visible: true },
      },
    ])
    expect(handshakesOf(conversationOf(full))).toMatchObject([{ resumed: false }])
    const withoutCertificate = [hello, server(serverHello(90), message(14, 9)), full[2]!, full[3]!]
    expect(handshakesOf(conversationOf(withoutCertificate))).toMatchObject([{ resumed: false }])
  })

  it('leave unknown what TLS 1.3 hides', () => {
    const wire = [
      client(clientHello(250, { alpn: ['h2'] })),
      server(serverHello(127, 0x0304, 0x1301, { keyShareGroup: 29 }), hidden(900), hidden(58)),
    ]
    expect(handshakesOf(conversationOf(wire))).toMatchObject([
      {
        version: 0x0304,
        group: 29,
        resumed: false,
        alpn: { chosen: null, visible: false },
        outcome: 'incomplete',
      },
    ])
  })

  it('count a renegotiation as the second', () => {
    const reneg = endings[0]!.wire.map((turn, i) => (i < 5 ? turn : { ...turn, handshake: 2 }))
    expect(handshakesOf(conversationOf(reneg)).map(({ n, kind, outcome }) => [n, kind, outcome])).toEqual([
      [1, 'initial', 'established'],
      [2, 'renegotiation', 'established'],
    ])
  })
})
