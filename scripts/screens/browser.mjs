// The Chromium that takes the pictures.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']

/** As test/host/browser.ts: the package's Chromium, unpacked below node_modules/.cache. */
export async function launch() {
  const cache = join(root, 'node_modules/.cache/chromium')
  mkdirSync(cache, { recursive: true })
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x'
  const before = process.env.TMPDIR
  process.env.TMPDIR = cache
  const { default: packaged } = await import('@sparticuz/chromium')
  packaged.setGraphicsMode = false
  const executablePath = await packaged.executablePath()
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  if (readdirSync(cache).length === 0) throw new Error('Chromium was not unpacked.')
  // The package's own font configuration names folders of the cloud it was made for; without one font no text is drawn.
  const fonts = `<fontconfig><dir>${join(cache, 'fonts')}</dir><dir>/usr/share/fonts</dir><cachedir>${join(cache, 'font-cache')}</cachedir></fontconfig>`
  writeFileSync(
    join(cache, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">${fonts}`,
  )
  return chromium.launch({
    executablePath,
    args: flags,
    env: { ...process.env, FONTCONFIG_FILE: join(cache, 'fonts.conf'), FONTCONFIG_PATH: cache },
  })
}
