// What the command understands. The help text is its specification.

import { extname, resolve } from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { parseFilter, type Filter } from '../../shared/filter/parse.ts'
import type { Problem } from '../../shared/filter/tokens.ts'
import { reportFormats, type ReportFormat } from '../../shared/report/formats.ts'
import { defaultReplay, type ReplayOptions } from '../../shared/schannel/model.ts'
import type { ReadingLimits } from '../../shared/limits.ts'
import { profileById } from '../../shared/schannel/profiles.ts'
import { profileHint } from '../../shared/whatif/profiles.ts'
import { handingOnOptions, readHandingOn, type HandingOn, type HandingOnFlags } from './handing-on.ts'
import { type LimitFlags, limitsOf, withLimits } from './limits.ts'
import { complain } from './messages.ts'

export const exitCodes = { done: 0, matched: 1, usage: 2, unreadable: 3, interrupted: 130 } as const

export interface InspectOptions extends HandingOn {
  readonly command: 'inspect'
  readonly files: readonly string[]
  readonly format: ReportFormat
  readonly full: boolean
  /** The files are one capture in time order. */
  readonly chain: boolean
  /** The file is still being written: read on until Ctrl-C. */
  readonly follow: boolean
  readonly limits: ReadingLimits
  /** A report is wanted: --save-capture alone prints none. */
  readonly printed: boolean
  /** null: standard output. */
  readonly out: string | null
  readonly keylog: string | null
  readonly key: string | null
  readonly passwordFile: string | null
  /** PEM file of the roots to trust; null: the list that comes with Node. */
  readonly roots: string | null
  readonly replay: ReplayOptions
  readonly filter: Filter
  readonly failedOnly: boolean
  readonly failOn: 'failed' | 'warning' | null
  readonly colour: boolean
}

export interface WhatIfOptions {
  readonly command: 'what-if'
  readonly file: string
  readonly conversation: number
  readonly side: 'client' | 'server'
  readonly serverKey: 'captured' | 'rsa' | 'ecdsa'
  /** A profile id, `all`, or the path of a changed profile. */
  readonly profile: string
  /** Names switched in the profile. */
  readonly on: readonly string[]
  readonly off: readonly string[]
  /** A .reg or JSON export of a machine's Schannel policy; null: none. */
  readonly policy: string | null
  /** Restrictions by their ids: strong-crypto, fips. */
  readonly restrict: readonly string[]
  readonly saveProfile: string | null
  readonly format: 'text' | 'json'
  readonly keylog: string | null
  readonly key: string | null
  readonly passwordFile: string | null
  readonly colour: boolean
}

export interface ExplainOptions {
  readonly command: 'explain'
  readonly text: string
  /** The capture whose conversations are filtered; null for none. */
  readonly file: string | null
  readonly format: 'text' | 'json'
}

export type CliCommand = InspectOptions | WhatIfOptions | ExplainOptions

export interface CommandHost {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly version: string
}

interface Flags extends HandingOnFlags, LimitFlags {
  format?: ReportFormat
  detail?: 'full'
  chain?: true
  follow?: true
  out?: string
  keylog?: string
  key?: string
  passwordFile?: string
  roots?: string
  delivery: ReplayOptions['delivery']
  partial: ReplayOptions['partial']
  statuses: ReplayOptions['statuses']
  profile?: ReplayOptions['profile']
  filter?: string
  failed?: true
  failOn?: 'failed' | 'warning'
  color: boolean
}

