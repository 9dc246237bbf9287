// What a side sends without being asked by its input: the first hello, repeated flights, requests, and endings (schannel §4.6 to §4.9).

import { isWithdrawal } from '../sspi/alerts.ts'
import { beginHandshake, closeRun } from './established.ts'
import { deleteContext, failUnasked, isOwnRefusal } from './failing.ts'
import { again } from './flights.ts'
import type { Token } from './model.ts'
import { controlToken, firstInput, noBuffers, outputBefore, outputToken } from './parameters.ts'
import { noAlternatives, type Ruling, ruling, type Walk } from './walk.ts'
import type { CallParts } from './writer.ts'

/** The calls behind a token that no earlier call has put out. */
export function speak(walk: Walk, token: Token): void {
  if (walk.ended) return
  closeRun(walk)
  if (token.kind === 'alert' && isOwnRefusal(walk)) failUnasked(walk)
  else if (token.kind === 'alert') speakAlert(walk, token)
  else if (token.kind === 'handshake') speakHandshake(walk, token)
  else walk.ended = true
}

const firstCall = ruling('SEC_I_CONTINUE_NEEDED', 'seen-on-windows', 'schannel §4.1 row 1')
const firstDatagram = ruling('SEC_I_CONTINUE_NEEDED', 'seen-on-windows', 'schannel §4.8 row 1')
const repeats = ruling('SEC_I_CONTINUE_NEEDED', 'seen-on-windows', 'schannel §4.8, Retransmit')
const asksRenegotiation = ruling('SEC_E_OK', 'seen-in-apps', 'schannel §4.6 row 1')
const renegotiates = ruling('SEC_I_CONTINUE_NEEDED', 'documented', 'schannel §4.6, client-initiated')
const sendsPostHandshake = ruling('SEC_E_OK', 'inferred', 'schannel §4.7')
const unasked = ruling(
  'SEC_I_CONTINUE_NEEDED',
  'inferred',
  'schannel §4.0',
  noAlternatives,
  'The model expects no output here; the side sent this nevertheless.',
)

function speakHandshake(walk: Walk, token: Token): void {
  if (walk.awaiting === 'nothing') {
    speakFirst(walk, token)
    return
  }
  if (!walk.held && walk.awaiting !== 'client-hello-with-cookie') {
    // A server's tokens before anything it can have read: its input was not captured.
    walk.ended = true
    return
  }
  if (walk.awaiting === 'established' && !walk.datagrams) {
    if (walk.side === 'client' && !walk.scene.landmarks.tls13) {
      beginHandshake(walk, token, renegotiates)
      return
    }
    walk.next++
    again(walk, walk.scene.landmarks.tls13 ? sendsPostHandshake : asksRenegotiation, token)
    return
  }
  walk.next++
  if (walk.awaiting === 'established' || walk.awaiting === 'closed') again(walk, repeats, token)
  else {
    if (!walk.datagrams && token.changesCipher) {
      walk.sentFinished = true
      walk.flight = 0
      if (walk.side === 'client') walk.awaiting = 'server-finished'
    }
    walk.final = again(walk, walk.datagrams ? repeats : unasked, token)
  }
}

/** ISC #1: no input, a ClientHello out. */
function speakFirst(walk: Walk, token: Token): void {
  walk.next++
  walk.awaiting = 'server-hello'
  walk.held = true
  walk.handshake = token.handshake
  const verdict = walk.datagrams ? firstDatagram : firstCall
  walk.call(verdict.status)?.write(walk, {
    function: walk.function,
    ruling: verdict,
    handle: 'new',
    input: optionsOf(walk, token),
    output: { before: outputBefore, after: outputToken(token.end - token.start) },
    out: token,
    flagged: true,
    packets: token.packets,
    at: token,
  })
  walk.final = verdict.status
}

function optionsOf(walk: Walk, token: Token): CallParts['input'] {
  const body = walk.messagesIn(token).find((m) => m.type === 1)?.body
  const input = firstInput(body?.kind === 'client-hello' ? body.alpn : null, walk.datagrams)
  return { before: input, after: input }
}

const controlled = ruling('SEC_E_OK', 'seen-on-windows', 'schannel §4.9 row 1')
const controlledAlert = ruling('SEC_E_OK', 'seen-on-windows', 'schannel §4.9, ACT(SCHANNEL_ALERT)')
const closing = ruling('SEC_E_OK', 'seen-on-windows', 'schannel §4.9 row 2', [
  {
    status: 'SEC_I_CONTEXT_EXPIRED',
    basis: 'seen-in-apps',
    when: 'curl accepts this status for the closing call as well',
  },
])
const sealedClosing: Ruling = {
  ...closing,
  basis: 'inferred',
  assumption: 'The alert is encrypted and not opened: close_notify, likely.',
}

/** The application closes or refuses: ApplyControlToken, and one more call that puts the alert out (schannel §4.9). */
function speakAlert(walk: Walk, token: Token): void {
  walk.next++
  if (!walk.held) return
  const alert = walk.messagesIn(token).find((message) => message.contentType === 21)
  const description = alert?.type ?? null
  const shutsDown = description === null || description === 0
  const act = shutsDown ? controlled : controlledAlert
  walk.call(act.status)?.write(walk, { ...controlling(token, shutsDown ? 4 : 12), ruling: act })
  const { failure } = walk.scene.outcome
  if (failure !== null && failure.by === 'application' && failure.side === walk.side)
    walk.failing ??= { n: walk.made, status: act.status }
  again(walk, description === null ? sealedClosing : closing, token)
  const goesOn = alert?.bytes[0] === 1 && !isWithdrawal(description) && !walk.scene.landmarks.tls13
  // user_canceled announces the close_notify behind it (RFC 8446 §6.1).
  if (goesOn || (description === 90 && walk.nextOwn('alert') !== null)) return
  if (shutsDown && walk.wasEstablished) {
    walk.sentClose = true
    return
  }
  walk.awaiting = 'closed'
  deleteContext(walk)
  walk.ended = true
}

/** ApplyControlToken, at the moment of the token that the next call puts out. */
function controlling(token: Token, bytes: 4 | 12): Omit<CallParts, 'ruling'> {
  const control = controlToken(bytes)
  return {
    function: 'ApplyControlToken',
    handle: 'held',
    input: { before: control, after: control },
    output: { before: noBuffers, after: noBuffers },
    out: null,
    flagged: false,
    packets: token.packets,
    at: token,
  }
}
