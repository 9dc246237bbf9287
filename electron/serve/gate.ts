// Who may talk to the loopback server: exact Host, exact Origin, and the address's secret first segment.

import { timingSafeEqual } from 'node:crypto'

/** What is looked at in a request. */
export interface Knock {
  readonly method: string
  /** Path and query as they came over the wire. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface Gate {
  /** `127.0.0.1:port`. */
  readonly host: string
  readonly token: string
}

export type Admission =
  | { readonly admitted: true; readonly path: string; readonly query: URLSearchParams }
  | { readonly admitted: false; readonly status: 403 | 404; readonly reason: string }

/**
 * Judges a request. `path` is what follows the token's segment, not decoded: `''` for the page itself.
 * Host guards against names rebound to loopback, Origin and Sec-Fetch-Site against other pages in the same browser.
 */
export function admit(knock: Knock, gate: Gate): Admission {
  const { headers } = knock
  if (headers['host'] !== gate.host) return refused(403, 'Wrong host.')
  const origin = headers['origin']
  const needsOrigin = knock.method !== 'GET'
  if (origin !== `http://${gate.host}` && (needsOrigin || origin !== undefined)) {
    return refused(403, 'Wrong origin.')
  }
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return refused(403, 'Wrong origin.')
  const [path = '', ...query] = knock.url.split('?')
  const [, token = '', ...rest] = path.split('/')
  if (!equal(token, gate.token) || !path.startsWith(`/${token}/`)) return refused(404, 'Not found.')
  return { admitted: true, path: rest.join('/'), query: new URLSearchParams(query.join('?')) }
}

function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function refused(status: 403 | 404, reason: string): Admission {
  return { admitted: false, status, reason }
}
