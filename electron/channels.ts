// The names of what main sends the preload; apart from the contract, so that the preload carries no validator.

/** The worker's message port, as the message's only port. */
export const portChannel = 'worker.port'
/** A `BridgeEvent` of main's own: the worker was lost. */
export const eventChannel = 'worker.event'
/** A `Command`. */
export const commandChannel = 'window.command'
/** The argument that carries the program's version to the preload. */
export const versionArgument = '--handshake-inspector-version='

/** Marks the worker's argument with the folder of the application's data. */
export const dataArgument = '--data='
