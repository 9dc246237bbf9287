// The launcher and the command line as a user starts them.

import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { runDesktopCommand } from '../host/desktop.ts'

describe('npm start', () => {
  it('says in one line why there is no window, prints the address, and ends when told to', async () => {
    const child = spawn(process.execPath, [resolve('scripts/start.mjs'), '--serve'], { stdio: 'pipe' })
    let address = ''
    let messages = ''
    child.stdout.on('data', (text: Buffer) => (address += text.toString()))
    child.stderr.on('data', (text: Buffer) => (messages += text.toString()))
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await vi.waitFor(() => expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/\n$/), {
      timeout: 25_000,
    })
    expect(messages.trim().split('\n').at(-1)).toMatch(/^No desktop window \(--serve was given\)/)
    expect((await fetch(address.trim())).status).toBe(200)
    child.kill('SIGTERM')
    await expect(ended).resolves.toBe(0)
  })
})

describe('the desktop program with `inspect` in its arguments', () => {
  it('runs the command line without a window and exits with its code', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockImplementation((...args: unknown[]) => {
      const done = args.at(-1)
      if (typeof done === 'function') (done as () => void)()
      return true
    })
    const { code, windows } = await runDesktopCommand([
      'inspect',
      resolve('test/captures/keys/ecdhe-ecdsa-gcm.pcap'),
      '--format',
      'json',
    ])
    const text = written.mock.calls.map(([piece]) => String(piece)).join('')
    written.mockRestore()
    expect({ code, windows }).toEqual({ code: 0, windows: 0 })
    expect(text).toContain('"handshake-report/1"')
  })
})
