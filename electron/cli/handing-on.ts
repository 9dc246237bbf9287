// Options of inspect for handing results on: which conversations, what is replaced, and a capture of their own.

import { extname, resolve } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { redactionKinds, type RedactionKind } from '../../shared/contract/redaction.ts'
import type { SavedFormat } from '../../shared/export/saved.ts'
import type { SaveOptions } from '../worker/export.ts'
import { complain } from './messages.ts'

export interface HandingOn {
  /** Heading of HTML and Markdown; null: their own. */
  readonly title: string | null
  /** Empty: all. */
  readonly conversations: readonly number[]
  readonly redact: readonly RedactionKind[]
  /** A capture of these conversations; null: none is written. */
  readonly saved: (SaveOptions & { readonly path: string }) | null
}

export interface HandingOnFlags {
  title?: string
  conversation?: number[]
  redact?: RedactionKind[]
  saveCapture?: string
  withSecrets?: true
  replaceAddresses?: true
}

export function handingOnOptions(command: Command): Command {
  return command
    .option('--conversation <numbers...>', 'only the conversations with these numbers', readNumber)
    .option('--title <text>', 'heading of the report')
    .option(
      '--redact <kinds>',
      `numbered stand-ins in the report for ${redactionKinds.join(', ')}, or all`,
      readKinds,
    )
    .option('--save-capture <path>', 'save the conversations as a capture (.pcap or .pcapng), verified')
    .option('--with-secrets', "put the key log's lines of these conversations into the saved pcapng")
    .option(
      '--replace-addresses',
      'stand-ins for IP and link addresses in the saved capture; server names and certificates stay in its payload',
    )
}

/** null where the flags contradict each other; that was said on `stderr`. */
export function readHandingOn(
  files: readonly string[],
  flags: HandingOnFlags,
  stderr: { write(text: string): unknown },
): HandingOn | null {
  const refuse = (message: string, hint: string) => {
    complain(stderr, message, hint)
    return null
  }
  const { saveCapture: path, withSecrets: secrets = false, replaceAddresses: addresses = false } = flags
  if (path === undefined && (secrets || addresses))
    return refuse('--with-secrets and --replace-addresses belong to --save-capture', 'Name a file for it.')
  if (path !== undefined && files.length > 1)
    return refuse('--save-capture takes conversations of one capture', 'Name one FILE.')
  if (path !== undefined && files.some((file) => file !== '-' && resolve(file) === resolve(path)))
    return refuse(`--save-capture would overwrite the capture ${path}`, 'Name another file.')
  const format: SavedFormat =
    path !== undefined && extname(path).toLowerCase() === '.pcap' ? 'pcap' : 'pcapng'
  if (secrets && format === 'pcap')
    return refuse('a pcap file cannot hold secrets', 'Name a file that ends in .pcapng.')
  return {
    title: flags.title ?? null,
    conversations: flags.conversation ?? [],
    redact: flags.redact ?? [],
    saved: path === undefined ? null : { path, format, secrets, addresses },
  }
}

function readNumber(text: string, earlier: number[] = []): number[] {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('Write numbers as the report has them: 1, 2, …')
  return [...earlier, number]
}

function readKinds(text: string): RedactionKind[] {
  if (text === 'all') return [...redactionKinds]
  return text.split(',').map((word) => {
    const kind = redactionKinds.find((one) => one === word.trim())
    if (kind === undefined)
      throw new InvalidArgumentError(`Write some of ${redactionKinds.join(',')}, or all.`)
    return kind
  })
}
