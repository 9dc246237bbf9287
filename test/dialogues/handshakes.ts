// Dialogues of whole handshakes: TLS 1.0 to 1.3, full and abbreviated, both sides (schannel §4.1 to §4.5, §12 cases 1, 4, 5, 7, 8, 9, 12).

import {
  ccs,
  client,
  clientHello,
  emptyCertificate,
  handshake,
  hidden,
  message,
  messages,
  oneCertificate,
  opened,
  sealed,
  server,
  serverHello,
} from '../support/dialogue.ts'
import type { Dialogue } from './dialogue.ts'

const hello = client(clientHello(200))
const serverFlight = server(
  serverHello(90),
  message(11, 1000, oneCertificate),
  message(12, 338),
  message(14, 9),
)
const clientFlight = client(message(16, 75), ccs(), sealed(22, 45))
const serverFinished = server(message(4, 207), ccs(), sealed(22, 45))
const full = [hello, serverFlight, clientFlight, serverFinished]

const hello13 = client(clientHello(250))
const flight13 = server(
  serverHello(127, 0x0304, 0x1302),
  ccs(),
  hidden(28),
  hidden(1802),
  hidden(286),
  hidden(74),
)

export const handshakes: readonly Dialogue[] = [
  {
    name: 'ISC call 1 takes no input and puts out the ClientHello; the ALERT slot comes back empty',
    source: '§12 case 1, §4.1 row 1 [windows-test]',
    wire: [hello],
    client: ['ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED'],
    server: [],
  },
  {
    name: 'ALPN goes into call 1 as the only input buffer',
    source: '§4.5, §2.3 [windows-test]',
    wire: [client(clientHello(220, { alpn: ['http/1.1', 'h2'] }))],
    client: ['ISC 1 new | APPLICATION_PROTOCOLS 22 | TOKEN 220, ALERT 0 | SEC_I_CONTINUE_NEEDED'],
  },
  {
    name: 'TLS 1.2 in full, a flight a call: ASC is OK with a token, ISC is OK without',
    source: '§12 case 4, §4.1 [windows-test]',
    wire: full,
    client: [
      'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 1437, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 258, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1437, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 126, EMPTY 0 | TOKEN 258, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'the same, a record a segment: whole records that do not end the flight give CONTINUE_NEEDED and an empty token',
    source: '§12 case 5, §4.1 notes [windows-test:.NET]',
    wire: [
      hello,
      { ...serverFlight, segments: [90, 1000, 338, 9] },
      { ...clientFlight, segments: [75, 6, 45] },
      { ...serverFinished, segments: [207, 6, 45] },
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 90, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 1000, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 4 held | TOKEN 338, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 5 held | TOKEN 9, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 6 held | TOKEN 207, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 7 held | TOKEN 6, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 8 held | TOKEN 45, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1437, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 75, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 3 held | TOKEN 6, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 4 held | TOKEN 45, EMPTY 0 | TOKEN 258, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'several messages in one record are one flight',
    source: '§4.1 notes, fifth',
    wire: [
      hello,
      server(
        messages(
          1422,
          handshake(2, 85, serverHello(90).parts[0]?.body ?? null),
          handshake(11, 995, oneCertificate),
          handshake(12, 333),
          handshake(14, 4),
        ),
      ),
      clientFlight,
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 1422, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: 'application data glued to the Finished is EXTRA of the OK call and goes to DecryptMessage',
    source: '§12 case 7, §5.2 rule 3 [doc]',
    wire: [
      hello,
      serverFlight,
      client(message(16, 75), ccs(), sealed(22, 45), sealed(23, 100)),
      server(message(4, 207), ccs(), sealed(22, 45), sealed(23, 300)),
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 1437, EMPTY 0 | TOKEN 126, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 558, EMPTY 0 > TOKEN 558, EXTRA 300 | TOKEN 0, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 300, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 271, STREAM_TRAILER 16, EMPTY 0 | NULL | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1437, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 226, EMPTY 0 > TOKEN 226, EXTRA 100 | TOKEN 258, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 100, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 13, DATA 71, STREAM_TRAILER 16, EMPTY 0 | NULL | SEC_E_OK',
    ],
  },
  {
    name: 'TLS 1.2 resumed: ISC 2 is OK with a token of two records, ASC 2 is OK without',
    source: '§12 case 8, §4.2',
    wire: [hello, server(serverHello(90), ccs(), sealed(22, 45)), client(ccs(), sealed(22, 45))],
    client: [
      'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 141, EMPTY 0 | TOKEN 51, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 141, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'TLS 1.3: ISC is OK with CCS and Finished (80 bytes with SHA-384), seen without keys',
    source: '§12 case 9, §4.4 rows 1 to 4 [app]',
    wire: [hello13, flight13, client(ccs(), hidden(74))],
    client: [
      'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 2323, EMPTY 0 | TOKEN 80, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 2323, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 80, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'TLS 1.3 with keys: ASC puts its tickets out with OK; each ticket is DM, RENEGOTIATE, ISC, OK; two tickets are twice',
    source: '§12 case 9, §4.7 [app]/[doc]',
    wire: [
      hello13,
      server(
        serverHello(127, 0x0304, 0x1302),
        ccs(),
        opened(28, 22, [handshake(8, 6)]),
        opened(1802, 22, [handshake(11, 1780, oneCertificate)]),
        opened(286, 22, [handshake(15, 264)]),
        opened(74, 22, [handshake(20, 52)]),
      ),
      client(ccs(), opened(74, 22, [handshake(20, 52)])),
      server(opened(255, 22, [handshake(4, 233)]), opened(255, 22, [handshake(4, 233)])),
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 2323, EMPTY 0 | TOKEN 80, ALERT 0 | SEC_E_OK',
      'DM 1 held | DATA 510, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 5, DATA 0, STREAM_TRAILER 250, EXTRA 255 | NULL | SEC_I_RENEGOTIATE',
      'ISC 3 held | TOKEN 255, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
      'DM 2 held | DATA 255, EMPTY 0, EMPTY 0, EMPTY 0 > STREAM_HEADER 5, DATA 0, STREAM_TRAILER 250, EMPTY 0 | NULL | SEC_I_RENEGOTIATE',
      'ISC 4 held | TOKEN 255, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 2323, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 80, EMPTY 0 | TOKEN 510, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'HelloRetryRequest costs a round; a flight in three slices shows MISSING, EXTRA and MISSING',
    source: '§4.4 HelloRetryRequest, §5.1, §5.3',
    wire: [
      hello13,
      server(serverHello(93, 0x0304, 0x1302, { helloRetryRequest: true }), ccs()),
      client(ccs(), clientHello(311)),
      {
        ...server(serverHello(192, 0x0304, 0x1302), hidden(28), hidden(1802), hidden(286), hidden(74)),
        segments: [3, 1457, 922],
      },
      client(hidden(74)),
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 99, EMPTY 0 | TOKEN 317, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 3, EMPTY 0 > TOKEN 3, MISSING 2 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
      'ISC 4 held | TOKEN 1460, EMPTY 0 > TOKEN 1460, EXTRA 1240 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 5 held | TOKEN 1240, EMPTY 0 > TOKEN 1240, MISSING 562 | TOKEN ?, ALERT ? | SEC_E_INCOMPLETE_MESSAGE',
      'ISC 6 held | TOKEN 2162, EMPTY 0 | TOKEN 74, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 250, EMPTY 0 | TOKEN 99, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 317, EMPTY 0 | TOKEN 2382, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 3 held | TOKEN 74, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'a certificate is asked for and there is none: INCOMPLETE_CREDENTIALS once, then the same bytes again; ASC is OK',
    source: '§12 case 12, §4.3 rows 3a, 3b, 4 [app]/[doc]',
    wire: [
      hello,
      server(serverHello(90), message(11, 1000, oneCertificate), message(13, 100), message(14, 9)),
      client(message(11, 12, emptyCertificate), message(16, 75), ccs(), sealed(22, 45)),
      server(ccs(), sealed(22, 45)),
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 1199, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_INCOMPLETE_CREDENTIALS',
      'ISC 3 held | TOKEN 1199, EMPTY 0 | TOKEN 138, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 4 held | TOKEN 51, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_E_OK',
    ],
    server: [
      'ASC 1 new | TOKEN 200, EMPTY 0 | TOKEN 1199, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ASC 2 held | TOKEN 138, EMPTY 0 | TOKEN 51, ALERT 0 | SEC_E_OK',
    ],
  },
  {
    name: 'the same in the .NET way: the retry presents an empty token with another credential',
    source: '§4.3 row 3b [app]',
    options: { delivery: 'per-record' },
    wire: [
      hello,
      server(serverHello(90), message(11, 1000, oneCertificate), message(13, 100), message(14, 9)),
      client(message(11, 12, emptyCertificate), message(16, 75), ccs(), sealed(22, 45)),
    ],
    client: [
      'ISC 1 new | NULL | TOKEN 200, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 1199, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_INCOMPLETE_CREDENTIALS',
      'ISC 3 held | TOKEN 0, EMPTY 0 | TOKEN 138, ALERT 0 | SEC_I_CONTINUE_NEEDED',
    ],
  },
  {
    name: '.NET feeds SH and CCS of TLS 1.3 together, then each sealed record by itself',
    source: '§4.4 notes, §8 row .NET [app]',
    options: { delivery: 'per-record' },
    wire: [hello13, flight13, client(ccs(), hidden(74))],
    client: [
      'ISC 1 new | NULL | TOKEN 250, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 2 held | TOKEN 133, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 3 held | TOKEN 28, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 4 held | TOKEN 1802, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 5 held | TOKEN 286, EMPTY 0 | TOKEN 0, ALERT 0 | SEC_I_CONTINUE_NEEDED',
      'ISC 6 held | TOKEN 74, EMPTY 0 | TOKEN 80, ALERT 0 | SEC_E_OK',
    ],
  },
]
