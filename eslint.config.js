import js from '@eslint/js'
import prettier from 'eslint-config-prettier/flat'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

// Who may import whom inside shared/ (docs/architecture.md). A room not listed here may be imported by none.
const rooms = {
  bytes: [],
  registries: [],
  sspi: [],
  network: ['bytes'],
  capture: ['bytes', 'network'],
  x509: ['bytes', 'registries'],
  tls: ['bytes', 'registries', 'x509'],
  conversation: ['bytes', 'network', 'tls', 'registries', 'carriers', 'quic'],
  quic: ['bytes', 'secrets/key-schedule.ts'],
  eap: ['bytes', 'network', 'conversation', 'carriers'],
  carriers: ['bytes', 'network', 'conversation'],
  secrets: ['bytes', 'registries', 'tls', 'conversation', 'quic'],
  tokens: ['bytes', 'conversation', 'registries', 'schannel', 'tls'],
  // x509: an established context answers with its certificates.
  schannel: ['bytes', 'conversation', 'registries', 'sspi', 'tls', 'tokens', 'x509'],
  inside: ['bytes', 'carriers', 'conversation', 'eap', 'sspi'],
  diagnosis: [
    'bytes',
    'carriers/proxies.ts',
    'conversation',
    'registries',
    'schannel',
    'sspi',
    'tls',
    'x509',
    'contract',
  ],
  whatif: ['bytes', 'contract', 'conversation', 'diagnosis', 'registries', 'schannel', 'sspi', 'tls', 'x509'],
  contract: [],
  compare: ['contract', 'report/words.ts'],
  filter: ['contract', 'registries', 'sspi'],
  report: ['contract', 'registries', 'sspi'],
  redact: ['contract'],
  export: ['bytes', 'capture', 'network'],
  view: [
    'analyse.ts',
    'inspect.ts',
    'bytes',
    'contract',
    'conversation',
    'diagnosis',
    'registries',
    'schannel',
    'sspi',
    'tls',
    'x509',
  ],
}

const foreign = [
  {
    group: ['node:*', 'electron', 'vue', '*/electron/*', '*/renderer/*'],
    message: 'shared/ is pure: ask the host through shared/ports.ts.',
  },
]

const borders = Object.entries(rooms).flatMap(([room, allowed]) => [
  border(room, allowed, `shared/${room}/*.ts`, '\\.\\./'),
  border(room, allowed, `shared/${room}/*/**/*.ts`, '\\.\\./\\.\\./'),
])

/** `out` is how a file at this depth leaves its room. */
function border(room, allowed, files, out) {
  const open = ['ports.ts', 'limits.ts', ...allowed.map((name) => (name.endsWith('.ts') ? name : `${name}/`))]
  return {
    files: [files],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...foreign,
            {
              regex: `^${out}(?!(${open.map((name) => name.replace('.', '\\.')).join('|')}))`,
              message: `shared/${room} may import only ${allowed.join(', ') || 'nothing'} (and ports, limits).`,
            },
          ],
        },
      ],
    },
  }
}

export default tseslint.config(
  { ignores: ['node_modules', 'out', 'dist', 'coverage'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: ['.vue'], parser: tseslint.parser },
    },
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Indexing that a loop or a length check has just bounded; noUncheckedIndexedAccess makes it visible.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'vue/no-v-html': 'error',
      'vue/no-static-inline-styles': 'error',
      'vue/multi-word-component-names': 'off',
    },
  },
  {
    files: ['shared/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: foreign }] },
  },
  ...borders,
  {
    files: ['shared/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'CatchClause', message: 'Faults in data are values: only bytes/reader.ts catches.' },
      ],
    },
  },
  { files: ['shared/bytes/reader.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['electron/**/*.ts', 'renderer/**/*.{ts,vue}'],
    // trust.ts asks node:tls for its root certificates and opens nothing.
    ignores: ['electron/serve.ts', 'electron/serve/*', 'electron/worker/trust.ts', 'renderer/bridge.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'No network access: only the served page talks HTTP.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['net', 'http', 'https', 'dns', 'http2', 'tls', 'dgram'].flatMap((name) =>
            [name, `node:${name}`].map((path) => ({ name: path, message: 'No network access of any kind.' })),
          ),
        },
      ],
    },
  },
  {
    files: ['renderer/**/*.{ts,vue}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: 'shared/(?!((contract|registries|sspi|filter)/|limits\\.ts|report/escaping\\.ts))',
              message: 'No parser reaches the page.',
            },
          ],
        },
      ],
    },
  },
  { files: ['**/*.{js,mjs}'], ...tseslint.configs.disableTypeChecked },
  prettier,
)