const examples = `
Examples:
  handshake-inspector inspect trace.pcapng
      each conversation, and both sides' calls of those that failed
  handshake-inspector inspect trace.pcapng --failed --format html --out report.html
      the failed ones as one HTML file
  handshake-inspector inspect *.pcap --format jsonl | jq -r 'select(.outcome=="failed").failure.cause'
      causes, one a line
  handshake-inspector inspect trace.pcap --filter 'status == 0x80090326 && ip.addr == 10.0.0.0/8'
      only conversations in which a call returned SEC_E_ILLEGAL_MESSAGE
  handshake-inspector inspect trace.pcap --failed --save-capture failed.pcapng --replace-addresses
      the failed conversations as a small capture with other addresses
  handshake-inspector inspect trace.pcap --redact addresses,names --format md
      a report to hand on, with numbered stand-ins
  handshake-inspector what-if trace.pcap --conversation 3
      what each Windows version would have answered its ClientHello
  handshake-inspector explain 0x80090326 --in trace.pcap
      what the status means, and where it occurs
  tcpdump -c 1000 -w - tcp port 443 | handshake-inspector inspect - --fail-on failed
      reads standard input; exit code 1 when a handshake failed

Filter: comparisons of fields (== != < <= > >= contains ~ in {a b}) joined by &&, ||, ! and parentheses; other words are
looked for everywhere. Fields are named as in Wireshark and Zeek: ip.addr, tcp.port, tls.sni, version, cipher, outcome,
failed, side, status, alert, cause, event, duration. docs/filter.md lists all.

Exit codes: 0 done, 1 --fail-on matched, 2 wrong usage, 3 a capture could not be read, 130 interrupted.
Results go to standard output, messages and progress to standard error.
`

/** Reads the arguments; an exit code where there is nothing (more) to do: help, version, wrong usage. */
export async function readCommand(args: readonly string[], host: CommandHost): Promise<CliCommand | number> {
  let options: CliCommand | number = exitCodes.usage
  const program = new Command('handshake-inspector')
    .description(
      'Shows which side of a captured TLS handshake failed, at which call, with which status, and why.',
    )
    .version(host.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text) => complain(host.stderr, text.replace(/^error: /, '').trim(), 'See --help.'),
    })
    .addHelpText('after', examples)
  inspectCommand(program).action((files: string[], flags: Flags) => {
    options = readFlags(files, flags, host)
  })
  whatIfCommand(program).action((file: string, flags: WhatIfFlags) => {
    options = readWhatIf(file, flags, host)
  })
  explainCommand(program).action((words: string[], flags: { in?: string; format: 'text' | 'json' }) => {
    options = { command: 'explain', text: words.join(' '), file: flags.in ?? null, format: flags.format }
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return options
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  }
}

function chosen(flag: string, text: string, choices: readonly string[]): Option {
  return new Option(flag, text).choices([...choices])
}

function inspectCommand(program: Command): Command {
  const command = program
    .command('inspect')
    .summary('print what happened in the captures FILE…')
    .description(
      'Prints what happened in each capture. Several FILEs give several reports; - is standard input.',
    )
    .argument('<FILE...>', 'pcap, pcapng, Network Monitor .cap or snoop, also in gzip, zstd or lz4')
    .addOption(
      chosen('--format <name>', 'how to print (default: by the ending of --out, else text)', reportFormats),
    )
    .addOption(
      chosen('--detail <level>', 'full: lanes of all conversations; in jsonl the whole object', ['full']),
    )
    .option('--out <path>', 'write there instead; an interrupted run leaves the old file')
    .option('--keylog <file>', 'open encrypted records with the secrets of an SSLKEYLOGFILE')
    .option('--key <file>', 'private RSA key (PEM, DER, PFX) of a server, for RSA key exchange')
    .option('--password-file <file>', 'file whose first line is the password of --key')
    .option('--roots <file>', 'PEM file of the root certificates to trust instead of the built-in list')
    .addOption(
      chosen('--delivery <mode>', 'how received bytes are handed to each call', [
        'as-captured',
        'per-record',
        'per-flight',
      ]).default(defaultReplay.delivery),
    )
    .addOption(
      chosen('--partial <reading>', 'what a call does with whole records before a partial one', [
        'consume',
        'retain',
      ]).default(defaultReplay.partial),
    )
    .addOption(
      chosen(
        '--statuses <reading>',
        'status of a received alert: as documented, or as seen on current Windows',
        ['documented', 'observed'],
      ).default(defaultReplay.statuses),
    )
    .option('--profile <id>', 'Windows version of both sides, or client=ID,server=ID', readProfile)
    .option('--chain', 'the files are one capture (a ring buffer): merged in time order, overlaps taken once')
    .option('--follow', 'the file is still being written: read on as it grows, until Ctrl-C; then report')
    .option('--filter <expression>', 'only conversations that pass')
    .option('--failed', 'only conversations that failed')
    .addOption(
      chosen('--fail-on <severity>', 'exit with 1 if one failed, or if there is any warning', [
        'failed',
        'warning',
      ]),
    )
    .option('--no-color', 'no colours; NO_COLOR in the environment does the same')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', examples)
  return handingOnOptions(withLimits(command))
}

