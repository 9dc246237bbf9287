// Dialogues of a side that withdraws once a whole flight has come: by close_notify, user_canceled, FIN or RST, or by a warning
// that refuses a renegotiation (schannel §4.9, §6.1 rows 0 and 90, §6.3 rows 33 and 39).

import {
  alert,
  ccs,
  client,
  clientHello,
  handshake,
  message,
  oneCertificate,
  opened,
  openedAlert,
  sealed,
  server,
  serverHello,
} from '../support/dialogue.ts'
import type { Dialogue } from './dialogue.ts'

const hello = client(clientHello(200))
const flight = server(serverHello(90), message(11, 1000, oneCertificate), message(14, 9))
const clientFlight = client(message(16, 75), ccs(), sealed(22, 45))
const serverFinished = server(ccs(), sealed(22, 45))
const resumedFlight = server(serverHello(90), ccs(), sealed(22, 45))
const hello13 = client(clientHello(250))
const flight13 = server(
  serverHello(127, 0x0304, 0x1302),
  opened(1500, 22, [handshake(11, 1400, oneCertificate)]),
  opened(74, 22, [handshake(20, 52)]),
)

const first = 'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED'
const answered = 'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1099, ALERT 0 | SEC_I_CONTINUE_NEEDED'
const sent = 'ISC 2 held | TOKEN 1099, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED'
const eaten = 'ISC 2 held | TOKEN 1099, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED'
const shutDown = 'ACT 1 held | TOKEN 4 | NULL | SEC_E_OK'
const deleted = 'DSC 1 deleted | NULL | NULL | SEC_E_OK'
const expired = (call: string): string =>
  `${call} held | TOKEN 7, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTEXT_EXPIRED`

/** One segment a flight: each way of reading makes the same calls of it. */
function inEveryDelivery(dialogue: Dialogue): readonly Dialogue[] {
  return (['as-captured', 'per-flight', 'per-record'] as const).map((delivery) => ({
    ...dialogue,
    name: `${dialogue.name}, ${delivery}`,
    options: { ...dialogue.options, delivery },
  }))
}

