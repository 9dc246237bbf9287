// The way to TLS that line protocols share: features are listed, TLS is asked for, and the server answers.

import { Account, type CarrierReading, type PrologueBytes } from './carrier.ts'
import { type Line, linesOf } from './lines.ts'

/** The lines of one protocol that matter; each is tried on a line without its end. */
export interface DialogueWords {
  /** As the field says it: `STARTTLS`, `AUTH TLS`, … */
  readonly command: string
  /** Server: its first line. */
  readonly greeting: RegExp
  /** Client: asks what the server can do; null where the server says it unasked. */
  readonly asksFeatures: RegExp | null
  /** Server: one of its features is TLS. */
  readonly offers: RegExp
  /** Server: the list of features is over. */
  readonly endsFeatures: RegExp
  /** Server: it will not list them. */
  readonly fails: RegExp
  /** Client: asks for TLS. */
  readonly asks: RegExp
  /** Server: agrees, or does not, as an answer to `asks`. */
  readonly accepts: RegExp
  readonly refuses: RegExp
  /** Client: logs in or sends mail without TLS. */
  readonly goesOn: RegExp
  /** Client: says goodbye. */
  readonly leaves: RegExp
  /** Server: will not go on without TLS. */
  readonly demands: RegExp
  /** Server: a feature overwritten by a device between; null where none does that. */
  readonly masked: RegExp | null
  /** Client: what follows is content, no longer negotiation. */
  readonly content: RegExp | null
  /** What a line of the client, or of the server, says that is worth a step of its own. */
  readonly tells?: (text: string, byClient: boolean) => string | null
  /** The octet that ends a line; LF without. */
  readonly lineEnd?: number
}

/** Reads a prologue by these words. */
export function readDialogue(
  prologue: readonly PrologueBytes[],
  closer: 0 | 1 | null,
  words: DialogueWords,
): CarrierReading {
  return new Dialogue(words).read(prologue, closer)
}

class Dialogue {
  private readonly words: DialogueWords
  private readonly account = new Account()
  /** The server is listing its features. */
  private listing: boolean
  private offered = false
  private masked = false
  private asked = false
  private wentOn = false
  /** The step that says there is no offer, until the client asks or goes on all the same. */
  private missing: { result: string } | null = null

  constructor(words: DialogueWords) {
    this.words = words
    this.listing = words.asksFeatures === null
  }

  read(prologue: readonly PrologueBytes[], closer: 0 | 1 | null): CarrierReading {
    const { account } = this
    for (const line of linesOf(prologue, this.words.lineEnd)) {
      account.clientDir ??= this.clientBy(line)
      if (account.clientDir === null) continue
      if (line.afterHole) this.lost()
      const told = this.words.tells?.(line.text, line.dir === account.clientDir) ?? null
      if (told !== null) account.info(line, told)
      if (line.dir !== account.clientDir) this.server(line)
      else if (this.words.content?.test(line.text) === true) return account
      else this.client(line)
    }
    if (closer !== null && closer === account.clientDir) this.giveUp()
    return account
  }

  /** What the capture lacks may have been the offer, or the client's request: nothing is missed then. */
  private lost(): void {
    this.listing = false
    this.missing = null
  }

  private clientBy({ dir, text }: Line): 0 | 1 | null {
    const { greeting, asksFeatures, asks, goesOn } = this.words
    if (greeting.test(text)) return dir === 0 ? 1 : 0
    return [asksFeatures, asks, goesOn].some((each) => each?.test(text) === true) ? dir : null
  }

  private client(line: Line): void {
    const { asksFeatures, asks, goesOn, leaves } = this.words
    const { text } = line
    if (this.asked) this.account.info(line, `sends more before the answer to ${this.words.command}`)
    else if (asks.test(text)) {
      this.asked = true
      this.missing = null
      this.account.info(line, text)
    } else if (asksFeatures?.test(text) === true) {
      this.listing = true
      this.offered = false
      this.account.info(line, text)
    } else if (goesOn.test(text)) {
      this.missing = null
      this.wentOn = true
      this.account.info(line, 'goes on without TLS')
    } else if (leaves.test(text)) {
      this.account.info(line, text)
      this.giveUp()
    }
  }

  private server(line: Line): void {
    const { accepts, refuses, greeting, demands } = this.words
    const { text } = line
    if (this.asked) {
      if (accepts.test(text)) this.account.accept(line, text)
      else if (refuses.test(text)) this.account.refuse(line, text)
      else return
      this.asked = false
      return
    }
    if (this.account.steps.length === 0 && greeting.test(text)) this.account.info(line, text)
    else if (!this.listing && demands.test(text)) this.account.refuse(line, text)
    this.feature(line)
  }

  private feature(line: Line): void {
    const { command, offers, endsFeatures, fails, masked } = this.words
    const { text } = line
    if (offers.test(text)) this.offered = true
    if (!this.listing) return
    if (masked?.test(text) === true) this.masked = true
    if (!endsFeatures.test(text)) return
    this.listing = false
    if (this.offered) this.account.info(line, `server offers ${command}`)
    else if (this.masked) {
      const mask = `server does not offer ${command}: a firewall that inspects this protocol has overwritten it with X`
      this.account.refuse(line, mask)
    } else if (fails.test(text)) this.account.info(line, text)
    else {
      const step = this.account.info(line, `server does not offer ${command}`)
      if (!this.wentOn) this.missing = step
    }
  }

  /** The client leaves where it saw no offer and did not go on in the clear: it wanted TLS. */
  private giveUp(): void {
    if (this.missing === null) return
    this.missing.result = 'refused'
    this.account.refused = true
    this.missing = null
  }
}
