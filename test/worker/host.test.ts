import { describe, expect, it } from 'vitest'
import type { Fault } from '../../shared/contract/bridge.ts'
import { startHost } from '../../electron/worker/host.ts'
import type { HostMessage, WorkerMessage } from '../../electron/worker/process.ts'

interface Started {
  heard: HostMessage[]
  say(message: WorkerMessage): void
  die(code: number | null): void
}

function watch() {
  const started: Started[] = []
  const lost: { reason: Fault; again: boolean }[] = []
  const host = startHost<null>({
    start() {
      let listener: (message: WorkerMessage) => void = () => undefined
      let ended: (code: number | null) => void = () => undefined
      const own: Started = {
        heard: [],
        say: (message) => listener(message),
        die: (code) => ended(code),
      }
      started.push(own)
      return {
        send: (message) => void own.heard.push(message),
        onMessage: (hear) => void (listener = hear),
        onExit: (hear) => void (ended = hear),
        kill: () => own.die(null),
      }
    },
    opened: () => undefined,
    lost: (reason, again) => void lost.push({ reason, again }),
  })
  return { host, started, lost }
}

describe('the worker host', () => {
  it('starts a worker that died again, with all that the user had named', async () => {
    const { host, started, lost } = watch()
    started[0]!.say({ kind: 'ready' })
    const granted = host.grant('/a.pcap', 'read')
    started[0]!.die(null)
    expect(lost).toMatchObject([{ reason: { code: 'worker-lost' }, again: true }])
    expect(started[1]!.heard).toEqual([{ kind: 'grant', grant: 1, use: 'read', path: '/a.pcap' }])
    // Who waited for the first worker is answered by the second.
    started[1]!.say({ kind: 'granted', grant: 1 })
    await granted
  })

  it('gives up a worker that never gets ready', () => {
    const { started, lost } = watch()
    for (const worker of [0, 1, 2]) started[worker]!.die(1)
    expect(started).toHaveLength(3)
    expect(lost.map(({ reason, again }) => [reason.code, again])).toEqual([
      ['worker-lost', true],
      ['worker-lost', true],
      ['worker-failed', false],
    ])
  })

  it('does not restart a worker it stopped itself', () => {
    const { host, started, lost } = watch()
    host.stop()
    expect(started).toHaveLength(1)
    expect(lost).toEqual([])
  })
})
