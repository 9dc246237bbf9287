// Dialogues of too little, too much and foreign input (schannel §4.0, §5, §12 cases 2, 3, 6, 14).

import {
  alert,
  ccs,
  client,
  clientHello,
  fragment,
  hidden,
  message,
  oneCertificate,
  record,
  sealed,
  server,
  serverHello,
} from '../support/dialogue.ts'
import type { Dialogue } from './dialogue.ts'

const hello = client(clientHello(200))
const flight = server(serverHello(95), message(11, 1000, oneCertificate), message(14, 9))
const finished = client(message(16, 75), ccs(), sealed(22, 45))
const first = 'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED'

export const inputs: readonly Dialogue[] = [
  {
    name: '4 bytes of a record: MISSING 1, output untouched',
    source: '§12 case 2, §5.1 row n = 4 [windows-test]',
    wire: [hello, { ...flight, arrives: 4 }],
    client: [
      first,
      'ISC 2 held | TOKEN 4, EMPTY 0 > TOKEN 4, MISSING 1 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
    ],
  },
  {
    name: '5 bytes of a record: MISSING is the length in the header, 90',
    source: '§12 case 2, §5.1 row n = 5 [windows-test]',
    wire: [hello, { ...flight, arrives: 5 }],
    client: [
      first,
      'ISC 2 held | TOKEN 5, EMPTY 0 > TOKEN 5, MISSING 90 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
    ],
  },
  {
    name: 'before Windows 10 the slot stays EMPTY',
    source: '§5.1, "before Windows 10" [windows-test]',
    options: { profile: { client: 'win81', server: null } },
    wire: [hello, { ...flight, arrives: 5 }],
    client: [first, 'ISC 2 held | TOKEN 5, EMPTY 0 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE'],
  },
  {
    name: 'the same bytes come again with more behind them, from offset 0',
    source: '§5.1 "Nothing is consumed" [doc]',
    wire: [hello, { ...flight, segments: [4, 1, 1099] }, finished],
    client: [
      first,
      'ISC 2 held | TOKEN 4, EMPTY 0 > TOKEN 4, MISSING 1 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
      'ISC 3 held | TOKEN 5, EMPTY 0 > TOKEN 5, MISSING 90 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
      'ISC 4 held | TOKEN 1104, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: 'whole records, then part of one: EXTRA, and the loop asks again with the tail alone',
    source: '§12 case 6, §5.2 rule 2, §5.3 third row',
    wire: [hello, { ...flight, segments: [100, 1004] }, finished],
    client: [
      first,
      'ISC 2 held | TOKEN 100, EMPTY 0 > TOKEN 100, EXTRA 5 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 5, EMPTY 0 > TOKEN 5, MISSING 995 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
      'ISC 4 held | TOKEN 1009, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  ...(['as-captured', 'per-record', 'per-flight'] as const).map((delivery): Dialogue => ({
    name: `a whole flight that nobody answered is eaten, ${delivery}: nothing of it is MISSING; its token is not in the capture`,
    source: 'design §4, "Calls"; §4.1 row 3',
    options: { delivery },
    wire: [hello, { ...flight, segments: [100, 1004] }],
    client: {
      'as-captured': [
        first,
        'ISC 2 held | TOKEN 100, EMPTY 0 > TOKEN 100, EXTRA 5 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
        'ISC 3 held | TOKEN 5, EMPTY 0 > TOKEN 5, MISSING 995 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
        'ISC 4 held | TOKEN 1009, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      ],
      'per-record': [
        first,
        'ISC 2 held | TOKEN 95, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
        'ISC 3 held | TOKEN 1009, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      ],
      'per-flight': [first, 'ISC 2 held | TOKEN 1104, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED'],
    }[delivery],
    server: ['ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1104, ALERT 0 | SEC_I_CONTINUE_NEEDED'],
  })),
  {
    name: 'a client flight that nobody answered: the server waits as far as the capture tells, it is not called done',
    source: 'design §4, "Calls" and "Final"; §4.1 row 4',
    wire: [hello, flight, { ...finished, segments: [80, 46] }],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1104, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 80, EMPTY 0 > TOKEN 80, EXTRA 5 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 3 held | TOKEN 5, EMPTY 0 > TOKEN 5, MISSING 1 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
      'ASC 4 held | TOKEN 51, EMPTY 0 | TOKEN ?, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: 'the older reading: INCOMPLETE while the last record is partial, everything comes again',
    source: '§5.3 last paragraph [doc]',
    options: { partial: 'retain' },
    wire: [hello, { ...flight, segments: [100, 1004] }, finished],
    client: [
      first,
      'ISC 2 held | TOKEN 100, EMPTY 0 > TOKEN 100, MISSING 995 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
      'ISC 3 held | TOKEN 1104, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: 'a flight is complete and part of the next record behind it: the token goes out, EXTRA is that part',
    source: '§5.3 second row',
    wire: [
      client(clientHello(250)),
      { ...server(serverHello(127, 0x0304, 0x1301), hidden(900), hidden(58)), segments: [1085] },
      client(ccs(), hidden(58)),
      { ...server(hidden(255)), segments: [255] },
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 1085, EMPTY 0 | TOKEN 64, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 255, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 5, DATA 233, STREAM_TRAILER 17, EMPTY 0 | NULL | SEC_E_OK',
    ],
  },
  {
    name: 'a message that spans two records: the first is consumed, CONTINUE_NEEDED, empty token',
    source: '§5.3 fourth row',
    wire: [
      hello,
      {
        ...server(serverHello(95), fragment(600), message(11, 405, oneCertificate), message(14, 9)),
        segments: [695, 414],
      },
      finished,
    ],
    client: [
      first,
      'ISC 2 held | TOKEN 695, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 414, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: 'the first ASC with part of a ClientHello leaves no context: the next passes NULL again',
    source: '§12 case 14, §4.0 row 3 [app]',
    wire: [{ ...hello, segments: [100, 100] }, flight],
    server: [
      'ASC 1 none | TOKEN 100, EMPTY 0 > TOKEN 100, MISSING 100 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
      'ASC 2 new | TOKEN 200, EMPTY 0 | TOKEN 1104, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: 'an SSLv2-format ClientHello is taken like any other',
    source: '§12 case 14, §6.3 row 24 [doc]',
    wire: [client({ ...record(128, 100, clientHello(100, { sslv2: true }).parts) }), flight],
    server: ['ASC 1 new | TOKEN 100, EMPTY 0 | TOKEN 1104, ALERT 0 | SEC_I_CONTINUE_NEEDED'],
  },
  {
    name: '8192 bytes of 0xFA in answer to a ClientHello: INVALID_TOKEN, nothing put out, the context is gone',
    source: '§12 case 3, §5.4 [windows-test]',
    wire: [hello, { from: 'server', records: [], text: '\xfa'.repeat(8192) }],
    client: [
      first,
      'ISC 2 held | TOKEN 8192, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_INVALID_TOKEN',
      'DSC 1 deleted | NULL | NULL | SEC_E_OK',
    ],
    server: [],
  },
  {
    name: '8192 bytes of 0x00: the same',
    source: '§12 case 3, §5.4 [windows-test]',
    wire: [hello, { from: 'server', records: [], text: '\0'.repeat(8192) }],
    client: [
      first,
      'ISC 2 held | TOKEN 8192, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_INVALID_TOKEN',
      'DSC 1 deleted | NULL | NULL | SEC_E_OK',
    ],
  },
  {
    name: 'an HTTP answer to a ClientHello: INVALID_TOKEN',
    source: '§12 case 3, §6.3 row 23 [app]',
    wire: [hello, { from: 'server', records: [], text: 'HTTP/1.1 400 Bad Request\r\n\r\n' }],
    client: [
      first,
      'ISC 2 held | TOKEN 28, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_INVALID_TOKEN',
      'DSC 1 deleted | NULL | NULL | SEC_E_OK',
    ],
  },
  {
    name: 'a greeting in the clear before the ClientHello: the second call reads it, INVALID_TOKEN',
    source: '§6.3 row 23 [app]; §4.1 row 1: the first call takes no input',
    wire: [{ from: 'server', records: [], text: '220 mail.example ESMTP\r\n' }, hello],
    setting: { events: [{ kind: 'fin', from: 'client' }] },
    client: [
      first,
      'ISC 2 held | TOKEN 24, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_INVALID_TOKEN',
      'DSC 1 deleted | NULL | NULL | SEC_E_OK',
    ],
  },
  {
    name: 'another handshake message where a ClientHello is due: ASC fails with its alert',
    source: '§6.3 row 20 [app], §4.0',
    wire: [client(message(11, 13)), server(alert(2, 10))],
    server: ['ASC 1 none | TOKEN 13, EMPTY 0 | TOKEN 0, ALERT 7 | SEC_E_ILLEGAL_MESSAGE'],
  },
  {
    name: 'a record that announces too much: ISC fails as its verdict says, with the alert it sent',
    source: '§6.3 row 26 [rfc]',
    verdict: {
      cause: 'malformed-message',
      confidence: 'observed',
      status: { name: 'SEC_E_ILLEGAL_MESSAGE', basis: 'rfc', source: 'schannel §6.3 row 26' },
    },
    wire: [
      hello,
      { from: 'server', records: [], text: `\x16\x03\x03\x50\x00${'\x02'.repeat(200)}` },
      client(alert(2, 22)),
    ],
    client: [
      first,
      'ISC 2 held | TOKEN 205, EMPTY 0 | TOKEN 0, ALERT 7 | SEC_E_ILLEGAL_MESSAGE',
      'DSC 1 deleted | NULL | NULL | SEC_E_OK',
    ],
  },
  {
    name: 'an HTTP request on a TLS port: ASC fails, its alert is in the output, there is no context to delete',
    source: '§6.3 rows 21, 22 [app]',
    wire: [
      { from: 'client', records: [], text: 'GET / HTTP/1.1\r\n\r\n' },
      server(record(21, 7, [{ contentType: 21, type: 10, bytes: Uint8Array.of(2, 10), body: null }])),
    ],
    client: [],
    server: ['ASC 1 none | TOKEN 18, EMPTY 0 | TOKEN 0, ALERT 7 | SEC_E_INVALID_TOKEN'],
  },
  {
    name: 'a record cut short goes to DecryptMessage: both DATA and the first EMPTY become MISSING, 5 bytes',
    source: '§5.1 DM row [windows-test]',
    wire: [
      hello,
      flight,
      finished,
      server(ccs(), sealed(22, 45)),
      { ...server(sealed(23, 105)), segments: [100, 5] },
    ],
    client: [
      first,
      'ISC 2 held | TOKEN 1104, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 100, EMPTY 0, EMPTY 0, EMPTY 0 > MISSING 5, MISSING 5, EMPTY 0, EMPTY 0 | NULL | SEC_E_INCOMPLETE_MESSAGE',
      'DM 2 held | DATA 105, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 76, STREAM_TRAILER 16, EMPTY 0 | NULL | SEC_E_OK',
    ],
  },
]