interface WhatIfFlags {
  conversation: number
  side: WhatIfOptions['side']
  serverKey: WhatIfOptions['serverKey']
  profile: string
  on?: string[]
  off?: string[]
  policy?: string
  restrict?: string[]
  saveProfile?: string
  format: 'text' | 'json'
  keylog?: string
  key?: string
  passwordFile?: string
  color: boolean
}

function whatIfCommand(program: Command): Command {
  return program
    .command('what-if')
    .summary('what each Windows version would have answered or offered')
    .description(
      'Holds the ClientHello of one conversation against Windows servers, or its ServerHello against Windows clients.',
    )
    .argument(
      '<FILE>',
      'pcap, pcapng, Network Monitor .cap or snoop, also in gzip, zstd or lz4; - is standard input',
    )
    .requiredOption('--conversation <n>', 'which one, as inspect numbers them', readNumber)
    .addOption(chosen('--side <side>', 'the side that Windows takes', ['server', 'client']).default('server'))
    .option('--profile <id>', 'all, one Windows version, or a changed one saved as a file', 'all')
    .addOption(
      chosen('--server-key <kind>', 'key of the Windows server', ['captured', 'rsa', 'ecdsa']).default(
        'captured',
      ),
    )
    .option('--on <name...>', 'switch these on in the profile: versions, cipher suites, groups')
    .option('--off <name...>', 'switch these off')
    .option('--policy <file>', 'put the Schannel policy of this .reg or JSON export on the profile')
    .option('--restrict <names...>', 'turn off what this excludes: strong-crypto, fips')
    .option('--save-profile <path>', 'write the changed profile there')
    .addOption(chosen('--format <name>', 'how to print', ['text', 'json']).default('text'))
    .option('--keylog <file>', 'open encrypted records with the secrets of an SSLKEYLOGFILE')
    .option('--key <file>', 'private RSA key (PEM, DER, PFX) of a server, for RSA key exchange')
    .option('--password-file <file>', 'file whose first line is the password of --key')
    .option('--no-color', 'no colours; NO_COLOR in the environment does the same')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', `\n${profileHint}\n`)
}

function explainCommand(program: Command): Command {
  return program
    .command('explain')
    .summary('what an error text, status, event or alert means')
    .description('Says what a pasted error means, what may have caused it, and which filter finds it.')
    .argument('<TEXT...>', 'error text, status, event id or alert')
    .option('--in <file>', 'print the conversations of this capture that it matches')
    .addOption(chosen('--format <name>', 'how to print', ['text', 'json']).default('text'))
    .helpOption('-h, --help', 'print this help')
}

