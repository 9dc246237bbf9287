// Whole reports for tests of printers, filters and the page: one conversation that failed, one established, one incomplete.
// Sizes, names and times are those of recorded handshakes; addresses are documentation ranges.

import type {
  CaptureSummary,
  ModelOptions,
  Report,
  ReportAttribute,
  ReportCall,
  ReportCertificate,
  ReportConversation,
  ReportMessage,
  ReportToken,
} from '../../shared/contract/report.ts'

const isc = ['ISC_REQ_REPLAY_DETECT', 'ISC_REQ_SEQUENCE_DETECT', 'ISC_REQ_CONFIDENTIALITY', 'ISC_REQ_STREAM']
const iscReturned = [
  'ISC_RET_REPLAY_DETECT',
  'ISC_RET_SEQUENCE_DETECT',
  'ISC_RET_CONFIDENTIALITY',
  'ISC_RET_STREAM',
]
const asc = ['ASC_REQ_REPLAY_DETECT', 'ASC_REQ_SEQUENCE_DETECT', 'ASC_REQ_CONFIDENTIALITY', 'ASC_REQ_STREAM']
const ascReturned = [
  'ASC_RET_REPLAY_DETECT',
  'ASC_RET_SEQUENCE_DETECT',
  'ASC_RET_CONFIDENTIALITY',
  'ASC_RET_STREAM',
]

const emptyOutput = [
  { type: 'SECBUFFER_TOKEN', bytes: null },
  { type: 'SECBUFFER_ALERT', bytes: null },
]

const callDefaults: ReportCall = {
  n: 1,
  ordinal: 1,
  handshake: 1,
  function: 'InitializeSecurityContext',
  time: null,
  handle: 'held',
  tokens: [],
  packets: [],
  carried: 0,
  requested: [],
  returned: [],
  assumption: null,
  input: { before: [], after: [] },
  output: { before: [], after: [] },
  outToken: null,
  status: 'SEC_E_OK',
  code: '0x00000000',
  basis: 'documented',
  source: 'schannel §4.1 row 1',
  alternatives: [],
  state: '',
  messages: [],
}

function connectionInfo(protocol: string): ReportAttribute {
  return {
    name: 'SECPKG_ATTR_CONNECTION_INFO',
    code: '0x5a',
    value: `${protocol}, AES 256, ECDH 255`,
    basis: 'assumed',
    status: 'SEC_E_OK',
    source: 'schannel §7.1',
    fields: [{ name: 'dwProtocol', value: protocol }],
    note: null,
  }
}

const streamSizes: ReportAttribute = {
  name: 'SECPKG_ATTR_STREAM_SIZES',
  code: '0x04',
  value: 'header 5, trailer 17, maximum 16384',
  basis: 'assumed',
  status: 'SEC_E_OK',
  source: 'schannel §7.2',
  fields: [{ name: 'cbHeader', value: '5' }],
  note: null,
}

/** Input buffers before a call: the peer's bytes and the empty slot. */
function offered(bytes: number): ReportCall['input']['before'] {
  return [
    { type: 'SECBUFFER_TOKEN', bytes },
    { type: 'SECBUFFER_EMPTY', bytes: 0 },
  ]
}

function put(bytes: number): ReportCall['output'] {
  return {
    before: emptyOutput,
    after: [
      { type: 'SECBUFFER_TOKEN', bytes },
      { type: 'SECBUFFER_ALERT', bytes: 0 },
    ],
  }
}

function clientCall(fields: Partial<ReportCall>): ReportCall {
  return { ...callDefaults, requested: isc, returned: iscReturned, ...fields }
}

function serverCall(fields: Partial<ReportCall>): ReportCall {
  return {
    ...callDefaults,
    function: 'AcceptSecurityContext',
    requested: asc,
    returned: ascReturned,
    ...fields,
  }
}

function deleted(fields: Partial<ReportCall>): ReportCall {
  return {
    ...callDefaults,
    function: 'DeleteSecurityContext',
    handle: 'deleted',
    source: 'schannel §6.5',
    state: 'deleted',
    ...fields,
  }
}

