// One built conversation for each scenario of the catalogue, with the diagnosis it must get.

import type { Conversation } from '../../../shared/conversation/facts.ts'
import type { OutcomeFacts } from '../../../shared/schannel/model.ts'
import type { CertificateRequest, ServerKeyExchange } from '../../../shared/tls/messages.ts'
import { certificateMessage, issue, type Issued } from '../../support/certificates.ts'
import {
  alert,
  clientHello,
  conversationOf,
  event,
  failedAt,
  icmp,
  message,
  serverHello,
} from '../../support/conversation.ts'
import type { Settings, Step } from '../../support/conversation.ts'

export interface Scenario {
  readonly scenario: string | null
  readonly title: string
  /** Rule that must find it. */
  readonly rule: string
  /** The verdict; null where the handshake was established. */
  readonly cause: string | null
  /** A packet that the finding's evidence must name. */
  readonly packet: number
  readonly build: () => { readonly conversation: Conversation; readonly outcome: OutcomeFacts }
}

type Ending = Parameters<typeof failedAt>[1]

function failed(ending: Ending, steps: readonly Step[], settings: Settings = {}) {
  return () => {
    const conversation = conversationOf(steps, settings)
    return { conversation, outcome: failedAt(conversation, ending) }
  }
}

function established(steps: readonly Step[], settings: Settings = {}) {
  return () => ({
    conversation: conversationOf(steps, settings),
    outcome: { outcome: 'established' as const, failure: null },
  })
}

function incomplete(steps: readonly Step[], settings: Settings) {
  return () => ({
    conversation: conversationOf(steps, settings),
    outcome: { outcome: 'incomplete' as const, failure: null },
  })
}

const old = { supportedVersions: null, keyShares: null }
const root = issue({ name: 'Test Root', ca: true })
const middle = issue({ name: 'Test Intermediate', ca: true, issuer: root })
const leafWish = { name: 'server.example', names: ['server.example'], issuer: root }
const leaf = issue(leafWish)

const hello = (parts: Parameters<typeof clientHello>[0] = {}) =>
  message('client', clientHello({ ...old, ...parts }), 300)
const chosen = (parts: Parameters<typeof serverHello>[0] = {}) => message('server', serverHello(parts), 80)
const done = message('server', { kind: 'other' }, 4)
const certificate = (...chain: readonly Issued[]) => message('server', certificateMessage(...chain), 1500)
const flight = (...chain: readonly Issued[]) => [hello(), chosen(), certificate(...chain), done]
const request = (parts: Partial<CertificateRequest> = {}) =>
  message('server', {
    kind: 'certificate-request',
    requestContext: new Uint8Array(0),
    certificateTypes: [1],
    signatureAlgorithms: [0x0804],
    authorities: [],
    authoritiesLength: 0,
    extensions: [],
    ...parts,
  })
const keyExchange = message('client', { kind: 'client-key-exchange', exchange: new Uint8Array(66) }, 70)
const changeCipher = (from: 'client' | 'server') => message(from, { kind: 'change-cipher-spec' }, 1)
const finished = (from: 'client' | 'server') =>
  message(from, { kind: 'finished', verifyData: new Uint8Array(12) }, 16)
const answer = [
  keyExchange,
  changeCipher('client'),
  finished('client'),
  changeCipher('server'),
  finished('server'),
]
const dhe = (bits: number): ServerKeyExchange => ({
  kind: 'server-key-exchange',
  exchange: 'dhe',
  group: null,
  bits,
  scheme: 0x0401,
  signature: null,
  paramsLength: 10,
})
const syns = [event('client', 'syn', 128), event('server', 'syn', 60)]
const names = [new Uint8Array(20)]