export const withdrawals: readonly Dialogue[] = [
  ...inEveryDelivery({
    name: 'a client closes in order after the server flight: the call ate it, its token was never sent',
    source: '§4.9 rows 1 and 2 [windows-test], §6.1 row 0; the flight: §4.1 row 3',
    wire: [hello, flight, client(alert(1, 0))],
    client: [first, eaten, shutDown, 'ISC 3 held | NULL | TOKEN 7, ALERT 0 | SEC_E_OK', deleted],
    server: [answered, expired('ASC 2'), deleted],
  }),
  ...inEveryDelivery({
    name: 'a client cancels and closes: two alerts through ApplyControlToken; the server has a status for user_canceled',
    source: '§4.9 ACT(SCHANNEL_ALERT) [windows-test], §6.1 row 90 [doc]; field S45',
    wire: [hello, flight, client(alert(1, 90)), client(alert(1, 0))],
    client: [
      first,
      eaten,
      'ACT 1 held | TOKEN 12 | NULL | SEC_E_OK',
      'ISC 3 held | NULL | TOKEN 7, ALERT 0 | SEC_E_OK',
      'ACT 2 held | TOKEN 4 | NULL | SEC_E_OK',
      'ISC 4 held | NULL | TOKEN 7, ALERT 0 | SEC_E_OK',
      deleted,
    ],
    server: [
      answered,
      'ASC 2 held | TOKEN 7, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_UNFINISHED_CONTEXT_DELETED',
      deleted,
    ],
  }),
  ...inEveryDelivery({
    name: 'a client cancels and says no more',
    source: '§6.1 row 90 [doc]; field S45',
    wire: [hello, flight, client(alert(1, 90))],
    setting: { events: [{ kind: 'fin', from: 'client' }] },
    client: [
      first,
      eaten,
      'ACT 1 held | TOKEN 12 | NULL | SEC_E_OK',
      'ISC 3 held | NULL | TOKEN 7, ALERT 0 | SEC_E_OK',
      deleted,
    ],
    server: [
      answered,
      'ASC 2 held | TOKEN 7, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_UNFINISHED_CONTEXT_DELETED',
      deleted,
    ],
  }),
  ...(['fin', 'rst'] as const).flatMap((kind) =>
    inEveryDelivery({
      name: `a client goes after the server flight, by ${kind}: no call for that, the last one waits`,
      source: '§6.3 row 39, §4.9 last paragraph',
      wire: [hello, flight],
      setting: { events: [{ kind, from: 'client' }] },
      client: [first, eaten],
      server: [answered],
    }),
  ),
  ...inEveryDelivery({
    name: 'a server closes in order in answer to a ClientHello: without ASC 1 there is no context to close',
    source: '§4.9 [windows-test]: ApplyControlToken without a context is INVALID_HANDLE; §4.1 row 2',
    wire: [hello, server(alert(1, 0))],
    client: [first, expired('ISC 2'), deleted],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      shutDown,
      'ASC 2 held | NULL | TOKEN 7, ALERT 0 | SEC_E_OK',
      deleted,
    ],
  }),
  ...inEveryDelivery({
    name: 'a server closes in order after the client flight',
    source: '§4.9, §4.1 row 4',
    wire: [hello, flight, clientFlight, server(alert(1, 0))],
    client: [first, sent, expired('ISC 3'), deleted],
    server: [
      answered,
      'ASC 2 held | TOKEN 126, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      shutDown,
      'ASC 3 held | NULL | TOKEN 7, ALERT 0 | SEC_E_OK',
      deleted,
    ],
  }),
  ...(['fin', 'rst'] as const).flatMap((kind) =>
    inEveryDelivery({
      name: `a server goes after the client flight, by ${kind}`,
      source: '§6.3 row 39; the flight: §4.1 row 4',
      wire: [hello, flight, clientFlight],
      setting: { events: [{ kind, from: 'server' }] },
      client: [first, sent],
      server: [answered, 'ASC 2 held | TOKEN 126, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED'],
    }),
  ),
  ...inEveryDelivery({
    name: 'a server goes in answer to the ClientHello: nothing shows that a library had it',
    source: '§6.3 row 39; design §4, "Transport"',
    wire: [hello],
    setting: { events: [{ kind: 'fin', from: 'server' }] },
    client: [first],
    server: [],
  }),
  ...inEveryDelivery({
    name: 'a client that resumes closes in order after the server Finished',
    source: '§4.9, §4.2 row 3',
    wire: [hello, resumedFlight, client(alert(1, 0))],
    client: [
      first,
      'ISC 2 held | TOKEN 141, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      shutDown,
      'ISC 3 held | NULL | TOKEN 7, ALERT 0 | SEC_E_OK',
      deleted,
    ],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 141, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      expired('ASC 2'),
      deleted,
    ],
  }),
  ...inEveryDelivery({
    name: 'a TLS 1.3 client closes in order after the server flight, before its own Finished',
    source: '§4.9, §4.4 row 3',
    wire: [hello13, flight13, client(openedAlert(24, 1, 0))],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 1701, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 24, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTEXT_EXPIRED',
      deleted,
    ],
  }),
  {
    name: 'the TLS 1.3 client that closes in order, a flight a call',
    source: '§4.9, §4.4 row 3',
    wire: [hello13, flight13, client(openedAlert(24, 1, 0))],
    client: [
      'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 1701, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      shutDown,
      'ISC 3 held | NULL | TOKEN 24, ALERT 0 | SEC_E_OK',
      deleted,
    ],
  },
  {
    name: 'the TLS 1.3 client that closes in order, each sealed record by itself',
    source: '§4.9, §4.4 row 3, §8 row .NET [app]',
    options: { delivery: 'per-record' },
    wire: [hello13, flight13, client(openedAlert(24, 1, 0))],
    client: [
      'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 127, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 1500, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 4 held | TOKEN 74, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      shutDown,
      'ISC 5 held | NULL | TOKEN 24, ALERT 0 | SEC_E_OK',
      deleted,
    ],
  },
  ...inEveryDelivery({
    name: 'a server refuses a renegotiation with a warning: no failure, the session goes on',
    source: '§6.3 row 33 [app], §1, §4.6 client-initiated',
    wire: [
      hello,
      flight,
      clientFlight,
      serverFinished,
      client(opened(230, 22, [handshake(1, 200)], 22)),
      server({ ...openedAlert(31, 1, 100), contentType: 21 }),
      client(sealed(23, 129)),
    ],
    client: [
      first,
      sent,
      'ISC 3 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
      'ISC 4 held | NULL | TOKEN 230, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 5 held | TOKEN 31, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_NO_RENEGOTIATION',
    ],
    server: [
      answered,
      'ASC 2 held | TOKEN 126, EMPTY 0 | TOKEN 51, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 230, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 217, EMPTY 0 | NULL | SEC_I_RENEGOTIATE',
      'ASC 3 held | TOKEN 230, EMPTY 0 | TOKEN 0, ALERT 31 | SEC_I_NO_RENEGOTIATION',
      'DM 2 held | DATA 129, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 100, STREAM_TRAILER 16, EMPTY 0 | NULL | SEC_E_OK',
    ],
  }),
]
