// Dialogues after establishment: renegotiation, post-handshake messages, shutdown, DTLS flights (schannel §4.6 to §4.9, §12 cases 10, 11, 15).

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
  record,
  sealed,
  server,
  serverHello,
} from '../support/dialogue.ts'
import type { Dialogue } from './dialogue.ts'

const full = [
  client(clientHello(200)),
  server(serverHello(90), message(11, 1000, oneCertificate), message(14, 9)),
  client(message(16, 75), ccs(), sealed(22, 45)),
  server(ccs(), sealed(22, 45)),
]
const clientDone = [
  'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
  'ISC 2 held | TOKEN 1099, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
  'ISC 3 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
]
const serverDone = [
  'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1099, ALERT 0 | SEC_I_CONTINUE_NEEDED',
  'ASC 2 held | TOKEN 126, EMPTY 0 | TOKEN 51, ALERT 0 | SEC_E_OK',
]
const full13 = [
  client(clientHello(250)),
  server(
    serverHello(127, 0x0304, 0x1302),
    opened(1500, 22, [handshake(11, 1400, oneCertificate)]),
    opened(74, 22, [handshake(20, 52)]),
  ),
  client(ccs(), opened(74, 22, [handshake(20, 52)])),
]
const client13 = [
  'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
  'ISC 2 held | TOKEN 1701, EMPTY 0 | TOKEN 80, ALERT 0 | SEC_E_OK',
]
const server13 = [
  'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 1701, ALERT 0 | SEC_I_CONTINUE_NEEDED',
  'ASC 2 held | TOKEN 80, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
]
const deleted = 'DSC 1 deleted | NULL | NULL | SEC_E_OK'

function keyUpdate(requested: boolean): ReturnType<typeof opened> {
  return opened(27, 22, [handshake(24, 5, { kind: 'key-update', requested })])
}

