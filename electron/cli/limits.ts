// The limits of reading as options of a command.

import { type Command, InvalidArgumentError } from 'commander'
import { defaultLimits, limitRanges, type ReadingLimits } from '../../shared/limits.ts'

/** What commander makes of the options; those that were not given are missing. */
export interface LimitFlags {
  maxOpen?: number
  maxOpenMemory?: number
  maxMinutes?: number
}

/** Adds an option for each limit that may be set; a value outside its range is a wrong usage. */
export function withLimits(command: Command): Command {
  const { openConversations, openMegabytes } = defaultLimits
  return command
    .option(
      '--max-open <n>',
      `conversations open at once (default: ${String(openConversations)})`,
      reader('openConversations'),
    )
    .option(
      '--max-open-memory <MiB>',
      `memory of open conversations (default: ${String(openMegabytes)})`,
      reader('openMegabytes'),
    )
    .option('--max-minutes <n>', 'stop reading after so long, and report what was read', reader('minutes'))
}

export function limitsOf({ maxOpen, maxOpenMemory, maxMinutes }: LimitFlags): ReadingLimits {
  return {
    openConversations: maxOpen ?? defaultLimits.openConversations,
    openMegabytes: maxOpenMemory ?? defaultLimits.openMegabytes,
    minutes: maxMinutes ?? defaultLimits.minutes,
  }
}

function reader(name: keyof ReadingLimits): (text: string) => number {
  const [least, most] = limitRanges[name]
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It is a whole number from ${String(least)} to ${String(most)}.`)
    return value
  }
}
