// Dialogues of alerts, refusals and silence (schannel §6, §12 case 13).

import {
  alert,
  ccs,
  client,
  clientHello,
  emptyCertificate,
  hidden,
  message,
  oneCertificate,
  opened,
  handshake,
  openedAlert,
  sealed,
  server,
  serverHello,
} from '../support/dialogue.ts'
import type { Dialogue } from './dialogue.ts'

const hello = client(clientHello(200))
const flight = server(serverHello(90), message(11, 1000, oneCertificate), message(14, 9))
const first = 'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED'
const answered = 'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1099, ALERT 0 | SEC_I_CONTINUE_NEEDED'
const deleted = 'DSC 1 deleted | NULL | NULL | SEC_E_OK'

/** A ClientHello answered by an alert: what the server's first call and the client's second return. */
function refusedHello(
  description: number,
  source: string,
  client: string,
  server: string,
  statuses: 'documented' | 'observed' = 'documented',
): Dialogue {
  return {
    name: `alert ${String(description)} in answer to a ClientHello, ${statuses}`,
    source,
    options: { statuses },
    wire: [hello, { from: 'server', records: [alert(2, description)] }],
    client: [first, `ISC 2 held | TOKEN 7, EMPTY 0 | TOKEN 0, ALERT 0 | ${client}`, deleted],
    server: [`ASC 1 none | TOKEN 200, EMPTY 0 | TOKEN 0, ALERT 7 | ${server}`],
  }
}

