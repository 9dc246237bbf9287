// Finds a Chromium to test in: an installed one, else the npm package's, unpacked once below node_modules/.cache.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { chromium } from 'playwright-core'
import type { BrowserServer } from 'playwright-core'

const cache = resolve('node_modules/.cache/chromium')
const channels = ['chrome', 'msedge', 'chromium'] as const
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']

/** Starts one headless Chromium that any process may connect to by its `wsEndpoint()`. */
export async function launchChromium(): Promise<BrowserServer> {
  for (const channel of channels) {
    try {
      return await chromium.launchServer({ channel, args: flags })
    } catch {
      // Not installed: the next one.
    }
  }
  const executablePath = await unpack()
  return chromium.launchServer({ executablePath, args: flags, env: { ...process.env, ...fonts() } })
}

/**
 * The package takes its system libraries along only when it believes to run in the cloud it was made for, and unpacks
 * to the temporary folder, reusing whatever lies there: both are settled before it is imported.
 */
async function unpack(): Promise<string> {
  mkdirSync(cache, { recursive: true })
  const before = process.env['TMPDIR']
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs22.x'
  process.env['TMPDIR'] = cache
  try {
    const { default: packaged } = await import('@sparticuz/chromium')
    packaged.setGraphicsMode = false
    const path = await packaged.executablePath()
    if (!existsSync(path)) throw new Error('Chromium was not unpacked.')
    return path
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
}

/** The package's own font configuration names folders of the cloud it was made for: without one font no text has a size. */
function fonts(): Record<string, string> {
  const file = resolve(cache, 'fonts.conf')
  const folders = [resolve(cache, 'fonts'), '/usr/share/fonts'].map((path) => `<dir>${path}</dir>`).join('')
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${folders}</fontconfig>`,
  )
  return { FONTCONFIG_FILE: file, FONTCONFIG_PATH: cache }
}
