// The recordings by name: which server, which clients, and what is typed into them.

/** An OpenSSL server and one client; both sides' options name the cipher kind. */
function openssl({
  certificate = 'rsa',
  version,
  ciphers,
  both = [],
  server = [],
  client = [],
  says = hello,
  wait,
}) {
  const list =
    ciphers === undefined
      ? []
      : version === '-tls1_3'
        ? ['-ciphersuites', ciphers]
        : ['-cipher', `${ciphers}:@SECLEVEL=0`]
  const keys = ['-cert', `OUT/${certificate}.crt`, '-key', `OUT/${certificate}.key`]
  return {
    wait,
    server: [
      'openssl',
      's_server',
      '-accept',
      '127.0.0.1:PORT',
      ...keys,
      version,
      ...list,
      ...both,
      ...server,
    ],
    clients: [
      {
        run: [
          'openssl',
          's_client',
          '-connect',
          '127.0.0.1:PORT',
          '-keylogfile',
          'KEYS',
          version,
          ...list,
          ...both,
          ...client,
        ],
        says,
      },
    ],
  }
}

const hello = [
  ['client', 'hello\n'],
  ['server', 'welcome\n'],
  ['client', 'Q\n'],
]

const tls12 = (ciphers, rest = {}) => openssl({ version: '-tls1_2', ciphers, ...rest })
const tls13 = (ciphers, rest = {}) => openssl({ version: '-tls1_3', ciphers, ...rest })
const clientCertificate = (name) => ['-cert', `OUT/${name}.crt`, '-key', `OUT/${name}.key`]

/** GnuTLS still has the ciphers that OpenSSL builds leave out. */
function gnutls(priority, udp = false) {
  const keys = ['--x509certfile', 'OUT/rsa.crt', '--x509keyfile', 'OUT/rsa.key']
  const list = ['--priority', priority]
  return {
    wait: 1500,
    server: ['gnutls-serv', '--port', 'PORT', '--echo', ...keys, ...list, ...(udp ? ['--udp'] : [])],
    clients: [
      {
        run: ['gnutls-cli', '-p', 'PORT', '--insecure', ...list, ...(udp ? ['--udp'] : []), '127.0.0.1'],
        says: [['client', 'hello\n']],
      },
    ],
  }
}

/** A GnuTLS priority with a single choice of everything. */
function only(version, exchange, cipher, mac, switches) {
  const parts = [
    `NONE:+VERS-${version}:+${exchange}:+${cipher}:+${mac}`,
    '+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+CTYPE-ALL',
  ]
  return [...parts, ...(switches === undefined ? [] : [switches])].join(':')
}

function resumed(recipe, second = []) {
  const [first] = recipe.clients
  const base = first.run
  return {
    ...recipe,
    clients: [
      { run: [...base, '-sess_out', 'WORK/session'], says: first.says },
      { run: [...base, '-sess_in', 'WORK/session', ...second], says: first.says },
    ],
  }
}

const dtls = (recipe, lost = {}) => ({ ...recipe, dtls: lost })