const waiting = { status: 'SEC_I_CONTINUE_NEEDED', code: '0x00090312' } as const

function message(fields: Partial<ReportMessage> & Pick<ReportMessage, 'from' | 'name'>): ReportMessage {
  return {
    handshake: 1,
    token: null,
    packets: [],
    stream: [0, 0],
    contentType: 22,
    type: null,
    summary: null,
    note: null,
    bytes: 0,
    protection: 'plain',
    encrypted: false,
    verified: null,
    malformed: null,
    dtls: null,
    ...fields,
  }
}

function token(fields: Partial<ReportToken> & Pick<ReportToken, 'id' | 'from' | 'bytes'>): ReportToken {
  return {
    kind: 'handshake',
    stream: [0, fields.bytes],
    packets: [],
    time: null,
    until: fields.time ?? null,
    records: [],
    ...fields,
  }
}

const serverCertificate: ReportCertificate = {
  sha256: '2356042bb953a4d54261a3d66c8fe9a5d78c0baf8dd0e8ca7ecbaf45b5eacfbb',
  subject: 'O=Lab, CN=server.example',
  issuer: 'CN=otherca Root',
  serial: '008fd1c546bd570ea7',
  notBefore: '2026-11-22T10:12:40.000000000Z',
  notAfter: '2027-11-22T10:12:40.000000000Z',
  san: ['DNS:server.example'],
  keyType: 'RSA',
  keyBits: 2048,
  signature: 'sha256WithRSAEncryption',
  keyUsage: null,
  extendedKeyUsage: ['serverAuth'],
  isCa: false,
  selfSigned: false,
  subjectKeyId: '7c2b67405e1de993c121800cd1aa5821d6ef82ec',
  authorityKeyId: 'a0f0b6a5520c7d46cd7d612ef4b74eb09f93f4e6',
  checks: [
    {
      check: 'validity',
      verdict: 'ok',
      status: null,
      text: 'Valid at capture time: 2026-11-22 to 2027-11-22',
    },
    {
      check: 'name',
      verdict: 'ok',
      status: null,
      text: 'server.example is in the subject alternative names',
    },
    {
      check: 'usage',
      verdict: 'ok',
      status: null,
      text: 'Extended key usage allows server authentication',
    },
    {
      check: 'chain',
      verdict: 'cannot-tell',
      status: 'SEC_E_UNTRUSTED_ROOT',
      text: 'The issuer CN=otherca Root was not sent; whether the client trusts it cannot be seen',
    },
  ],
  der: 'MIIDPjCCAiagAwIBAgIJAI/RxUa9Vw6nMA0GCSqGSIb3DQEBCwUAMBcxFTATBgNVBAMMDG90aGVyY2EgUm9vdDAeFw0yNjExMjIxMDEyNDBaFw0yNzExMjIxMDEyNDBaMCcxDDAKBgNVBAoMA0xhYjEXMBUGA1UEAwwOc2VydmVyLmV4YW1wbGUwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC2pmaPysyg6a6LpkibE1N9GZ0t3XSGZp8cGlnHZG8dYdlgT0UmpeqPrG40cdKolimtT9iyJoq1f0SOsdGj0PnAESR7WDu3Z0EAQIQ3SP78XKvzb39jhiiXTVwFsPWYLaxIWNDRQYgs7O4oB88CeUGUaMfrBUJgoH0XbQDVT369V6XYQsygSEND2s2o3haXaPprhRcf30rqCW5jXRoMqZ7eB2Cp/3DGrNMj+yN8eeXZ1nZaAqt8F/+QoSx6wiItWZWqgCIGyh/XCabFexV9SzAAhzFjIxjpBmZQQSw2h/aHvXuBqZcLxPMyPhZf+MalBPCYPivBoylOskKJE2gDG1dnAgMBAAGjfTB7MBkGA1UdEQQSMBCCDnNlcnZlci5leGFtcGxlMBMGA1UdJQQMMAoGCCsGAQUFBwMBMAkGA1UdEwQCMAAwHQYDVR0OBBYEFHwrZ0BeHemTwSGADNGqWCHW74LsMB8GA1UdIwQYMBaAFKDwtqVSDH1GzX1hLvS3TrCfk/TmMA0GCSqGSIb3DQEBCwUAA4IBAQAATQEUINJPKM/G4ws62OuyUf1fW7QZrvgFiSaxtQTnf10Le0FcVn4CJp0lMNptqGhZAhZcaOdqe0LGmBMTl5a+SE2f/QJ7EzDhaGBRQuCJ7arQRIMbp4g+L6dwlld1Azh5HHdFfl11SzYBUNqWVIK/QJQUFu3/bkUbetQNCIdFwugQQy01HhxF1cVYoK7vsNoanQsPtpTLBjYZi1rnQOj1q8OTvIGxcjGKUMitYr4swhMwNmYjX+FSSYWY5PgDFXc5NbEWLtOkudKYXY33iIvtOwbcwFKtbAhafTtaQDmn1vULm7LqPzeV4eY2r4RPBJocmRZaarEHaw471wS2alZt',
}

