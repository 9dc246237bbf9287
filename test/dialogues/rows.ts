// Rows of schannel §4 and §5 that whole stories do not come by: client certificates, PSK, tickets that come early, KeyUpdate,
// a renegotiation that asks again, MISSING byte by byte, EXTRA behind a close_notify, an empty record.

import {
  ccs,
  client,
  clientHello,
  emptyCertificate,
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
const flight = server(serverHello(95), message(11, 1000, oneCertificate), message(14, 9))
const asking = server(serverHello(90), message(11, 1000, oneCertificate), message(13, 100), message(14, 9))
const full = [hello, flight, client(message(16, 75), ccs(), sealed(22, 45)), server(ccs(), sealed(22, 45))]
const first = 'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED'
const clientDone = [
  first,
  'ISC 2 held | TOKEN 1104, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
  'ISC 3 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
]

const hello13 = client(clientHello(250))
const first13 = 'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED'
const certificate13 = opened(1500, 22, [handshake(11, 1478, oneCertificate)])
const finished13 = opened(74, 22, [handshake(20, 52)])
const flight13 = server(serverHello(127, 0x0304, 0x1302), certificate13, finished13)
const done13 = client(ccs(), finished13)
const ticket = opened(255, 22, [handshake(4, 233)])
const renegotiate = (bytes: number): string => `STREAM_HEADER 5, DATA 0, STREAM_TRAILER ${String(bytes - 5)}`

export const rows: readonly Dialogue[] = [
  ...[1, 2, 3].map((n): Dialogue => ({
    name: `${String(n)} bytes of a header: MISSING is 5 - ${String(n)}`,
    source: '§5.1, "n in 0..4" [inferred]',
    wire: [hello, { ...flight, arrives: n }],
    client: [
      first,
      `ISC 2 held | TOKEN ${String(n)}, EMPTY 0 > TOKEN ${String(n)}, MISSING ${String(5 - n)} | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE`,
    ],
  })),
  {
    name: 'part of a record body: MISSING is 5 + L - n',
    source: '§5.1, "n >= 5" [inferred]',
    wire: [hello, { ...flight, arrives: 50 }],
    client: [
      first,
      'ISC 2 held | TOKEN 50, EMPTY 0 > TOKEN 50, MISSING 45 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
    ],
  },
  {
    name: 'ChangeCipherSpec alone, then Finished: CONTINUE_NEEDED with an empty token, then OK',
    source: '§4.1 notes, fourth [inferred]',
    wire: [...full.slice(0, 3), { ...server(ccs(), sealed(22, 45)), segments: [6, 45] }],
    client: [
      ...clientDone.slice(0, 2),
      'ISC 3 held | TOKEN 6, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 4 held | TOKEN 45, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'TLS 1.2 resumed by a ticket that is renewed: the ticket is part of the flight',
    source: '§4.2 rows 2 to 4 [inferred]',
    wire: [
      hello,
      server(serverHello(90), message(4, 207), ccs(), sealed(22, 45)),
      client(ccs(), sealed(22, 45)),
    ],
    client: [first, 'ISC 2 held | TOKEN 348, EMPTY 0 | TOKEN 51, ALERT 0 | SEC_E_OK'],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 348, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'a client certificate is asked for and sent: no INCOMPLETE_CREDENTIALS',
    source: '§4.3 row 3b, §3.3 USE_SUPPLIED_CREDS [app]',
    wire: [
      hello,
      asking,
      client(message(11, 900, oneCertificate), message(16, 75), message(15, 264), ccs(), sealed(22, 45)),
      server(ccs(), sealed(22, 45)),
    ],
    client: [
      first,
      'ISC 2 held | TOKEN 1199, EMPTY 0 | TOKEN 1290, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1199, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 1290, EMPTY 0 | TOKEN 51, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'TLS 1.3: a client certificate is asked for and there is none: INCOMPLETE_CREDENTIALS once, then OK with the token',
    source: '§4.3 row 3a, §4.4 row 3, §6.3 row 28 [app]',
    wire: [
      hello13,
      server(
        serverHello(127, 0x0304, 0x1302),
        opened(100, 22, [handshake(13, 78)]),
        certificate13,
        finished13,
      ),
      client(ccs(), opened(30, 22, [handshake(11, 8, emptyCertificate)]), finished13),
    ],
    client: [
      first13,
      'ISC 2 held | TOKEN 1801, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_INCOMPLETE_CREDENTIALS',
      'ISC 3 held | TOKEN 1801, EMPTY 0 | TOKEN 110, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 1801, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 110, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'a CertificateRequest that cannot be met in each of two handshakes: INCOMPLETE_CREDENTIALS once for each',
    source: '§4.3, "at most once per CertificateRequest"; §4.6 rows 1 to 7',
    wire: [
      hello,
      asking,
      client(message(11, 12, emptyCertificate), message(16, 75), ccs(), sealed(22, 45)),
      server(ccs(), sealed(22, 45)),
      server(opened(33, 22, [handshake(0, 4)], 22)),
      { ...client(opened(230, 22, [handshake(1, 200)], 22)), handshake: 2 },
      {
        ...server(
          opened(1200, 22, [handshake(2, 80), handshake(11, 900, oneCertificate)], 22),
          opened(150, 22, [handshake(13, 100), handshake(14, 4)], 22),
        ),
        handshake: 2,
      },
      {
        ...client(
          opened(120, 22, [handshake(11, 8, emptyCertificate), handshake(16, 70)], 22),
          ccs(),
          opened(45, 22, [handshake(20, 16)], 22),
        ),
        handshake: 2,
      },
      { ...server(ccs(), opened(45, 22, [handshake(20, 16)], 22)), handshake: 2 },
    ],
    client: [
      first,
      'ISC 2 held | TOKEN 1199, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_INCOMPLETE_CREDENTIALS',
      'ISC 3 held | TOKEN 1199, EMPTY 0 | TOKEN 138, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 4 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 33, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 20, EMPTY 0 | NULL | SEC_I_RENEGOTIATE',
      'ISC 5 held | NULL | TOKEN 230, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 6 held | TOKEN 1350, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_INCOMPLETE_CREDENTIALS',
      'ISC 7 held | TOKEN 1350, EMPTY 0 | TOKEN 171, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 8 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'TLS 1.3 with a PSK: the same calls, a shorter flight',
    source: '§4.4, PSK resumption [rfc]/[app]',
    wire: [
      hello13,
      server(
        serverHello(133, 0x0304, 0x1302, { pskIndex: 0 }),
        opened(28, 22, [handshake(8, 6)]),
        finished13,
      ),
      done13,
    ],
    client: [first13, 'ISC 2 held | TOKEN 235, EMPTY 0 | TOKEN 80, ALERT 0 | SEC_E_OK'],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 235, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 80, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'TLS 1.3: a ticket glued to the server Finished is EXTRA of the OK call and goes to DecryptMessage',
    source: '§4.4 notes, fourth [app]; §5.2 rule 3',
    wire: [hello13, server(serverHello(127, 0x0304, 0x1302), certificate13, finished13, ticket), done13],
    client: [
      first13,
      'ISC 2 held | TOKEN 1956, EMPTY 0 > TOKEN 1956, EXTRA 255 | TOKEN 80, ALERT 0 | SEC_E_OK',
      `DM 1 held | DATA 255, EMPTY 0, EMPTY 0, EMPTY 0 > ${renegotiate(255)}, EMPTY 0 | NULL | SEC_I_RENEGOTIATE`,
      'ISC 3 held | TOKEN 255, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'KeyUpdate that asks for nothing back, at the client and at the server',
    source: '§4.7 row KeyUpdate(update_not_requested) [doc]',
    wire: [
      hello13,
      flight13,
      done13,
      server(opened(27, 22, [handshake(24, 5, { kind: 'key-update', requested: false })])),
      client(opened(27, 22, [handshake(24, 5, { kind: 'key-update', requested: false })])),
    ],
    client: [
      first13,
      'ISC 2 held | TOKEN 1701, EMPTY 0 | TOKEN 80, ALERT 0 | SEC_E_OK',
      `DM 1 held | DATA 27, EMPTY 0, EMPTY 0, EMPTY 0 > ${renegotiate(27)}, EMPTY 0 | NULL | SEC_I_RENEGOTIATE`,
      'ISC 3 held | TOKEN 27, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
      'ISC 4 held | NULL | TOKEN 27, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 1701, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 80, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
      'ASC 3 held | NULL | TOKEN 27, ALERT 0 | SEC_E_OK',
      `DM 1 held | DATA 27, EMPTY 0, EMPTY 0, EMPTY 0 > ${renegotiate(27)}, EMPTY 0 | NULL | SEC_I_RENEGOTIATE`,
      'ASC 4 held | TOKEN 27, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'what lies behind a close_notify is EXTRA of the call that expired',
    source: '§4.9, receiver: "EXTRA possible for following bytes" [doc]',
    wire: [...full, server({ ...openedAlert(31, 1, 0), contentType: 21 }, sealed(23, 100))],
    client: [
      ...clientDone,
      'DM 1 held | DATA 131, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 18, EXTRA 100 | NULL | SEC_I_CONTEXT_EXPIRED',
    ],
  },
  {
    name: 'an empty record: OK with DATA of 0 bytes',
    source: '§5.2 rule 6 [doc]',
    wire: [...full, server(sealed(23, 29))],
    client: [
      ...clientDone,
      'DM 1 held | DATA 29, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 16, EMPTY 0 | NULL | SEC_E_OK',
    ],
  },
  {
    name: 'alerts after the handshake are read by DecryptMessage: table 6.1 also where the handshake would flatten them',
    source: '§6.2 second point [windows-test:.NET]',
    options: { statuses: 'observed' },
    wire: [...full, server({ ...openedAlert(31, 2, 80), contentType: 21 })],
    client: [
      ...clientDone,
      'DM 1 held | DATA 31, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 0, STREAM_TRAILER 18, EMPTY 0 | NULL | SEC_E_INTERNAL_ERROR',
      'DSC 1 deleted | NULL | NULL | SEC_E_OK',
    ],
  },
  {
    name: 'TLS 1.3 HelloRetryRequest, then the server refuses the second hello: the third client call reads its alert',
    source: '§4.4 HelloRetryRequest rows 1 to 4, §6.1 row 47',
    wire: [
      hello13,
      server(serverHello(93, 0x0304, 0x1302, { helloRetryRequest: true }), ccs()),
      client(ccs(), clientHello(311)),
      { from: 'server', records: [{ ...openedAlert(7, 2, 47), contentType: 21, protection: 'plain' }] },
    ],
    client: [
      first13,
      'ISC 2 held | TOKEN 99, EMPTY 0 | TOKEN 317, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 7, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_ILLEGAL_MESSAGE',
      'DSC 1 deleted | NULL | NULL | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 99, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 317, EMPTY 0 | TOKEN 0, ALERT 7 | SEC_E_ILLEGAL_MESSAGE',
      'DSC 1 deleted | NULL | NULL | SEC_E_OK',
    ],
  },
]
