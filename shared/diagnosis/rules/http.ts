// What HTTP answers inside TLS, where keys opened it: certificates asked for too late, names that differ, log-ins, HTTP/2 given up.

import { type Context, remark, type Rule } from '../finding.ts'
import { eventsOf, of, seen, told } from './inside.ts'

export const httpRules: readonly Rule[] = [
  {
    ...seen,
    id: 'http-client-certificate-missing',
    scenario: null,
    precondition:
      'HTTP 403.7, HTTP 500 with 0x80070032 (a certificate asked for late in TLS 1.3), or an answer that says no client certificate was sent.',
    sources: ['field S39', 'IIS status codes', 'nginx error 496', 'RFC 8446 §4.6.2'],
    check(context) {
      const found = told(context, 'http', ({ certificate }) => certificate === 'missing')
      if (found === null) return null
      const late = askedLate(context)
      const asked = context.view.request !== null && !late
      const when = late
        ? 'the server asked for a certificate after the handshake and the client sent none'
        : asked
          ? 'the server asked for a certificate in the handshake and the client sent none'
          : 'and no certificate was asked for in the handshake'
      return remark('warning', 'client', {
        title: 'The web server wants a client certificate and got none',
        explanation: `TLS is fine, ${when}; the application answers ${found.step.text}.`,
        remedy: asked
          ? 'Give the client a certificate with client authentication whose issuer the server names (or trusts), with its private key readable by the account the program runs as.'
          : 'Let the server ask within the handshake (http.sys: netsh http update sslcert … clientcertnegotiation=enable); in TLS 1.3 and HTTP/2 it cannot ask later.',
        evidence: [of(found.step)],
      })
    },
  },
  {
    ...seen,
    id: 'http-client-certificate-refused',
    scenario: null,
    precondition:
      'HTTP 403.12, 403.13, 403.16 or 403.17, or an answer that says the client certificate is not accepted.',
    sources: ['IIS status codes', 'nginx error 495'],
    check(context) {
      const found = told(context, 'http', ({ certificate }) => certificate === 'refused')
      if (found === null) return null
      return remark('warning', 'server', {
        title: 'The web server does not accept the client certificate',
        explanation: `TLS is fine; the application looked at the certificate and answers ${found.step.text}${certificateReasons[found.tells.substatus ?? 0] ?? ''}.`,
        remedy:
          certificateRemedies[found.tells.substatus ?? 16] ??
          'Look at which certificates the application accepts, and at the log of the web server.',
        evidence: [of(found.step)],
      })
    },
  },
  {
    ...seen,
    id: 'http-request-too-large',
    scenario: null,
    precondition: 'HTTP 413, with or without a client certificate asked for after the first handshake.',
    sources: ['IIS status codes', 'IIS configuration, uploadReadAheadSize'],
    check(context) {
      const found = told(context, 'http', ({ status }) => status === 413)
      if (found === null) return null
      const late = askedLate(context)
      return remark('warning', 'server', {
        title: 'The request is too large for the web server',
        explanation: late
          ? `The server asked for a client certificate when the request had begun, and must hold its body until the answer has come: it answers ${found.step.text}.`
          : `TLS is fine; the server answers ${found.step.text}.`,
        remedy: late
          ? 'Let IIS ask within the first handshake (netsh http update sslcert … clientcertnegotiation=enable), or raise uploadReadAheadSize.'
          : 'Raise the limit of the server (IIS: maxAllowedContentLength, and uploadReadAheadSize where client certificates are asked for; nginx: client_max_body_size).',
        evidence: [of(found.step)],
      })
    },
  },
  {
    ...seen,
    id: 'http2-given-up',
    scenario: 'S39',
    precondition:
      'HTTP/2: a stream or the connection ends with HTTP_1_1_REQUIRED (13) or INADEQUATE_SECURITY (12).',
    sources: ['field S39', 'RFC 9113 §7, §9.2.2, §9.2.3'],
    check(context) {
      const found = told(context, 'http2')
      if (found === null) return null
      const weak = found.tells.error === inadequateSecurity
      return remark('warning', found.step.from, {
        title: weak
          ? 'The TLS of this connection is too weak for HTTP/2'
          : 'The server wants HTTP/1.1 for this request',
        explanation: weak
          ? `The ${found.step.from} ends it with ${found.step.text}: HTTP/2 forbids this version or cipher suite.`
          : `TLS is fine; the server answers ${found.step.text}: a client certificate asked for after the handshake, or a log-in that belongs to the connection (NTLM, Negotiate), cannot be had over HTTP/2.`,
        remedy: weak
          ? 'Put an ECDHE suite with AES-GCM first in the order of suites on both sides, and TLS 1.2 or 1.3.'
          : 'Let the server ask for the certificate within the handshake (http.sys: clientcertnegotiation=enable), or let the client offer HTTP/1.1 only.',
        evidence: [of(found.step)],
      })
    },
  },
  {
    ...seen,
    id: 'http-misdirected',
    scenario: null,
    precondition: 'HTTP 421, or 400 to a request whose Host is another name than that of SNI.',
    sources: ['RFC 9110 §15.5.20', 'RFC 6066 §3'],
    check(context) {
      const name = context.view.firstHello?.body.serverName ?? null
      const found = told(
        context,
        'http',
        ({ status, host }) => status === 421 || (status === 400 && differs(host, name)),
      )
      if (found === null) return null
      const { host } = found.tells
      const both = differs(host, name)
        ? `SNI says ${name ?? ''}, the request's Host ${host ?? ''}`
        : 'the request is for another site'
      return remark('warning', 'client', {
        title: 'The request does not belong to this TLS connection',
        explanation: `TLS is fine, but ${both}; the server answers ${found.step.text}.`,
        remedy:
          'Let the client use one connection for each name (no connection coalescing, no rewritten Host behind a proxy), or give the sites the same TLS settings.',
        evidence: [of(found.step)],
      })
    },
  },
  {
    ...seen,
    id: 'http-log-in-refused',
    scenario: 'S72',
    precondition: 'HTTP 401 in answer to the last message of a Negotiate or NTLM log-in over TLS.',
    confidence: 'observed; that channel binding is the reason is possible',
    sources: ['field S72', 'RFC 5929 §4'],
    check(context) {
      const windows = /^(negotiate|ntlm)/i
      const found = told(
        context,
        'http',
        ({ status, scheme }) => status === 401 && windows.test(scheme ?? ''),
      )
      if (found === null) return null
      return remark('warning', 'server', {
        title: `HTTP: the log-in with ${found.tells.scheme ?? ''} was refused`,
        explanation:
          'TLS is fine. The account or password may be wrong; where they are right, Extended Protection may have found another channel binding than its own.',
        confidence: 'possible',
        remedy:
          'Look at event 4625 of the server. With status 0xC000035B (bad bindings), look for a device that ends TLS between, and let TLS through or take the site out of Extended Protection behind it.',
        status: 'SEC_E_LOGON_DENIED',
        events: eventsOf(4625),
        evidence: [of(found.step)],
      })
    },
  },
]