function readWhatIf(file: string, flags: WhatIfFlags, host: CommandHost): WhatIfOptions | number {
  const { on = [], off = [], restrict = [] } = flags
  const saveProfile = flags.saveProfile ?? null
  const policy = flags.policy ?? null
  const changes = on.length + off.length + restrict.length > 0 || policy !== null || saveProfile !== null
  if (flags.profile === 'all' && changes) {
    complain(
      host.stderr,
      '--on, --off, --policy, --restrict and --save-profile change one profile',
      `Name it. ${profileHint}`,
    )
    return exitCodes.usage
  }
  return {
    command: 'what-if',
    file,
    conversation: flags.conversation,
    side: flags.side,
    serverKey: flags.serverKey,
    profile: flags.profile,
    on,
    off,
    policy,
    restrict,
    saveProfile,
    format: flags.format,
    keylog: flags.keylog ?? null,
    key: flags.key ?? null,
    passwordFile: flags.passwordFile ?? null,
    colour: flags.color,
  }
}

function readFlags(files: readonly string[], flags: Flags, host: CommandHost): InspectOptions | number {
  const filter = parseFilter(flags.filter ?? '')
  if (!filter.ok) {
    complainFilter(host, flags.filter ?? '', filter.problem)
    return exitCodes.usage
  }
  const out = flags.out === undefined || flags.out === '-' ? null : flags.out
  if (out !== null && files.some((file) => file !== '-' && resolve(file) === resolve(out))) {
    complain(host.stderr, `--out would overwrite the capture ${out}`, 'Name another file.')
    return exitCodes.usage
  }
  if (flags.follow === true && (files.length > 1 || files[0] === '-')) {
    complain(host.stderr, '--follow reads one file', 'Name the file that is being written.')
    return exitCodes.usage
  }
  if (files.filter((file) => file === '-').length > 1) {
    complain(host.stderr, 'standard input can be read once only', 'Name - once.')
    return exitCodes.usage
  }
  const handingOn = readHandingOn(files, flags, host.stderr)
  if (handingOn === null) return exitCodes.usage
  return {
    command: 'inspect',
    files,
    out,
    format: flags.format ?? formatOf(out),
    full: flags.detail === 'full',
    chain: flags.chain ?? false,
    follow: flags.follow ?? false,
    limits: limitsOf(flags),
    printed: flags.saveCapture === undefined || flags.format !== undefined || out !== null,
    keylog: flags.keylog ?? null,
    key: flags.key ?? null,
    passwordFile: flags.passwordFile ?? null,
    roots: flags.roots ?? null,
    replay: {
      delivery: flags.delivery,
      partial: flags.partial,
      statuses: flags.statuses,
      profile: flags.profile ?? defaultReplay.profile,
    },
    filter: filter.filter,
    ...handingOn,
    failedOnly: flags.failed ?? false,
    failOn: flags.failOn ?? null,
    colour: flags.color && out === null,
  }
}

function complainFilter(host: CommandHost, text: string, problem: Problem): void {
  const line = text.replace(/[\p{Cc}]/gu, ' ')
  const underline = ' '.repeat(problem.start) + '^'.repeat(Math.max(1, problem.end - problem.start))
  complain(
    host.stderr,
    `--filter: ${problem.message}\n  ${line}\n  ${underline}`,
    'See the part Filter of --help.',
  )
}

function formatOf(out: string | null): ReportFormat {
  const ending = out === null ? '' : extname(out).slice(1).toLowerCase()
  return reportFormats.find((format) => format === ending) ?? (ending === 'htm' ? 'html' : 'text')
}

function readNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a number from 1.')
  return Number(text)
}

function readProfile(text: string): ReplayOptions['profile'] {
  if (!text.includes('=')) return { client: knownProfile(text), server: knownProfile(text) }
  const profile: { client: string | null; server: string | null } = { client: null, server: null }
  for (const part of text.split(',')) {
    const [side, id] = part.split('=', 2)
    if ((side !== 'client' && side !== 'server') || id === undefined || id === '')
      throw new InvalidArgumentError('Write ID, or client=ID,server=ID.')
    profile[side] = knownProfile(id)
  }
  return profile
}

function knownProfile(id: string): string {
  if (profileById(id) === null) throw new InvalidArgumentError(`There is no "${id}". ${profileHint}`)
  return id
}
