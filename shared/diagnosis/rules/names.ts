// Rules about the names both sides use: application protocols and server names.

import { remark } from '../finding.ts'
import type { Rule } from '../finding.ts'
import { alpnSet } from '../sets.ts'
import { atMessage } from '../view.ts'
import { byCause } from './by-cause.ts'

export const nameRules: readonly Rule[] = [
  byCause({
    id: 'alpn-mismatch',
    scenario: 'S16',
    precondition: 'Alert 120; or a hello with ALPN after which the server closes without alert.',
    evidence: 'The alert or close, and the offered protocols.',
    confidence: 'observed with alert 120; possible without',
    sources: ['field S16', 'schannel §6.3 row 27'],
    causes: ['alpn-mismatch'],
    words: ({ view }) => ({
      title: 'No application protocol in common',
      remedy:
        'Add a common protocol name on both sides (application protocols of the client, ALPN list of the server application); names must match byte for byte.',
      sets: () => [alpnSet(view)],
    }),
  }),
  byCause({
    id: 'unrecognized-name',
    scenario: 'S17',
    precondition: 'Alert 112; or a close or reset right after a hello with a server name.',
    evidence: 'The alert or close, and the server name.',
    confidence: 'observed with alert 112; possible without',
    sources: ['field S17', 'RFC 6066 §3'],
    causes: ['unrecognized-name'],
    words: ({ view }) => ({
      title: 'The server does not serve the name the client asked for',
      remedy: `Add a binding and a certificate for ${view.hello?.body.serverName ?? 'the name'} on the server (netsh http show sslcert on IIS), or correct the name the client uses.`,
    }),
  }),
  {
    id: 'unrecognized-name-warning',
    scenario: 'S17',
    precondition: 'A warning alert 112 that the handshake survived.',
    evidence: 'The alert.',
    confidence: 'observed',
    sources: ['field S17', 'RFC 6066 §3'],
    asks: ['alerts'],
    check({ view, conversation }) {
      const warning = view.alerts.find(({ body }) => body.description === 112 && body.level === 1)
      if (warning === undefined) return null
      return remark('info', 'server', {
        title: 'The server warned that it does not know the name',
        explanation: 'It went on with its default certificate; some clients (Java) stop at this warning.',
        remedy: 'Add the name to the server configuration.',
        evidence: [atMessage(conversation, warning.message, 'warning alert 112')],
      })
    },
  },
]