export const endings: readonly Dialogue[] = [
  {
    name: 'HelloRequest: DM gives RENEGOTIATE with header 13, data 0, trailer 20; ISC without input puts out a ClientHello',
    source: '§12 case 10, §4.6 rows 1 to 7 [windows-test]',
    wire: [
      ...full,
      server(sealed(22, 33)),
      client(sealed(22, 230)),
      server(sealed(22, 1130)),
      client(sealed(22, 100), ccs(), sealed(22, 45)),
      server(ccs(), sealed(22, 45)),
    ],
    client: [
      ...clientDone,
      'DM 1 held | DATA 33, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 20, EMPTY 0 | NULL | SEC_I_RENEGOTIATE',
      'ISC 4 held | NULL | TOKEN 230, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 5 held | TOKEN 1130, EMPTY 0 | TOKEN 151, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 6 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
    server: [
      ...serverDone,
      'ASC 3 held | NULL | TOKEN 33, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 230, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 217, EMPTY 0 | NULL | SEC_I_RENEGOTIATE',
      'ASC 4 held | TOKEN 230, EMPTY 0 | TOKEN 1130, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 5 held | TOKEN 151, EMPTY 0 | TOKEN 51, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'the client renegotiates by itself: ISC without input, the server sees it through DM',
    source: '§4.6, client-initiated [doc]',
    wire: [...full, client(sealed(22, 230)), server(sealed(22, 1130))],
    client: [
      ...clientDone,
      'ISC 4 held | NULL | TOKEN 230, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 5 held | TOKEN 1130, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
    server: [
      ...serverDone,
      'DM 1 held | DATA 230, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 217, EMPTY 0 | NULL | SEC_I_RENEGOTIATE',
      'ASC 3 held | TOKEN 230, EMPTY 0 | TOKEN 1130, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: 'close_notify both ways: ApplyControlToken and one more call; the receiver sees CONTEXT_EXPIRED',
    source: '§12 case 11, §4.9 [windows-test]',
    wire: [...full, client(sealed(21, 31)), server(sealed(21, 31))],
    client: [
      ...clientDone,
      'ACT 1 held | TOKEN 4 | NULL | SEC_E_OK',
      'ISC 4 held | NULL | TOKEN 31, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 31, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 18, EMPTY 0 | NULL | SEC_I_CONTEXT_EXPIRED',
      deleted,
    ],
    server: [
      ...serverDone,
      'DM 1 held | DATA 31, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 18, EMPTY 0 | NULL | SEC_I_CONTEXT_EXPIRED',
      'ACT 1 held | TOKEN 4 | NULL | SEC_E_OK',
      'ASC 3 held | NULL | TOKEN 31, ALERT 0 | SEC_E_OK',
      deleted,
    ],
  },
  {
    name: 'shutdown before the handshake is over: a plain close_notify of 7 bytes',
    source: '§12 case 11, §4.9 [windows-test]',
    wire: [full[0]!, client(alert(1, 0))],
    client: [
      'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ACT 1 held | TOKEN 4 | NULL | SEC_E_OK',
      'ISC 2 held | NULL | TOKEN 7, ALERT 0 | SEC_E_OK',
      deleted,
    ],
  },
  {
    name: 'a close_notify opened with keys, sent by a side whose last call owed no token: that call is made first',
    source: '§4.1 row 5, §4.2 row 4, §4.9',
    wire: [...full, client(openedAlert(31, 1, 0))],
    client: [
      ...clientDone,
      'ACT 1 held | TOKEN 4 | NULL | SEC_E_OK',
      'ISC 4 held | NULL | TOKEN 31, ALERT 0 | SEC_E_OK',
      deleted,
    ],
  },
  {
    name: 'a TLS 1.3 server that closes without tickets had taken the client Finished',
    source: '§4.4 row 4, §4.9',
    wire: [...full13, server(openedAlert(24, 1, 0))],
    server: [
      ...server13,
      'ACT 1 held | TOKEN 4 | NULL | SEC_E_OK',
      'ASC 3 held | NULL | TOKEN 24, ALERT 0 | SEC_E_OK',
      deleted,
    ],
  },
  {
    name: 'a connection that ends without close_notify makes no call',
    source: '§4.9, truncation',
    wire: full,
    setting: { events: [{ kind: 'fin', from: 'server' }] },
    client: clientDone,
    server: serverDone,
  },
  {
    name: 'KeyUpdate that asks for one back: DM, RENEGOTIATE, ISC OK with the answer',
    source: '§4.7 rows KeyUpdate [doc]/[rfc]',
    wire: [...full13, server(keyUpdate(true)), client(keyUpdate(false))],
    client: [
      ...client13,
      'DM 1 held | DATA 27, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 5, DATA 0, STREAM_TRAILER 22, EMPTY 0 | NULL | SEC_I_RENEGOTIATE',
      'ISC 3 held | TOKEN 27, EMPTY 0 | TOKEN 27, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'post-handshake authentication: ASC with no input asks, ISC answers with its certificate',
    source: '§4.7 rows CertificateRequest and PHA',
    wire: [
      ...full13,
      client(opened(100, 23)),
      server(opened(90, 22, [handshake(13, 68)])),
      client(opened(1100, 22, [handshake(11, 1000, oneCertificate)]), opened(74, 22, [handshake(20, 52)])),
    ],
    client: [
      ...client13,
      'DM 1 held | DATA 90, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 5, DATA 0, STREAM_TRAILER 85, EMPTY 0 | NULL | SEC_I_RENEGOTIATE',
      'ISC 3 held | TOKEN 90, EMPTY 0 | TOKEN 1174, ALERT 0 | SEC_E_OK',
    ],
    server: [
      ...server13,
      'DM 1 held | DATA 100, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 5, DATA 78, STREAM_TRAILER 17, EMPTY 0 | NULL | SEC_E_OK',
      'ASC 3 held | NULL | TOKEN 90, ALERT 0 | SEC_E_OK',
      'DM 2 held | DATA 1174, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 5, DATA 0, STREAM_TRAILER 1095, EXTRA 74 | NULL | SEC_I_RENEGOTIATE',
      'ASC 4 held | TOKEN 1174, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'a run of application data is one row, however many records',
    source: '§5.2 rule 7',
    wire: [...full, server(sealed(23, 1000), sealed(23, 1000), sealed(23, 500))],
    client: [
      ...clientDone,
      'DM 1 held | DATA 2500, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA ?, STREAM_TRAILER 16, EMPTY 0 | NULL | SEC_E_OK',
    ],
  },
  {
    name: 'DTLS: the cookie round leaves the server without a context; a large flight is MESSAGE_FRAGMENT per datagram',
    source: '§12 case 15, §4.8 [windows-test]/[app]',
    setting: { transport: 'udp' },
    wire: [
      client(clientHello(200)),
      server(record(22, 48, [handshake(3, 35)])),
      client(clientHello(220)),
      {
        ...server(serverHello(100), message(11, 1000, oneCertificate), message(14, 25)),
        segments: [100, 1000, 25],
      },
      client(message(16, 80), record(20, 14, ccs().parts), sealed(22, 61)),
      server(record(20, 14, ccs().parts), sealed(22, 61)),
    ],
    client: [
      'ISC 1 new | DTLS_MTU 2 | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 48, EMPTY 0 | TOKEN 220, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 100, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 4 held | TOKEN 1000, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 5 held | TOKEN 25, EMPTY 0 | TOKEN 155, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 6 held | TOKEN 75, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 none | TOKEN 200, EMPTY 0, EXTRA 28 | TOKEN 48, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 new | TOKEN 220, EMPTY 0, EXTRA 28 | TOKEN 100, ALERT 0 | SEC_I_MESSAGE_FRAGMENT',
      'ASC 3 held | NULL | TOKEN 1000, ALERT 0 | SEC_I_MESSAGE_FRAGMENT',
      'ASC 4 held | NULL | TOKEN 25, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 5 held | TOKEN 155, EMPTY 0, EXTRA 28 | TOKEN 75, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'DTLS: a repeated ClientHello is ISC without input, the same flight again',
    source: '§12 case 15, §4.8 Retransmit [windows-test]',
    setting: { transport: 'udp' },
    wire: [client(clientHello(200)), { ...client(clientHello(200)), retransmission: true }],
    client: [
      'ISC 1 new | DTLS_MTU 2 | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
]
