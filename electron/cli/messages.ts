// Messages on standard error: what is wrong, then what to do.

interface Writable {
  write(text: string): unknown
}

/** `error: …`, then `hint: …` where there is one. */
export function complain(stderr: Writable, message: string, hint: string | null): void {
  say(stderr, 'error', message, hint)
}

/** Something the user should know although the work goes on. */
export function warn(stderr: Writable, message: string, hint: string | null): void {
  say(stderr, 'warning', message, hint)
}

function say(stderr: Writable, kind: string, message: string, hint: string | null): void {
  stderr.write(`${kind}: ${message}\n${hint === null ? '' : `hint: ${hint}\n`}`)
}