/** A client certificate was asked for by renegotiation, or after the handshake (RFC 8446 §4.6.2). */
function askedLate({ conversation, view }: Context): boolean {
  const done = view.finished.server
  return conversation.messages.some(
    ({ handshake, contentType, type, order }) =>
      handshake > 1 || (contentType === 22 && type === certificateRequest && done >= 0 && order > done),
  )
}

const certificateRequest = 13
const inadequateSecurity = 0xc

const certificateReasons: Readonly<Record<number, string>> = {
  12: ': no account belongs to it',
  13: ': it was revoked, or its revocation could not be checked',
  16: ': its issuer is not trusted, or the certificate is malformed',
  17: ': it has expired or is not yet valid',
}
const certificateRemedies: Readonly<Record<number, string>> = {
  12: 'Map the certificate to an account (IIS client certificate mapping, or the account in the directory).',
  13: 'Look whether the server reaches the CRL or OCSP address of the certificate (certutil -verify -urlfetch).',
  16: "Put the issuer's root into Trusted Root Certification Authorities of the server's computer store, and see that no certificate stands there that is not self-signed (it spoils the whole list).",
  17: 'Renew the certificate, and look at the clock of the server.',
}

/** A port in Host is no difference of names. */
function differs(host: string | null, name: string | null): boolean {
  if (host === null || name === null) return false
  return host.replace(/:\d+$/, '').toLowerCase() !== name.toLowerCase()
}