/** TLS 1.2: the client ends it with alert 48, because it does not know the issuer of the server's certificate. */
export const failedConversation: ReportConversation = {
  id: 20,
  key: 'tcp-5f0c2a31-20',
  parent: null,
  transport: 'tcp',
  client: { address: '192.0.2.31', port: 34104 },
  server: { address: '198.51.100.17', port: 20175 },
  start: '2026-11-22T10:14:03.595287000Z',
  durationMs: 6.422,
  packets: 11,
  tunnels: [],
  carrier: { name: 'none', steps: [] },
  inside: null,
  holds: [],
  handshakes: [
    {
      n: 1,
      kind: 'initial',
      protocol: 'TLS 1.2',
      serverName: 'server.example',
      cipherSuite: { code: '0xc030', name: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' },
      group: 'x25519',
      alpn: { offered: [], chosen: null, visible: true },
      resumed: false,
      clientRandom: '884bdc15225b227ca9e12a86565b7285e5a233d15c843871fe2fadeed8819a74',
      outcome: 'failed',
    },
  ],
  protocol: 'TLS 1.2',
  serverName: 'server.example',
  cipherSuite: { code: '0xc030', name: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' },
  group: 'x25519',
  alpn: { offered: [], chosen: null, visible: true },
  resumed: false,
  ja3: '9c815150ea821166faecf80757d8826a',
  ja3s: '303951d4c50efb2e991652225a6f02b1',
  ja4: 't13d311100_e8f1e7e78f70_d41ae481755e',
  history: 'CsxknLFf',
  outcome: 'failed',
  failure: {
    by: 'schannel',
    side: 'client',
    cause: 'untrusted-root',
    confidence: 'observed',
    handshake: 1,
    call: 2,
    status: 'SEC_E_UNTRUSTED_ROOT',
    code: '0x80090325',
    trigger: { packet: 223 },
    packet: 225,
    summary: 'The client gave up: it does not trust the issuer of the server certificate, “otherca Root”.',
    candidates: [
      {
        cause: 'untrusted-root',
        confidence: 'observed',
        finding: 1,
        lookNext: 'The client’s Trusted Root store',
      },
      {
        cause: 'incomplete-chain',
        confidence: 'possible',
        finding: null,
        lookNext: 'Whether “otherca Root” is an intermediate that the server should send',
      },
    ],
  },
  alerts: [{ from: 'client', packet: 225, level: 2, code: 48, name: 'unknown_ca', protection: 'plain' }],
  uninspectedRecords: 0,
  contexts: {
    client: {
      final: 'SEC_E_UNTRUSTED_ROOT',
      calls: [
        clientCall({
          n: 1,
          ordinal: 1,
          time: '2026-11-22T10:14:03.599566000Z',
          handle: 'new',
          packets: [221],
          output: put(320),
          outToken: 1,
          ...waiting,
          source: 'schannel §4.1 row 1',
          state: 'awaits ServerHello',
        }),
        clientCall({
          n: 2,
          ordinal: 2,
          time: '2026-11-22T10:14:03.601195000Z',
          tokens: [{ token: 2, start: 0, end: 1233 }],
          packets: [223],
          input: { before: offered(1233), after: offered(1233) },
          output: put(7),
          outToken: 3,
          status: 'SEC_E_UNTRUSTED_ROOT',
          code: '0x80090325',
          basis: 'documented',
          source: 'schannel §6.3 row 12',
          assumption: 'Schannel validates the certificate inside the call (automatic validation)',
          alternatives: [
            {
              status: 'CERT_E_UNTRUSTEDROOT',
              code: '0x800B0109',
              basis: 'seen-in-apps',
              when: 'the application validates by itself after SEC_E_OK',
            },
          ],
          state: 'failed',
          messages: [1, 2, 3, 4],
        }),
        deleted({ n: 3, ordinal: 1, time: '2026-11-22T10:14:03.601627000Z', packets: [226] }),
      ],
    },
    server: {
      final: 'SEC_E_UNTRUSTED_ROOT',
      calls: [
        serverCall({
          n: 1,
          ordinal: 1,
          time: '2026-11-22T10:14:03.599566000Z',
          handle: 'new',
          tokens: [{ token: 1, start: 0, end: 320 }],
          packets: [221],
          input: { before: offered(320), after: offered(320) },
          output: put(1233),
          outToken: 2,
          ...waiting,
          source: 'schannel §4.1 row 2',
          state: 'awaits ClientKeyExchange',
          messages: [0],
        }),
        serverCall({
          n: 2,
          ordinal: 2,
          time: '2026-11-22T10:14:03.601587000Z',
          tokens: [{ token: 3, start: 320, end: 327 }],
          packets: [225],
          input: { before: offered(7), after: offered(7) },
          output: {
            before: emptyOutput,
            after: [
              { type: 'SECBUFFER_TOKEN', bytes: 0 },
              { type: 'SECBUFFER_ALERT', bytes: 0 },
            ],
          },
          status: 'SEC_E_UNTRUSTED_ROOT',
          code: '0x80090325',
          basis: 'documented',
          source: 'schannel §6.1 row 48',
          alternatives: [
            {
              status: 'SEC_E_ILLEGAL_MESSAGE',
              code: '0x80090326',
              basis: 'seen-on-windows',
              when: 'current Windows reports most received alerts so (schannel §6.2)',
            },
          ],
          state: 'failed',
          messages: [5],
        }),
        deleted({ n: 3, ordinal: 1, time: '2026-11-22T10:14:03.601696000Z', packets: [227] }),
      ],
    },
  },
  tokens: [
    token({
      id: 1,
      from: 'client',
      bytes: 320,
      packets: [221],
      time: '2026-11-22T10:14:03.599566000Z',
      records: [{ contentType: 22, bytes: 320, protection: 'plain' }],
    }),
    token({
      id: 2,
      from: 'server',
      bytes: 1233,
      packets: [223],
      time: '2026-11-22T10:14:03.601195000Z',
      records: [
        { contentType: 22, bytes: 70, protection: 'plain' },
        { contentType: 22, bytes: 849, protection: 'plain' },
        { contentType: 22, bytes: 305, protection: 'plain' },
        { contentType: 22, bytes: 9, protection: 'plain' },
      ],
    }),
    token({
      id: 3,
      from: 'client',
      kind: 'alert',
      bytes: 7,
      stream: [320, 327],
      packets: [225],
      time: '2026-11-22T10:14:03.601587000Z',
      records: [{ contentType: 21, bytes: 7, protection: 'plain' }],
    }),
  ],
  messages: [
    message({
      from: 'client',
      token: 1,
      packets: [221],
      stream: [5, 320],
      type: 1,
      name: 'ClientHello',
      bytes: 315,
    }),
    message({
      from: 'server',
      token: 2,
      packets: [223],
      stream: [5, 70],
      type: 2,
      name: 'ServerHello',
      bytes: 65,
    }),
    message({
      from: 'server',
      token: 2,
      packets: [223],
      stream: [75, 919],
      type: 11,
      name: 'Certificate',
      bytes: 844,
    }),
    message({
      from: 'server',
      token: 2,
      packets: [223],
      stream: [924, 1224],
      type: 12,
      name: 'ServerKeyExchange',
      bytes: 300,
    }),
    message({
      from: 'server',
      token: 2,
      packets: [223],
      stream: [1229, 1233],
      type: 14,
      name: 'ServerHelloDone',
      bytes: 4,
    }),
    message({
      from: 'client',
      token: 3,
      packets: [225],
      stream: [325, 327],
      contentType: 21,
      type: 48,
      name: 'Alert unknown_ca',
      bytes: 2,
    }),
  ],
  transportEvents: [
    { time: '2026-11-22T10:14:03.595287000Z', packet: 218, from: 'client', kind: 'syn', bytes: 0, offset: 0 },
    { time: '2026-11-22T10:14:03.595311000Z', packet: 219, from: 'server', kind: 'syn', bytes: 0, offset: 0 },
    { time: '2026-11-22T10:14:03.601627000Z', packet: 226, from: 'client', kind: 'fin', bytes: 0, offset: 0 },
    { time: '2026-11-22T10:14:03.601696000Z', packet: 227, from: 'server', kind: 'fin', bytes: 0, offset: 0 },
  ],
  certificates: { server: [serverCertificate], client: [] },
  attributes: { client: [], server: [] },
  findings: [
    {
      id: 1,
      rank: 1,
      rule: 'untrusted-root',
      scenario: 'field C1',
      severity: 'error',
      side: 'client',
      confidence: 'observed',
      title: 'The client does not trust “otherca Root”',
      cause: 'untrusted-root',
      explanation:
        'The server sent one certificate, issued by “otherca Root”, and no issuer along with it. The client answered with alert 48 unknown_ca, which it sends when the chain ends in a root it does not have.',
      remedy:
        'Add “otherca Root” to the client’s Trusted Root store, or give the server a certificate from an authority the client already trusts.',
      lookNext: 'The client’s Trusted Root store',
      sets: [],
      neighbours: [],
      evidence: [
        {
          packet: 225,
          from: 'client',
          space: 'message',
          index: 5,
          offset: 0,
          length: 2,
          text: 'alert 48 unknown_ca',
        },
        {
          packet: 223,
          from: 'server',
          space: 'message',
          index: 2,
          offset: 49,
          length: 25,
          text: 'issuer CN=otherca Root',
        },
        {
          packet: 223,
          from: 'server',
          space: 'certificate',
          index: 0,
          offset: null,
          length: null,
          text: '1 certificate only',
        },
      ],
      windows: {
        status: 'SEC_E_UNTRUSTED_ROOT',
        events: [
          {
            id: 36882,
            on: 'client',
            alert: null,
            logging: 'errors',
            text: 'Untrusted certificate authority',
          },
          { id: 36888, on: 'client', alert: 48, logging: 'errors', text: 'A fatal alert was generated' },
          { id: 36887, on: 'server', alert: 48, logging: 'errors', text: 'A fatal alert was received' },
        ],
        apps: [
          {
            app: '.NET',
            text: 'The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot',
          },
        ],
      },
    },
  ],
}

/** TLS 1.3 without keys: flights after ServerHello are sealed; both sides reached SEC_E_OK. */
export const establishedConversation: ReportConversation = {
  id: 2,
  key: 'tcp-0b7e4410-2',
  parent: null,
  transport: 'tcp',
  client: { address: '2001:db8:85a3::7348', port: 53766 },
  server: { address: '2001:db8:f00d:42::11', port: 20014 },
  start: '2026-11-22T10:12:47.250230000Z',
  durationMs: 9.743,
  packets: 11,
  tunnels: [],
  carrier: { name: 'none', steps: [] },
  inside: null,
  holds: [],
  handshakes: [
    {
      n: 1,
      kind: 'initial',
      protocol: 'TLS 1.3',
      serverName: 'www.contoso.example',
      cipherSuite: { code: '0x1302', name: 'TLS_AES_256_GCM_SHA384' },
      group: 'x25519',
      alpn: { offered: ['h2', 'http/1.1'], chosen: null, visible: false },
      resumed: false,
      clientRandom: '524810ec1536c8c30a6c9593b65cb746d6b2444b66d8cfb97a077f467b5ec80a',
      outcome: 'established',
    },
  ],
  protocol: 'TLS 1.3',
  serverName: 'www.contoso.example',
  cipherSuite: { code: '0x1302', name: 'TLS_AES_256_GCM_SHA384' },
  group: 'x25519',
  alpn: { offered: ['h2', 'http/1.1'], chosen: null, visible: false },
  resumed: false,
  ja3: '9c815150ea821166faecf80757d8826a',
  ja3s: 'f4febc55ea12b31ae17cfb7e614afda8',
  ja4: 't13d3112h2_e8f1e7e78f70_b26ce05bbdd6',
  history: 'Cs',
  outcome: 'established',
  failure: null,
  alerts: [],
  uninspectedRecords: 0,
  contexts: {
    client: {
      final: 'SEC_E_OK',
      calls: [
        clientCall({
          time: '2026-11-22T10:12:47.255297000Z',
          handle: 'new',
          packets: [12],
          output: put(320),
          outToken: 1,
          ...waiting,
          source: 'schannel §4.4 row 1',
          state: 'awaits ServerHello',
        }),
        clientCall({
          n: 2,
          ordinal: 2,
          time: '2026-11-22T10:12:47.258048000Z',
          tokens: [{ token: 2, start: 0, end: 1384 }],
          packets: [14],
          input: { before: offered(1384), after: offered(1384) },
          output: put(80),
          outToken: 3,
          basis: 'inferred',
          source: 'schannel §4.4 row 3',
          state: 'established',
          messages: [1, 2],
        }),
        clientCall({
          n: 3,
          ordinal: 1,
          function: 'DecryptMessage',
          requested: [],
          returned: [],
          time: '2026-11-22T10:12:47.259714000Z',
          tokens: [{ token: 4, start: 1384, end: 1894 }],
          packets: [17, 18],
          input: {
            before: [
              { type: 'SECBUFFER_DATA', bytes: 510 },
              { type: 'SECBUFFER_EMPTY', bytes: 0 },
              { type: 'SECBUFFER_EMPTY', bytes: 0 },
              { type: 'SECBUFFER_EMPTY', bytes: 0 },
            ],
            after: [
              { type: 'SECBUFFER_STREAM_HEADER', bytes: 5 },
              { type: 'SECBUFFER_DATA', bytes: 0 },
              { type: 'SECBUFFER_STREAM_TRAILER', bytes: 17 },
              { type: 'SECBUFFER_EXTRA', bytes: 510 },
            ],
          },
          status: 'SEC_I_RENEGOTIATE',
          code: '0x00090321',
          source: 'schannel §4.7',
          state: 'established',
        }),
      ],
    },
    server: {
      final: 'SEC_E_OK',
      calls: [
        serverCall({
          time: '2026-11-22T10:12:47.255297000Z',
          handle: 'new',
          tokens: [{ token: 1, start: 0, end: 320 }],
          packets: [12],
          input: { before: offered(320), after: offered(320) },
          output: put(1384),
          outToken: 2,
          ...waiting,
          source: 'schannel §4.4 row 2',
          state: 'awaits Finished',
          messages: [0],
        }),
        serverCall({
          n: 2,
          ordinal: 2,
          time: '2026-11-22T10:12:47.259240000Z',
          tokens: [{ token: 3, start: 320, end: 400 }],
          packets: [16],
          input: { before: offered(80), after: offered(80) },
          output: put(510),
          outToken: 4,
          source: 'schannel §4.4 row 4',
          state: 'established',
          messages: [3],
        }),
      ],
    },
  },
  tokens: [
    token({
      id: 1,
      from: 'client',
      bytes: 320,
      packets: [12],
      time: '2026-11-22T10:12:47.255297000Z',
      records: [{ contentType: 22, bytes: 320, protection: 'plain' }],
    }),
    token({
      id: 2,
      from: 'server',
      bytes: 1384,
      packets: [14],
      time: '2026-11-22T10:12:47.258048000Z',
      records: [
        { contentType: 22, bytes: 127, protection: 'plain' },
        { contentType: 20, bytes: 6, protection: 'plain' },
        { contentType: 23, bytes: 28, protection: 'sealed' },
        { contentType: 23, bytes: 863, protection: 'sealed' },
        { contentType: 23, bytes: 286, protection: 'sealed' },
        { contentType: 23, bytes: 74, protection: 'sealed' },
      ],
    }),
    token({
      id: 3,
      from: 'client',
      bytes: 80,
      stream: [320, 400],
      packets: [16],
      time: '2026-11-22T10:12:47.259240000Z',
      records: [
        { contentType: 20, bytes: 6, protection: 'plain' },
        { contentType: 23, bytes: 74, protection: 'sealed' },
      ],
    }),
    token({
      id: 4,
      from: 'server',
      bytes: 510,
      stream: [1384, 1894],
      packets: [17, 18],
      time: '2026-11-22T10:12:47.259654000Z',
      records: [
        { contentType: 23, bytes: 255, protection: 'sealed' },
        { contentType: 23, bytes: 255, protection: 'sealed' },
      ],
    }),
  ],
  messages: [
    message({
      from: 'client',
      token: 1,
      packets: [12],
      stream: [5, 320],
      type: 1,
      name: 'ClientHello',
      bytes: 315,
    }),
    message({
      from: 'server',
      token: 2,
      packets: [14],
      stream: [5, 127],
      type: 2,
      name: 'ServerHello',
      bytes: 122,
    }),
    message({
      from: 'server',
      token: 2,
      packets: [14],
      stream: [132, 133],
      contentType: 20,
      type: 1,
      name: 'ChangeCipherSpec',
      bytes: 1,
    }),
    message({
      from: 'client',
      token: 3,
      packets: [16],
      stream: [325, 326],
      contentType: 20,
      type: 1,
      name: 'ChangeCipherSpec',
      bytes: 1,
    }),
  ],
  transportEvents: [
    { time: '2026-11-22T10:12:47.250230000Z', packet: 9, from: 'client', kind: 'syn', bytes: 0, offset: 0 },
    { time: '2026-11-22T10:12:47.250260000Z', packet: 10, from: 'server', kind: 'syn', bytes: 0, offset: 0 },
  ],
  certificates: { server: null, client: null },
  attributes: {
    client: [connectionInfo('SP_PROT_TLS1_3_CLIENT'), streamSizes],
    server: [connectionInfo('SP_PROT_TLS1_3_SERVER'), streamSizes],
  },
  findings: [],
}

/** A ClientHello in two deliveries without an answer, and the capture ends too soon to call it a failure. */
export const incompleteConversation: ReportConversation = {
  id: 33,
  key: 'tcp-9d1200fe-33',
  parent: null,
  transport: 'tcp',
  client: { address: '192.0.2.88', port: 40122 },
  server: { address: '198.51.100.17', port: 20190 },
  start: '2026-11-22T10:15:30.101000000Z',
  durationMs: 310.25,
  packets: 6,
  tunnels: [],
  carrier: { name: 'none', steps: [] },
  inside: null,
  holds: [],
  handshakes: [
    {
      n: 1,
      kind: 'initial',
      protocol: null,
      serverName: null,
      cipherSuite: null,
      group: null,
      alpn: { offered: [], chosen: null, visible: false },
      resumed: null,
      clientRandom: '77aa10ec1536c8c30a6c9593b65cb746d6b2444b66d8cfb97a077f467b5ec80a',
      outcome: 'incomplete',
    },
  ],
  protocol: null,
  serverName: null,
  cipherSuite: null,
  group: null,
  alpn: { offered: [], chosen: null, visible: false },
  resumed: null,
  ja3: '9c815150ea821166faecf80757d8826a',
  ja3s: null,
  ja4: 't12i310900_e8f1e7e78f70_d41ae481755e',
  history: 'C',
  outcome: 'incomplete',
  failure: {
    by: 'transport',
    side: null,
    cause: 'no-answer',
    confidence: 'possible',
    handshake: 1,
    call: null,
    status: null,
    code: null,
    trigger: { packet: 567 },
    packet: 568,
    summary: 'The capture ends 0.3 s after the ClientHello, before an answer: it cannot tell.',
    candidates: [],
  },
  alerts: [],
  uninspectedRecords: 0,
  contexts: {
    client: {
      final: 'SEC_I_CONTINUE_NEEDED',
      calls: [
        clientCall({
          time: '2026-11-22T10:15:30.110000000Z',
          handle: 'new',
          packets: [566, 567],
          output: put(281),
          outToken: 1,
          ...waiting,
          source: 'schannel §4.1 row 1',
          state: 'awaits ServerHello',
        }),
      ],
    },
    server: {
      final: 'SEC_I_CONTINUE_NEEDED',
      calls: [
        serverCall({
          time: '2026-11-22T10:15:30.110000000Z',
          handle: 'none',
          tokens: [{ token: 1, start: 0, end: 200 }],
          packets: [566],
          input: {
            before: offered(200),
            after: [
              { type: 'SECBUFFER_TOKEN', bytes: 200 },
              { type: 'SECBUFFER_MISSING', bytes: 81 },
            ],
          },
          output: { before: emptyOutput, after: emptyOutput },
          status: 'SEC_E_INCOMPLETE_MESSAGE',
          code: '0x80090318',
          basis: 'inferred',
          source: 'schannel §5.1 row 5',
          state: 'no context yet',
        }),
        serverCall({
          n: 2,
          ordinal: 2,
          time: '2026-11-22T10:15:30.151000000Z',
          handle: 'new',
          tokens: [{ token: 1, start: 0, end: 281 }],
          packets: [567],
          carried: 200,
          input: { before: offered(281), after: offered(281) },
          output: {
            before: emptyOutput,
            after: [
              { type: 'SECBUFFER_TOKEN', bytes: null },
              { type: 'SECBUFFER_ALERT', bytes: 0 },
            ],
          },
          ...waiting,
          basis: 'inferred',
          source: 'schannel §4.1 row 2',
          state: 'its flight was not captured',
          messages: [0],
        }),
      ],
    },
  },
  tokens: [
    token({
      id: 1,
      from: 'client',
      bytes: 281,
      packets: [566, 567],
      time: '2026-11-22T10:15:30.110000000Z',
      records: [{ contentType: 22, bytes: 281, protection: 'plain' }],
    }),
  ],
  messages: [
    message({
      from: 'client',
      token: 1,
      packets: [566, 567],
      stream: [5, 281],
      type: 1,
      name: 'ClientHello',
      bytes: 276,
    }),
  ],
  transportEvents: [
    { time: '2026-11-22T10:15:30.101000000Z', packet: 563, from: 'client', kind: 'syn', bytes: 0, offset: 0 },
    { time: '2026-11-22T10:15:30.101040000Z', packet: 564, from: 'server', kind: 'syn', bytes: 0, offset: 0 },
    {
      time: '2026-11-22T10:15:30.360000000Z',
      packet: 568,
      from: 'client',
      kind: 'retransmission',
      bytes: 81,
      offset: 0,
    },
  ],
  certificates: { server: null, client: null },
  attributes: { client: [], server: [] },
  findings: [],
}

export const captureFixture: CaptureSummary = {
  file: 'lab-20261122.pcapng',
  format: 'pcapng',
  bytes: 1_412_340,
  packets: 570,
  flows: 35,
  first: '2026-11-22T10:12:44.213000000Z',
  last: '2026-11-22T10:15:32.411000000Z',
  warnings: [
    { code: 'truncated-file', offset: 1_412_208, packet: 571, text: 'The file breaks off inside packet 571' },
  ],
}

export const modelFixture: ModelOptions = {
  delivery: 'as-captured',
  partial: 'consume',
  statuses: 'documented',
  profile: { client: null, server: null },
  keys: 'none',
}

export const reportFixture: Report = {
  schema: 'handshake-report/1',
  tool: { name: 'handshake-inspector', version: '0.1.0' },
  captures: [captureFixture],
  model: modelFixture,
  conversations: [establishedConversation, failedConversation, incompleteConversation],
}
