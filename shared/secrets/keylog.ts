// Key logs: the SSLKEYLOGFILE format that browsers, curl, OpenSSL and GnuTLS write (draft-ietf-tls-keylogfile).

import { hex } from '../bytes/fields.ts'

/** Labels of secrets found by the ClientHello's random. `_N` labels beyond 0 are derived, so they are read but not needed. */
const secretLabel =
  /^(?:CLIENT_RANDOM|CLIENT_EARLY_TRAFFIC_SECRET|(?:CLIENT|SERVER)_HANDSHAKE_TRAFFIC_SECRET|(?:CLIENT|SERVER)_TRAFFIC_SECRET_\d{1,9}|EXPORTER_SECRET|EARLY_EXPORTER_SECRET|ECH_SECRET|ECH_CONFIG)$/
const line = /^(\w+)[ \t]+([0-9A-Fa-f]+)[ \t]+([0-9A-Fa-f]+)$/

/** The secrets of one or more key logs. Secrets are copies; nothing of them appears in texts. */
export interface KeyLog {
  /** Secrets held. */
  readonly size: number
  /** Whether anything is known for this ClientHello. */
  has(clientRandom: Uint8Array): boolean
  /** The secret under `label`, or null. */
  secret(clientRandom: Uint8Array, label: string): Uint8Array | null
  /** The premaster secret of an RSA line, by the encrypted premaster of the ClientKeyExchange; null unknown. */
  premaster(encrypted: Uint8Array): Uint8Array | null
}

/** A line that was passed over. The text names the fault and never repeats the line, which may hold a secret. */
export interface KeyLogWarning {
  readonly code: 'broken-line' | 'unknown-label' | 'wrong-length' | 'conflicting-secret'
  readonly line: number
  readonly text: string
}

/** Warnings kept for one log; a file that is no key log at all would give one for each line. */
const maxWarnings = 100

/**
 * Reads a key log of any length. Lines end in LF or CR LF; empty lines and lines that begin with `#` are comments.
 * Broken lines become warnings with their number, the other lines count. At most 100 warnings are kept.
 */
export function parseKeyLog(text: string): { log: KeyLog; warnings: KeyLogWarning[] } {
  const log = new SecretTable()
  const warnings: KeyLogWarning[] = []
  let number = 0
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length;) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline
    const code = addLine(log, text.slice(at, end).trim())
    number++
    if (code !== null && warnings.length < maxWarnings) {
      warnings.push({ code, line: number, text: `Line ${String(number)} ${lineFaults[code]}.` })
    }
    at = end + 1
  }
  return { log, warnings }
}

/** One log that knows what any of `logs` knows; later ones win. */
export function joinKeyLogs(logs: readonly KeyLog[]): KeyLog {
  const first = <T>(ask: (log: KeyLog) => T | null): T | null => {
    for (let i = logs.length - 1; i >= 0; i--) {
      const answer = ask(logs[i]!)
      if (answer !== null) return answer
    }
    return null
  }
  return {
    size: logs.reduce((sum, log) => sum + log.size, 0),
    has: (clientRandom) => logs.some((log) => log.has(clientRandom)),
    secret: (clientRandom, label) => first((log) => log.secret(clientRandom, label)),
    premaster: (encrypted) => first((log) => log.premaster(encrypted)),
  }
}

const lineFaults: Readonly<Record<KeyLogWarning['code'], string>> = {
  'broken-line': 'is not "LABEL hex hex" and was passed over',
  'unknown-label': 'has a label that no key log format defines and was passed over',
  'wrong-length': 'holds a value of the wrong length for its label and was passed over',
  'conflicting-secret':
    'gives another secret than an earlier line for the same connection; the later one is used',
}

/** Secrets stay hex text until asked for: a slice of the file's own text costs less than bytes of its own. */
class SecretTable implements KeyLog {
  private readonly secrets = new Map<string, Map<string, string>>()
  private readonly premasters = new Map<string, string>()
  size = 0

  has(clientRandom: Uint8Array): boolean {
    return this.secrets.has(hex(clientRandom))
  }

  secret(clientRandom: Uint8Array, label: string): Uint8Array | null {
    const secret = this.secrets.get(hex(clientRandom))?.get(label)
    return secret === undefined ? null : bytesOfHex(secret)
  }

  premaster(encrypted: Uint8Array): Uint8Array | null {
    const premaster = this.premasters.get(hex(encrypted.subarray(0, 8)))
    return premaster === undefined ? null : bytesOfHex(premaster)
  }

  /** Whether an earlier line said something else. */
  add(label: string, key: string, secret: string): boolean {
    if (label === 'RSA') return this.put(this.premasters, key, secret)
    let ofConnection = this.secrets.get(key)
    if (ofConnection === undefined) {
      ofConnection = new Map()
      this.secrets.set(key, ofConnection)
    }
    return this.put(ofConnection, label, secret)
  }

  private put(table: Map<string, string>, key: string, secret: string): boolean {
    const earlier = table.get(key)
    if (earlier === undefined) this.size++
    table.set(key, secret)
    return earlier !== undefined && earlier.toLowerCase() !== secret.toLowerCase()
  }
}

function addLine(log: SecretTable, text: string): KeyLogWarning['code'] | null {
  if (text === '' || text.startsWith('#')) return null
  const parts = line.exec(text)
  if (parts === null) return 'broken-line'
  const [, label, key, secret] = parts as unknown as [string, string, string, string]
  if (label === 'RSA') {
    if (key.length !== 16 || secret.length !== 96) return 'wrong-length'
  } else {
    if (!secretLabel.test(label)) return 'unknown-label'
    if (key.length !== 64 || !lengthFits(label, secret.length)) return 'wrong-length'
  }
  return log.add(label, key.toLowerCase(), secret) ? 'conflicting-secret' : null
}

/** A master secret has 48 bytes (RFC 5246 §8.1), a TLS 1.3 secret the length of its hash: 32 or 48. */
function lengthFits(label: string, digits: number): boolean {
  if (label.startsWith('ECH_')) return digits % 2 === 0
  return digits === 96 || (digits === 64 && label !== 'CLIENT_RANDOM')
}

function bytesOfHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}