export const refusals: readonly Dialogue[] = [
  {
    name: 'a client that refuses the server Finished: alert 20 is of the call that read it, not of an application',
    source: '§6.3 rows 15 and 17',
    wire: [
      hello,
      flight,
      client(message(16, 75), ccs(), sealed(22, 45)),
      server(ccs(), sealed(22, 45)),
      client(openedAlert(31, 2, 20)),
    ],
    client: [
      first,
      'ISC 2 held | TOKEN 1099, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 31 | SEC_E_MESSAGE_ALTERED',
      deleted,
    ],
  },
  {
    name: 'a client that judges the certificate after its flight has gone (NSS): a call with no input fails with the alert',
    source: '§6.3 row 6, §6.4, §6.5; design §4, "Failure"',
    wire: [
      hello,
      flight,
      client(message(16, 75), ccs(), sealed(22, 45)),
      server(ccs(), sealed(22, 45)),
      { ...client({ ...openedAlert(31, 2, 48), contentType: 21 }), ack: 1099 },
    ],
    client: [
      first,
      'ISC 2 held | TOKEN 1099, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | NULL | TOKEN 0, ALERT 31 | SEC_E_UNTRUSTED_ROOT',
      deleted,
    ],
    server: [
      answered,
      'ASC 2 held | TOKEN 126, EMPTY 0 | TOKEN 51, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 31, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 18, EMPTY 0 | NULL | SEC_E_UNTRUSTED_ROOT',
      deleted,
    ],
  },
  {
    name: 'a client with nothing to offer that says so: ISC 1 fails, there is no context to delete',
    source: '§6.3 row 2, §4.0 row 4',
    wire: [client(alert(2, 80))],
    client: ['ISC 1 none | NULL | TOKEN 0, ALERT 7 | SEC_E_INTERNAL_ERROR'],
    server: [],
  },
  {
    name: 'a sealed alert that nothing shows to be fatal ends no handshake: a renegotiation refused without keys',
    source: '§4.6, client-initiated; RFC 5246 §7.2.2',
    wire: [
      hello,
      flight,
      client(message(16, 75), ccs(), sealed(22, 45)),
      server(ccs(), sealed(22, 45)),
      client(sealed(22, 230)),
      server(sealed(21, 31)),
    ],
    client: [
      first,
      'ISC 2 held | TOKEN 1099, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
      'ISC 4 held | NULL | TOKEN 230, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: 'what comes after a side has closed its socket, as its reset shows, makes no call',
    source: '§6.3 row 39',
    wire: [{ ...hello, arrives: 120 }, server(alert(2, 50))],
    setting: {
      events: [
        { kind: 'fin', from: 'client', before: 1 },
        { kind: 'rst', from: 'client' },
      ],
    },
    client: ['ISC 1 new | NULL | TOKEN 120, ALERT 0 | SEC_I_CONTINUE_NEEDED'],
  },
  refusedHello(40, '§12 case 13, §6.3 row 1 [app]', 'SEC_E_ILLEGAL_MESSAGE', 'SEC_E_ALGORITHM_MISMATCH'),
  refusedHello(70, '§12 case 13, §6.1 [doc]', 'SEC_E_UNSUPPORTED_FUNCTION', 'SEC_E_UNSUPPORTED_FUNCTION'),
  refusedHello(
    70,
    '§12 case 13, §6.2 [app]',
    'SEC_E_ILLEGAL_MESSAGE',
    'SEC_E_UNSUPPORTED_FUNCTION',
    'observed',
  ),
  refusedHello(71, '§6.1 [doc]', 'SEC_E_ALGORITHM_MISMATCH', 'SEC_E_ALGORITHM_MISMATCH'),
  refusedHello(80, '§6.1 [doc], §1', 'SEC_E_INTERNAL_ERROR', 'SEC_E_INTERNAL_ERROR'),
  refusedHello(80, '§6.2 [app], §1', 'SEC_E_ILLEGAL_MESSAGE', 'SEC_E_INTERNAL_ERROR', 'observed'),
  refusedHello(49, '§6.1 [doc], §1', 'SEC_E_LOGON_DENIED', 'SEC_E_LOGON_DENIED'),
  refusedHello(
    116,
    '§6.1 catch-all; row 28 is about a later call',
    'SEC_E_ILLEGAL_MESSAGE',
    'SEC_E_ILLEGAL_MESSAGE',
  ),
  refusedHello(
    120,
    '§12 case 13, §4.5, §6.3 row 27 [app]',
    'SEC_E_APPLICATION_PROTOCOL_MISMATCH',
    'SEC_E_APPLICATION_PROTOCOL_MISMATCH',
  ),
  {
    name: 'the client does not trust the root: ISC 2 fails with the alert in its output, ASC 2 reads it',
    source: '§12 case 13, §6.3 row 6, §6.4, §6.5',
    wire: [hello, flight, client(alert(2, 48))],
    client: [first, 'ISC 2 held | TOKEN 1099, EMPTY 0 | TOKEN 0, ALERT 7 | SEC_E_UNTRUSTED_ROOT', deleted],
    server: [answered, 'ASC 2 held | TOKEN 7, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_UNTRUSTED_ROOT', deleted],
  },
  {
    name: 'the verdict of the diagnosis names the status of the failing call',
    source: '§6.3 row 8',
    verdict: {
      cause: 'name-mismatch',
      confidence: 'likely',
      status: { name: 'SEC_E_WRONG_PRINCIPAL', basis: 'documented', source: 'schannel §6.3 row 8' },
    },
    wire: [hello, flight, client(alert(2, 42))],
    client: [first, 'ISC 2 held | TOKEN 1099, EMPTY 0 | TOKEN 0, ALERT 7 | SEC_E_WRONG_PRINCIPAL', deleted],
    server: [answered, 'ASC 2 held | TOKEN 7, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_CERT_UNKNOWN', deleted],
  },
  {
    name: 'the alert leaves before the flight has come: the last call before it fails',
    source: 'design §4, "Order"',
    wire: [hello, { ...flight, segments: [500, 599] }, { ...client(alert(2, 50)), ack: 500 }],
    client: [first, 'ISC 2 held | TOKEN 500, EMPTY 0 | TOKEN 0, ALERT 7 | SEC_E_ILLEGAL_MESSAGE', deleted],
  },
  {
    name: 'no client certificate where one is demanded: ASC is OK, the application refuses through ApplyControlToken',
    source: '§6.3 row 28, §4.9',
    wire: [
      hello,
      server(serverHello(90), message(11, 1000, oneCertificate), message(13, 100), message(14, 9)),
      client(message(11, 12, emptyCertificate), message(16, 75), ccs(), sealed(22, 45)),
      server(alert(2, 40)),
    ],
    client: [
      first,
      'ISC 2 held | TOKEN 1199, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_INCOMPLETE_CREDENTIALS',
      'ISC 3 held | TOKEN 1199, EMPTY 0 | TOKEN 138, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 4 held | TOKEN 7, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_ILLEGAL_MESSAGE',
      deleted,
    ],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1199, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 138, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
      'ACT 1 held | TOKEN 12 | NULL | SEC_E_OK',
      'ASC 3 held | NULL | TOKEN 7, ALERT 0 | SEC_E_OK',
      deleted,
    ],
  },
  {
    name: 'TLS 1.3: the server refuses the client certificate after the client was done',
    source: '§6.2 second point [windows-test:.NET], §6.3 row 29',
    wire: [
      client(clientHello(250)),
      server(
        serverHello(127, 0x0304, 0x1302),
        opened(1500, 22, [handshake(11, 1400, oneCertificate)]),
        opened(74, 22, [handshake(20, 52)]),
      ),
      client(
        ccs(),
        opened(1100, 22, [handshake(11, 1000, oneCertificate)]),
        opened(74, 22, [handshake(20, 52)]),
      ),
      server(openedAlert(24, 2, 48)),
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 1701, EMPTY 0 | TOKEN 1180, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 24, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 5, DATA 0, STREAM_TRAILER 19, EMPTY 0 | NULL | SEC_E_UNTRUSTED_ROOT',
      deleted,
    ],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 1701, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 1180, EMPTY 0 | TOKEN 0, ALERT 24 | SEC_E_UNTRUSTED_ROOT',
      deleted,
    ],
  },
  {
    name: 'TLS 1.3 without keys: a first sealed client record of alert size is a refusal',
    source: 'design §4, "TLS 1.3 without keys"',
    wire: [
      client(clientHello(250)),
      server(serverHello(127, 0x0304, 0x1302), hidden(1500), hidden(74)),
      client(ccs(), hidden(24)),
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 1701, EMPTY 0 | TOKEN 0, ALERT 30 | SEC_E_ILLEGAL_MESSAGE',
      deleted,
    ],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 1701, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 30, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_ILLEGAL_MESSAGE',
      deleted,
    ],
  },
  {
    name: 'a warning about the server name is eaten silently',
    source: '§6.2 last point but one [rfc]',
    wire: [
      hello,
      { ...server(alert(1, 112), ...flight.records) },
      client(message(16, 75), ccs(), sealed(22, 45)),
    ],
    client: [first, 'ISC 2 held | TOKEN 1106, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED'],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1106, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 126, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: 'nobody answers: no call is made, the context stays where it was',
    source: '§6.3 row 39',
    wire: [hello],
    setting: { events: [{ kind: 'fin', from: 'client' }] },
    client: [first],
    server: [],
  },
]
