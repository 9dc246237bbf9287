// Errors as values on the host's side: how a thrown error becomes a fault that may cross processes.

import { SourceError } from '../shared/ports.ts'
import type { Fault, Outcome } from '../shared/contract/bridge.ts'

/** Carries a fault through code that can only throw. */
export class Refusal extends Error {
  readonly fault: Fault
  constructor(reason: Fault) {
    super(reason.message)
    this.fault = reason
  }
}

/** A request that is refused for a reason the user can act on. */
export function refusal(code: string, message: string, hint: string | null = null): Refusal {
  return new Refusal(fault(code, message, hint))
}

export function fault(code: string, message: string, hint: string | null = null): Fault {
  return { code, message, hint, offset: null, packet: null }
}

/** Runs `work`; whatever it throws becomes the outcome's fault. */
export async function outcomeOf<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    return { ok: false, fault: faultOf(error) }
  }
}

export function faultOf(error: unknown): Fault {
  if (error instanceof Refusal) return error.fault
  if (error instanceof SourceError) return fault(error.code, error.message, error.hint)
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return fault(systemCodes[error.code] ?? 'system-error', error.message, systemHints[error.code] ?? null)
  }
  return fault(
    'internal-error',
    error instanceof Error ? error.message : String(error),
    'This is a fault of the program, not of the capture. Please report it.',
  )
}

const systemCodes: Readonly<Record<string, string>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'file-too-large',
  EACCES: 'not-permitted',
  EPERM: 'not-permitted',
  EROFS: 'not-permitted',
  ENOENT: 'not-found',
  EISDIR: 'not-a-file',
}

const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space or choose another folder.',
  EDQUOT: 'Free some space or choose another folder.',
  EFBIG: 'The system lets no file become this large here. Choose another folder.',
  EACCES: 'Choose a folder you may write to, or ask for access to the file.',
  EPERM: 'Choose a folder you may write to, or ask for access to the file.',
  EROFS: 'The folder can only be read. Choose another one.',
  ENOENT: 'It may have been moved or deleted.',
  EISDIR: 'Choose a file, not a folder.',
}