export const recordings = {
  'rsa-gcm': tls12('AES128-GCM-SHA256'),
  'rsa-cbc-sha256': tls12('AES256-SHA256'),
  'rsa-no-ems': gnutls(only('TLS1.2', 'RSA', 'AES-256-CBC', 'SHA1', '%NO_SESSION_HASH:%NO_ETM')),
  'rsa-null': tls12('NULL-SHA256'),
  'rsa-null-renegotiation-refused': tls12('NULL-SHA256', {
    says: [
      ['client', 'hello\n'],
      ['client', 'R\n'],
      ['client', 'Q\n'],
    ],
  }),
  'rsa-resumed-ticket': resumed(tls12('AES128-GCM-SHA256')),
  'rsa-resumed-id': resumed(tls12('AES128-GCM-SHA256', { both: ['-no_ticket'] })),
  'dhe-rsa-gcm-sha384': tls12('DHE-RSA-AES256-GCM-SHA384'),
  'dhe-rsa-ccm': tls12('DHE-RSA-AES128-CCM'),
  'ecdhe-ecdsa-gcm': tls12('ECDHE-ECDSA-AES128-GCM-SHA256', { certificate: 'ecdsa' }),
  'ecdhe-ecdsa-ccm': tls12('ECDHE-ECDSA-AES256-CCM', { certificate: 'ecdsa' }),
  'ecdhe-ecdsa-ccm8': tls12('ECDHE-ECDSA-AES128-CCM8', { certificate: 'ecdsa' }),
  'ecdhe-ed25519-gcm': tls12('ECDHE-ECDSA-AES256-GCM-SHA384', { certificate: 'ed25519' }),
  'ecdhe-rsa-chacha20': tls12('ECDHE-RSA-CHACHA20-POLY1305'),
  'ecdhe-rsa-cbc-sha1-etm': tls12('ECDHE-RSA-AES128-SHA'),
  'ecdhe-rsa-cbc-sha1': tls12('ECDHE-RSA-AES128-SHA', { both: ['-no_etm'] }),
  'ecdhe-rsa-cbc-sha256': gnutls(
    only('TLS1.2', 'ECDHE-RSA', 'AES-128-CBC', 'SHA256', '%NO_SESSION_HASH:%NO_ETM'),
  ),
  'ecdhe-rsa-cbc-sha384-etm': tls12('ECDHE-RSA-AES256-SHA384'),
  'ecdhe-rsa-cbc-sha384': tls12('ECDHE-RSA-AES256-SHA384', { both: ['-no_etm'] }),
  'ecdhe-rsa-camellia': tls12('ECDHE-RSA-CAMELLIA128-SHA256'),
  'psk-gcm': tls12('PSK-AES128-GCM-SHA256', { both: ['-psk', '00112233'], server: ['-nocert'] }),
  'stapled-tls12': tls12('ECDHE-RSA-AES128-GCM-SHA256', {
    server: ['-status_file', 'OUT/rsa.ocsp'],
    client: ['-status'],
  }),
  'mutual-tls12': tls12('ECDHE-RSA-AES128-GCM-SHA256', {
    server: ['-Verify', '1'],
    client: clientCertificate('ecdsa'),
  }),
  'renegotiation-tls12': tls12('ECDHE-RSA-AES128-GCM-SHA256', {
    server: ['-client_renegotiation'],
    says: [
      ['client', 'hello\n'],
      ['client', 'R\n'],
      ['client', 'again\n'],
      ['client', 'Q\n'],
    ],
  }),
  'renegotiation-cbc-server': tls12('ECDHE-RSA-AES128-SHA', {
    both: ['-no_etm'],
    says: [
      ['client', 'hello\n'],
      ['server', 'r\n'],
      ['client', 'again\n'],
      ['client', 'Q\n'],
    ],
  }),
  'tls10-cbc': openssl({ version: '-tls1', ciphers: 'ECDHE-RSA-AES128-SHA', both: ['-no_etm'] }),
  'tls10-cbc-etm': openssl({ version: '-tls1', ciphers: 'AES256-SHA' }),
  'tls10-ecdsa-mutual': openssl({
    version: '-tls1',
    certificate: 'ecdsa',
    ciphers: 'ECDHE-ECDSA-AES128-SHA',
    server: ['-Verify', '1'],
    client: clientCertificate('rsa'),
  }),
  'tls11-cbc': gnutls(only('TLS1.1', 'DHE-RSA', 'AES-128-CBC', 'SHA1', '%NO_SESSION_HASH:%NO_ETM')),
  'tls11-cbc-etm': openssl({ version: '-tls1_1', ciphers: 'ECDHE-RSA-AES256-SHA' }),
  'tls10-3des': gnutls(only('TLS1.0', 'RSA', '3DES-CBC', 'SHA1', '%NO_ETM')),
  'tls12-3des': gnutls(only('TLS1.2', 'RSA', '3DES-CBC', 'SHA1')),
  'tls12-rc4': gnutls(only('TLS1.2', 'RSA', 'ARCFOUR-128', 'SHA1')),
  'tls13-gnutls': gnutls('NORMAL:-VERS-ALL:+VERS-TLS1.3'),
  'tls13-aes128-gcm': tls13('TLS_AES_128_GCM_SHA256'),
  'tls13-aes256-gcm': tls13('TLS_AES_256_GCM_SHA384', { certificate: 'ecdsa' }),
  'tls13-chacha20': tls13('TLS_CHACHA20_POLY1305_SHA256', { certificate: 'ed25519' }),
  'tls13-ccm': tls13('TLS_AES_128_CCM_SHA256', { both: ['-cipher', 'ALL:@SECLEVEL=0'] }),
  'tls13-ccm8': tls13('TLS_AES_128_CCM_8_SHA256', { both: ['-cipher', 'ALL:@SECLEVEL=0'] }),
  'tls13-mutual-retry': tls13('TLS_AES_256_GCM_SHA384', {
    server: ['-Verify', '1', '-groups', 'P-256'],
    client: [...clientCertificate('rsa'), '-groups', 'X25519:P-256'],
  }),
  'tls13-psk': resumed(tls13('TLS_AES_256_GCM_SHA384')),
  'tls13-early-data': resumed(tls13('TLS_AES_128_GCM_SHA256', { server: ['-early_data'] }), [
    '-early_data',
    'WORK/early.txt',
  ]),
  'tls13-early-data-refused': resumed(
    tls13('TLS_AES_128_GCM_SHA256', {
      server: ['-early_data', '-groups', 'P-256'],
      client: ['-groups', 'X25519:P-256'],
    }),
    ['-early_data', 'WORK/early.txt'],
  ),
  'tls13-key-update': tls13('TLS_AES_128_GCM_SHA256', {
    says: [
      ['client', 'one\n'],
      ['client', 'K\n'],
      ['client', 'two\n'],
      ['server', 'k\n'],
      ['server', 'three\n'],
      ['client', 'Q\n'],
    ],
  }),
  'tls13-post-handshake': tls13('TLS_AES_128_GCM_SHA256', {
    server: ['-verify', '1'],
    client: ['-enable_pha', ...clientCertificate('rsa')],
    says: [
      ['client', 'one\n'],
      ['server', 'c\n'],
      ['client', 'two\n'],
      ['client', 'three\n'],
      ['client', 'Q\n'],
    ],
  }),
  'dtls12-gcm': dtls(openssl({ version: '-dtls1_2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' })),
  'dtls12-cbc': dtls(openssl({ version: '-dtls1_2', ciphers: 'ECDHE-RSA-AES128-SHA', both: ['-no_etm'] })),
  'dtls12-chacha20-loss': dtls(
    openssl({
      version: '-dtls1_2',
      ciphers: 'ECDHE-RSA-CHACHA20-POLY1305',
      both: ['-mtu', '512'],
      says: slow(),
    }),
    { client: [2], server: [3] },
  ),
  'dtls12-loss-before-capture': dtls(
    openssl({ version: '-dtls1_2', ciphers: 'AES128-GCM-SHA256', both: ['-mtu', '512'], says: slow() }),
    { server: [2], captured: false },
  ),
  'dtls12-finished-lost': dtls(openssl({ version: '-dtls1_2', ciphers: 'AES128-GCM-SHA256', says: slow() }), {
    client: [3],
  }),
  'dtls12-renegotiation': dtls(
    openssl({
      version: '-dtls1_2',
      ciphers: 'ECDHE-RSA-AES128-GCM-SHA256',
      server: ['-client_renegotiation'],
      says: [
        ['client', 'hello\n'],
        ['client', 'R\n'],
        ['client', 'again\n'],
        ['client', 'Q\n'],
      ],
    }),
  ),
  'dtls10-cbc': dtls(openssl({ version: '-dtls1', ciphers: 'ECDHE-RSA-AES128-SHA' })),
}

/** Leaves time for a retransmission, which comes after a second. */
function slow() {
  return [...Array.from({ length: 10 }, () => ['client', '']), ...hello]
}
