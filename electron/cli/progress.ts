// A bar on the terminal while a long capture is read.

import { SingleBar } from 'cli-progress'

export interface Progress {
  update(bytes: number, total: number | null, packets: number): void
  stop(): void
}

/** Short captures are done before anyone could read a bar. */
const quietMilliseconds = 400

/** A bar on `stream`, once reading has taken a while and the size is known; none where nobody watches. */
export function startProgress(stream: NodeJS.WritableStream, file: string, watched: boolean): Progress {
  const started = Date.now()
  let bar: SingleBar | null = null
  return {
    update(bytes, total, packets) {
      if (!watched || total === null || Date.now() - started < quietMilliseconds) return
      if (bar === null) {
        bar = new SingleBar({
          stream,
          format: '{file} {bar} {percentage}% {packets} packets',
          barCompleteChar: '█',
          barIncompleteChar: '░',
          clearOnComplete: true,
          hideCursor: true,
        })
        bar.start(total, bytes, { file, packets })
      }
      bar.update(bytes, { packets })
    },
    stop: () => bar?.stop(),
  }
}