/** What each row says: scenario, title, rule, verdict, packet of the evidence, conversation. */
export const scenarios: readonly Scenario[] = (
  [
    [
      'S01',
      'one suite that the server lacks',
      'no-common-cipher',
      'no-common-cipher',
      2,
      failed('alert', [hello({ cipherSuites: [0x002f] }), alert('server', 40)]),
    ],
    [
      'S02',
      'a server that is too old',
      'no-common-version',
      'no-common-version',
      2,
      failed('alert', [message('client', clientHello({ supportedVersions: [0x0304] })), alert('server', 70)]),
    ],
    [
      'S02',
      'a TLS 1.3 client at a server that reads its hello as TLS 1.2 (GnuTLS)',
      'no-common-version',
      'no-common-version',
      2,
      failed('alert', [
        message(
          'client',
          clientHello({
            supportedVersions: [0x0304],
            cipherSuites: [0x1302, 0x1303, 0x1301],
            supportedGroups: [0x1d, 0x17, 0x18],
          }),
        ),
        alert('server', 40),
      ]),
    ],
    [
      'S03',
      'a client with SSL 3.0 only and one suite',
      'tls10-only-client',
      'no-common-version',
      2,
      failed('alert', [hello({ version: 0x0300, cipherSuites: [0x002f] }), alert('server', 40)]),
    ],
    [
      'S03',
      'a client with TLS 1.0 only',
      'tls10-only-client',
      'no-common-version',
      2,
      failed('alert', [hello({ version: 0x0301 }), alert('server', 70)]),
    ],
    [
      'S04',
      'a client that closes before its first byte',
      'client-credential-impossible',
      'connection-closed',
      3,
      failed('closed', [...syns, event('client', 'fin')]),
    ],
    [
      'S05',
      'a fallback that the server refuses',
      'fallback-scsv',
      'downgrade-detected',
      2,
      failed('alert', [hello({ version: 0x0302, cipherSuites: [0xc02f, 0x5600] }), alert('server', 86)]),
    ],
    [
      'S06',
      'a downgrade mark',
      'downgrade-sentinel',
      'downgrade-detected',
      3,
      failed('alert', [
        message('client', clientHello()),
        chosen({ random: downgraded() }),
        alert('client', 47),
      ]),
    ],
    [
      'S07',
      'a group that the server lacks',
      'no-common-group',
      'no-common-group',
      2,
      failed('alert', [
        message(
          'client',
          clientHello({
            supportedVersions: [0x0304],
            cipherSuites: [0x1301, 0x1302],
            supportedGroups: [0x1e],
          }),
        ),
        alert('server', 40),
      ]),
    ],
    [
      'S08',
      'a hello retry',
      'hello-retry-request',
      null,
      2,
      established([
        message('client', clientHello()),
        chosen({ helloRetryRequest: true, keyShareGroup: 0x18, negotiatedVersion: 0x0304 }),
        message('client', clientHello()),
      ]),
    ],
    [
      'S09',
      'signature algorithms without RSA',
      'no-common-signature-algorithm',
      'no-common-signature-algorithm',
      2,
      failed('alert', [
        hello({ cipherSuites: [0xc02f, 0xc030, 0xc02b, 0xc013], signatureAlgorithms: [0x0403] }),
        alert('server', 40),
      ]),
    ],
    [
      'S10',
      'a certificate signed with a hash that was not offered',
      'certificate-hash-not-offered',
      null,
      3,
      established([hello({ signatureAlgorithms: [0x0501] }), chosen(), certificate(leaf), done, ...answer]),
    ],
    [
      'S11',
      'a client that cannot sign',
      'pss-signing-unavailable',
      'connection-closed',
      3,
      failed('closed', [
        message('client', clientHello()),
        chosen({ negotiatedVersion: 0x0304 }),
        request(),
        event('client', 'fin'),
      ]),
    ],
    [
      'S12',
      'only one RSA signature algorithm',
      'rsa-pss-certificate',
      'no-common-signature-algorithm',
      2,
      failed('alert', [
        hello({ cipherSuites: [0xc02f, 0xc030, 0xc013, 0x002f], signatureAlgorithms: [0x0401] }),
        alert('server', 40),
      ]),
    ],
    [
      'S13',
      'suites for ECDSA certificates only',
      'certificate-type-mismatch',
      'no-common-cipher',
      2,
      failed('alert', [hello({ cipherSuites: [0xc02b, 0xc02c] }), alert('server', 40)]),
    ],
    [
      'S14',
      'a short Diffie-Hellman prime',
      'weak-key',
      'weak-key',
      5,
      failed('alert', [
        hello({ cipherSuites: [0x009e, 0xc02f] }),
        chosen({ cipherSuite: 0x009e }),
        certificate(leaf),
        message('server', dhe(512)),
        alert('client', 40),
      ]),
    ],
    [
      'S15',
      'no RSA key exchange offered',
      'rsa-key-exchange-removed',
      'no-common-cipher',
      2,
      failed('alert', [hello({ cipherSuites: [0xc02f, 0xc030] }), alert('server', 40)]),
    ],
    [
      'S16',
      'no application protocol in common',
      'alpn-mismatch',
      'alpn-mismatch',
      2,
      failed('alert', [hello({ alpn: ['foo'] }), alert('server', 120)]),
    ],
    [
      'S17',
      'an unknown server name',
      'unrecognized-name',
      'unrecognized-name',
      2,
      failed('alert', [hello(), alert('server', 112)]),
    ],
    [
      'S18',
      'resumption without extended master secret',
      'extended-master-secret-missing',
      'bad-record-mac',
      1,
      failed('alert', [
        hello({ sessionId: new Uint8Array(32), extensions: [] }),
        chosen(),
        keyExchange,
        alert('server', 20),
      ]),
    ],
    [
      'S19',
      'a DHE handshake that breaks',
      'dhe-intermittent',
      'bad-record-mac',
      6,
      failed('alert', [
        hello(),
        chosen({ cipherSuite: 0x009e }),
        certificate(leaf),
        message('server', dhe(2048)),
        done,
        keyExchange,
        changeCipher('client'),
        alert('server', 20),
      ]),
    ],
    [
      'S20',
      'an unknown issuer',
      'untrusted-root',
      'untrusted-root',
      5,
      failed('alert', [...flight(leaf), alert('client', 48)]),
    ],
    [
      'S20',
      'a silent refusal of the certificate',
      'silent-rejection',
      'connection-closed',
      5,
      failed('closed', [...flight(leaf), event('client', 'fin')]),
    ],
    [
      'S21',
      'an expired certificate',
      'expired-certificate',
      'expired-certificate',
      3,
      failed('alert', [...flight(issue({ ...leafWish, to: '2026-02-01T00:00:00Z' })), alert('client', 45)]),
    ],
    [
      'S22',
      'a certificate of the future',
      'not-yet-valid-certificate',
      'not-yet-valid-certificate',
      3,
      failed('alert', [...flight(issue({ ...leafWish, from: '2026-12-24T00:00:00Z' })), alert('client', 45)]),
    ],
    [
      'S23',
      'a certificate for another name',
      'name-mismatch',
      'name-mismatch',
      3,
      failed('alert', [...flight(issue({ ...leafWish, names: ['other.example'] })), alert('client', 42)]),
    ],
    [
      'S24',
      'a revoked certificate',
      'revoked-certificate',
      'revoked-certificate',
      5,
      failed('alert', [...flight(leaf), alert('client', 44)]),
    ],
    [
      'S25',
      'a client that waits and closes',
      'revocation-unreachable',
      'connection-closed',
      5,
      failed('closed', [...flight(leaf), { kind: 'wait', seconds: 15 }, event('client', 'fin')]),
    ],
    [
      'S26',
      'a missing intermediate',
      'missing-intermediate',
      'incomplete-chain',
      3,
      failed('alert', [...flight(issue({ ...leafWish, issuer: middle })), alert('client', 48)]),
    ],
    [
      'S27',
      'a SHA-1 signature',
      'weak-signature',
      'weak-signature',
      3,
      failed('alert', [...flight(issue({ ...leafWish, hash: 'sha1' }), root), alert('client', 42)]),
    ],
    [
      'S28',
      'a certificate for clients only',
      'wrong-key-usage',
      'wrong-key-usage',
      3,
      failed('alert', [...flight(issue({ ...leafWish, purposes: ['clientAuth'] })), alert('client', 43)]),
    ],
    [
      'S29',
      "a leaf with its CA's key",
      'ca-key-reused',
      'key-reused',
      3,
      failed('alert', [...flight(issue({ ...leafWish, keys: root.keys }), root), alert('client', 48)]),
    ],
    [
      'S30',
      'a Certificate message beyond the limit',
      'message-limit',
      'malformed-message',
      3,
      failed('alert', [
        hello(),
        chosen(),
        message('server', certificateMessage(leaf), 40_000),
        alert('client', 50),
      ]),
    ],
    [
      'S32',
      'no client certificate (TLS 1.2)',
      'client-certificate-missing',
      'client-certificate-missing',
      5,
      failed('alert', [
        hello(),
        chosen(),
        certificate(leaf),
        request(),
        message('client', certificateMessage(), 7),
        keyExchange,
        alert('server', 40),
      ]),
    ],
    [
      'S33',
      'no client certificate (TLS 1.3)',
      'client-certificate-missing-late',
      'client-certificate-missing',
      4,
      failed('alert', [
        message('client', clientHello()),
        chosen({ negotiatedVersion: 0x0304 }),
        { kind: 'sealed', from: 'client', contentType: 23, bytes: 80 },
        alert('server', 116),
      ]),
    ],
    [
      'S32',
      'no client certificate, which GnuTLS calls a message it cannot decode',
      'client-certificate-missing',
      'client-certificate-missing',
      5,
      failed('alert', [
        hello(),
        chosen(),
        certificate(leaf),
        request(),
        message('client', certificateMessage(), 7),
        keyExchange,
        alert('server', 50),
      ]),
    ],
    [
      'S33',
      'a record of an alert’s size after the client had finished',
      'late-refusal',
      null,
      4,
      established([
        message('client', clientHello()),
        chosen({ negotiatedVersion: 0x0304 }),
        { kind: 'sealed', from: 'client', contentType: 23, bytes: 69 },
        { kind: 'sealed', from: 'server', contentType: 23, bytes: 19 },
        event('server', 'fin'),
      ]),
    ],
    [
      'S34',
      'an untrusted client certificate',
      'client-certificate-refused',
      'untrusted-root',
      7,
      failed('alert', [
        hello(),
        chosen(),
        certificate(leaf),
        request(),
        message('client', certificateMessage(issue({ name: 'client', issuer: root })), 900),
        keyExchange,
        alert('server', 48),
      ]),
    ],
    [
      'S35',
      'a list of issuers at its limit',
      'issuer-list-truncated',
      'client-certificate-missing',
      4,
      failed('alert', [
        hello(),
        chosen(),
        certificate(leaf),
        request({ authorities: names, authoritiesLength: 16_300 }),
        message('client', certificateMessage(), 7),
        keyExchange,
        alert('server', 40),
      ]),
    ],
    [
      'S36',
      'issuers the client has no certificate of',
      'issuer-list-not-matching',
      'client-certificate-missing',
      4,
      failed('alert', [
        hello(),
        chosen(),
        certificate(leaf),
        request({ authorities: names, authoritiesLength: 22 }),
        message('client', certificateMessage(), 7),
        keyExchange,
        alert('server', 40),
      ]),
    ],
    [
      'S37',
      'a server that closes after the hello',
      'private-key-unusable',
      'connection-closed',
      2,
      failed('closed', [hello(), event('server', 'fin')]),
    ],
    [
      'S38',
      'a TLS 1.3 key that cannot sign',
      'tls13-key-provider',
      'connection-closed',
      1,
      failed('closed', [message('client', clientHello()), event('server', 'fin')]),
    ],
    [
      'S39',
      'a client certificate wanted too late',
      'post-handshake-authentication-refused',
      null,
      5,
      established([
        message('client', clientHello()),
        chosen({ negotiatedVersion: 0x0304 }),
        { kind: 'sealed', from: 'client', contentType: 23, bytes: 70 },
        { kind: 'sealed', from: 'client', contentType: 23, bytes: 300 },
        event('server', 'rst', 60),
      ]),
    ],
    [
      'S78',
      'a key exchange sent twice',
      'key-exchange-twice',
      null,
      6,
      established([...flight(leaf), keyExchange, keyExchange]),
    ],
    [
      'S78',
      'a whole flight that is not answered',
      'flight-not-answered',
      'stalled-flight',
      4,
      failed('stalled', flight(leaf)),
    ],
    [
      'S40',
      'a refused renegotiation',
      'renegotiation-refused',
      null,
      10,
      established([...flight(leaf), ...answer, alert('server', 100, 1)]),
    ],
    [
      'S41',
      'a session that is not resumed',
      'resumption-not-used',
      null,
      1,
      established([
        hello({ sessionTicket: new Uint8Array(100) }),
        chosen(),
        certificate(leaf),
        done,
        ...answer,
      ]),
    ],
    [
      'S42',
      'an altered record',
      'bad-record-mac',
      'bad-record-mac',
      8,
      failed('alert', [
        ...flight(leaf),
        keyExchange,
        changeCipher('client'),
        { kind: 'sealed', from: 'client', contentType: 22, bytes: 40 },
        alert('server', 20),
      ]),
    ],
    [
      'S07',
      'one group beside suites of TLS 1.2 that need none, at a server that chooses TLS 1.3',
      'no-common-group',
      'no-common-group',
      2,
      failed('alert', [
        message('client', clientHello({ supportedVersions: [0x0304, 0x0303], supportedGroups: [0x1d] })),
        alert('server', 40),
      ]),
    ],
    [
      'S07',
      'one group, refused with unexpected_message (JSSE)',
      'no-common-group',
      'no-common-group',
      2,
      failed('alert', [
        message('client', clientHello({ supportedVersions: [0x0304, 0x0303], supportedGroups: [0x1d] })),
        alert('server', 10),
      ]),
    ],
    [
      'S43',
      'a message at the wrong time',
      'unexpected-message',
      'malformed-message',
      3,
      failed('alert', [hello(), chosen(), chosen(), alert('client', 10)]),
    ],
    [
      'S44',
      'an internal error',
      'internal-error',
      'peer-alert',
      2,
      failed('alert', [hello(), alert('server', 80)]),
    ],
    [
      'S45',
      'a dismissed prompt',
      'user-canceled',
      'user-canceled',
      5,
      failed('alert', [...flight(leaf), alert('client', 90)]),
    ],
    [
      'S20',
      'a connection closed by the client without a byte of data',
      'closed-unused',
      null,
      11,
      established([
        ...flight(leaf),
        ...answer,
        { kind: 'sealed', from: 'client', contentType: 21, bytes: 31 },
        event('client', 'fin'),
      ]),
    ],
    [
      'S20',
      'a refusal in an encrypted alert behind both Finished (NSS)',
      'closed-unused',
      null,
      10,
      established([
        ...flight(issue({ ...leafWish, from: '2024-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' })),
        ...answer,
        { kind: 'sealed', from: 'client', contentType: 21, bytes: 31 },
        event('server', 'fin'),
      ]),
    ],
    [
      'S46',
      'no closing alert',
      'missing-close-notify',
      null,
      11,
      established(
        [
          ...flight(leaf),
          ...answer,
          { kind: 'sealed', from: 'server', contentType: 23, bytes: 900 },
          event('server', 'fin'),
        ],
        { applicationBytes: 900 },
      ),
    ],
    [
      'S47',
      'a message that breaks the rules',
      'malformed-message',
      'malformed-message',
      1,
      failed('alert', [hello(), alert('server', 47)]),
    ],
    [
      'S48',
      'a hello in SSLv2 format',
      'sslv2-hello',
      'no-answer',
      1,
      failed('no-answer', [hello({ sslv2: true, version: 0x0002 })]),
    ],
    [
      'S49',
      'a record that is too long',
      'record-overflow-alert',
      'malformed-message',
      2,
      failed('alert', [hello(), alert('server', 22)]),
    ],
    [
      'S50',
      'a delivery that ends inside a header',
      'delivery-cut-short',
      'malformed-message',
      3,
      failed('alert', [
        hello(),
        chosen(),
        { kind: 'sealed', from: 'server', contentType: 22, bytes: -2 },
        alert('client', 50),
      ]),
    ],
    [
      'S51',
      'a reset after the hello',
      'reset-after-hello',
      'connection-reset',
      4,
      failed('reset', [...syns, hello(), event('server', 'rst', 60)]),
    ],
    [
      'S51',
      'a reset with another TTL',
      'injected-reset',
      'connection-reset',
      4,
      failed('reset', [...syns, hello(), event('server', 'rst', 125)]),
    ],
    [
      'S52',
      'a FIN after the hello',
      'closed-after-hello',
      'connection-closed',
      2,
      failed('closed', [hello(), event('server', 'fin')]),
    ],
    ['S53', 'silence', 'no-answer', 'no-answer', 1, failed('no-answer', [hello()])],
    [
      'S53',
      'a UDP port where nobody listens',
      'unreachable',
      'no-answer',
      2,
      failed('no-answer', [hello(), icmp('server', 'port')], { transport: 'udp' }),
    ],
    [
      'S53',
      'a filter that refuses',
      'unreachable',
      'no-answer',
      2,
      failed('no-answer', [hello(), icmp('server', 'prohibited', '10.9.9.9')]),
    ],
    [
      'S53',
      'packets that go in circles',
      'expired-on-the-way',
      'no-answer',
      2,
      failed('no-answer', [hello(), icmp('server', 'expired', '10.9.9.9')]),
    ],
    [
      'S55',
      'a flight too big for the way',
      'packet-too-big',
      'stalled-flight',
      3,
      failed('stalled', [hello(), chosen(), icmp('client', 'too-big', '10.9.9.9')]),
    ],
    [
      'S54',
      'a large hello that vanishes',
      'big-client-hello',
      'connection-reset',
      3,
      failed('reset', [
        ...syns,
        message('client', clientHello({ keyShares: [0x11ec, 0x1d] }), 1700, 2),
        event('server', 'rst', 60),
      ]),
    ],
    [
      'S55',
      'full-size segments that never arrive',
      'mtu-black-hole',
      'stalled-flight',
      3,
      failed(
        'stalled',
        [
          hello(),
          chosen(),
          event('server', 'retransmission', -1, 1460, 85),
          event('server', 'retransmission', -1, 1460, 85),
        ],
        { acknowledged: { server: 85 } },
      ),
    ],
    [
      'S56',
      'plain HTTP to a TLS port',
      'plaintext-to-tls-port',
      'not-tls',
      1,
      failed('not-tls', [
        { kind: 'raw', from: 'client', text: 'GET / HTTP/1.1\r\n\r\n' },
        alert('server', 10),
      ]),
    ],
    [
      'S57',
      'TLS to a mail port',
      'tls-to-plaintext-port',
      'not-tls',
      2,
      failed('not-tls', [hello(), { kind: 'raw', from: 'server', text: '220 mail.example ESMTP\r\n' }]),
    ],
    [
      'S61',
      'an intercepting proxy',
      'interception',
      null,
      3,
      established([
        hello(),
        chosen(),
        certificate(issue({ ...leafWish, issuer: issue({ name: 'Zscaler Root CA', ca: true }) })),
        done,
        ...answer,
      ]),
    ],
    [
      'S62',
      'a reset after a long pause',
      'idle-reset',
      null,
      10,
      established([...flight(leaf), ...answer, { kind: 'wait', seconds: 400 }, event('client', 'rst', 128)]),
    ],
    [
      'S63',
      'one direction only',
      'one-sided-capture',
      'one-sided-capture',
      1,
      incomplete([chosen(), certificate(leaf)], { unseen: 'client' }),
    ],
    [
      'S63',
      'cut packets',
      'truncated-capture',
      'truncated-capture',
      2,
      incomplete([hello(), chosen()], {
        gaps: { server: [{ start: 60, end: 85, packet: 2, reason: 'truncated' }] },
      }),
    ],
    [
      'S63',
      'missing packets',
      'capture-gap',
      'capture-gap',
      2,
      incomplete([hello(), chosen()], {
        gaps: { server: [{ start: 60, end: 85, packet: 2, reason: 'not-captured' }] },
      }),
    ],
    [
      'S63',
      'a clock that jumps back',
      'clock-step',
      null,
      2,
      established([hello(), { kind: 'wait', seconds: -100 }, chosen(), certificate(leaf), done, ...answer]),
    ],
    [
      'S73',
      'AES and NIST curves only',
      'fips-mode',
      'no-common-cipher',
      2,
      failed('alert', [
        hello({ cipherSuites: [0xc02f, 0xc030], supportedGroups: [0x17, 0x18] }),
        alert('server', 40),
      ]),
    ],
    [
      'S74',
      'a DTLS cookie loop',
      'dtls-cookie-loop',
      'no-answer',
      2,
      failed('no-answer', [hello(), verifyRequest(), hello(), verifyRequest(), hello()], {
        transport: 'udp',
      }),
    ],
    [
      'S75',
      'QUIC without answer',
      'quic-no-answer',
      'no-answer',
      1,
      failed('no-answer', [message('client', clientHello())], { transport: 'quic', unseen: 'server' }),
    ],
    [
      'S14',
      'a prime below the minimum of Windows',
      'key-limit',
      'weak-key',
      4,
      failed('alert', [
        hello({ cipherSuites: [0x009e] }),
        chosen({ cipherSuite: 0x009e }),
        certificate(leaf),
        message('server', dhe(512)),
        alert('client', 71),
      ]),
    ],
    [
      'S17',
      'a warning about the name',
      'unrecognized-name-warning',
      null,
      2,
      established([hello(), alert('server', 112, 1), chosen(), certificate(leaf), done, ...answer]),
    ],
    [
      'S31',
      'a stapled response that did not come',
      'stapling-missing',
      null,
      3,
      established([...flight(issue({ ...leafWish, mustStaple: true })), ...answer]),
    ],
    [
      'S31',
      'a refusal for want of a stapled response',
      'stapling-missing',
      'stapling-missing',
      5,
      failed('alert', [
        hello({ extensions: [{ type: 5, data: new Uint8Array(5) }] }),
        chosen(),
        certificate(issue({ ...leafWish, mustStaple: true })),
        done,
        alert('client', 42),
      ]),
    ],
    [
      'S41',
      'a pre-shared key the server does not know',
      'unknown-session-key',
      'resumption-refused',
      2,
      failed('alert', [hello(), alert('server', 115)]),
    ],
    [
      'S42',
      'a wrong signature',
      'bad-signature',
      'bad-signature',
      5,
      failed('alert', [
        hello(),
        chosen(),
        certificate(leaf),
        message('server', { ...dhe(2048), exchange: 'ecdhe', group: 0x17, bits: null }),
        alert('client', 51),
      ]),
    ],
    [
      'S47',
      'an unusual record version',
      'record-version-oddity',
      'connection-reset',
      1,
      failed('reset', [hello(), event('server', 'rst', 60)], { recordVersion: 0x0399 }),
    ],
    [
      'S49',
      'a record longer than allowed',
      'record-overflow',
      'malformed-message',
      2,
      failed('alert', [
        hello(),
        { kind: 'sealed', from: 'server', contentType: 23, bytes: 40_000 },
        alert('client', 22),
      ]),
    ],
    [
      'S52',
      'a close in the middle',
      'ended-without-alert',
      'connection-closed',
      7,
      failed('closed', [...flight(leaf), keyExchange, changeCipher('client'), event('server', 'fin')]),
    ],
    [
      'S53',
      'packets that vanish',
      'retransmissions-unanswered',
      'no-answer',
      2,
      failed(
        'no-answer',
        [hello(), event('client', 'retransmission', -1, 305), event('client', 'retransmission', -1, 305)],
        { acknowledged: { client: 0 } },
      ),
    ],
    [
      'S55',
      'a flight that stops',
      'stalled-flight',
      'stalled-flight',
      2,
      failed('stalled', [hello(), chosen()]),
    ],
    ['S63', 'a capture that ends early', 'capture-ends', 'unknown', 2, incomplete([hello(), chosen()], {})],
    [
      'S63',
      'bytes that were lost',
      'gaps-beside-verdict',
      'stalled-flight',
      2,
      failed('stalled', [hello(), chosen()], {
        gaps: { server: [{ start: 85, end: 1545, packet: 2, reason: 'lost' }] },
      }),
    ],
    [
      'S63',
      'segments joined by the card',
      'giant-frames',
      'unrecognized-name',
      1,
      failed('alert', [message('client', clientHello(), 20_000), alert('server', 112)]),
    ],
    [
      'S63',
      'segments out of order',
      'capture-disorder',
      'unrecognized-name',
      2,
      failed('alert', [hello(), event('client', 'reordered'), alert('server', 112)]),
    ],
    [
      'S76',
      'no secure renegotiation',
      'unsafe-legacy-renegotiation',
      'unsafe-renegotiation',
      2,
      failed('alert', [hello(), chosen({ extensions: [] }), alert('client', 40)]),
    ],
  ] as const
).map(([scenario, title, rule, cause, packet, build]) => ({ scenario, title, rule, cause, packet, build }))

/** A good handshake of each version, and one that resumes: nothing is wrong with them. */
export const goodHandshakes: readonly (readonly [string, Scenario['build']])[] = [
  ['TLS 1.2', established([...flight(leaf, root), ...answer])],
  [
    'TLS 1.2 resumed',
    established([
      hello({ sessionId: new Uint8Array(32) }),
      chosen(),
      changeCipher('server'),
      finished('server'),
      changeCipher('client'),
      finished('client'),
    ]),
  ],
  [
    'TLS 1.3',
    established([
      message('client', clientHello()),
      chosen({ negotiatedVersion: 0x0304, cipherSuite: 0x1301 }),
      { kind: 'sealed', from: 'server', contentType: 23, bytes: 2000 },
      { kind: 'sealed', from: 'client', contentType: 23, bytes: 70 },
    ]),
  ],
]

function verifyRequest(): Step {
  return message('server', { kind: 'hello-verify-request', version: 0xfeff, cookie: new Uint8Array(20) }, 23)
}

function downgraded(): Uint8Array {
  const random = new Uint8Array(32)
  random.set([0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 1], 24)
  return random
}
