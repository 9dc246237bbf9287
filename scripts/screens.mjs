// Screenshots of every view and state into docs/screens, in light and dark at two sizes: node scripts/screens.mjs [FOLDER] [NAME …]
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const captures = [join(root, '../shared/captures/lab'), join(root, 'test/captures')].find((path) =>
  existsSync(path),
)
const [folder = join(root, 'docs/screens'), ...only] = process.argv.slice(2)
const sizes = process.env.SCREENS_ONE
  ? [{ width: 1440, height: 900 }]
  : [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ]
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']

const built = resolve(process.env.SCREENS_BUILD ?? join(root, 'out'))
const { serve } = await import(pathToFileURL(join(built, 'main/serve.js')).href)
const browser = await launch()
mkdirSync(resolve(folder), { recursive: true })

/** Each view: its capture (null: none) and how to get there. */
const views = [
  { name: 'welcome', capture: null },
  { name: 'failed', capture: 'untrusted-root' },
  { name: 'failed-server', capture: 'no-common-cipher' },
  { name: 'call', capture: 'untrusted-root', act: (page) => page.getByLabel(/^Client, ISC #2/).click() },
  { name: 'retry-sliced', capture: 'tls13-hello-retry-sliced' },
  { name: 'retry-expanded', capture: 'tls13-hello-retry-sliced', act: expand },
  { name: 'trickled', capture: 'trickled-hello' },
  { name: 'no-answer', capture: 'no-answer' },
  { name: 'reset', capture: 'reset-after-hello' },
  { name: 'one-sided', capture: 'server-side-only' },
  { name: 'reordered', capture: 'reordered-segments' },
  { name: 'mutual', capture: 'ok-mutual-tls12' },
  {
    name: 'certificates',
    capture: 'expired-certificate',
    act: (page) => page.getByRole('tab', { name: /Certificates/ }).click(),
  },
  {
    name: 'messages',
    capture: 'ok-mutual-tls12',
    act: (page) => page.getByRole('tab', { name: /Messages/ }).click(),
  },
  {
    name: 'findings',
    capture: 'untrusted-root',
    act: (page) => page.getByRole('tab', { name: /Findings/ }).click(),
  },
  { name: 'keys', capture: 'untrusted-root', act: (page) => page.keyboard.press('?') },
  { name: 'report', capture: 'untrusted-root', act: (page) => page.keyboard.press('Control+e') },
  { name: 'filter', capture: 'untrusted-root', act: complete },
  { name: 'list', file: merged, full: true, act: tall },
  { name: 'list-grouped', file: merged, full: true, act: grouped },
  { name: 'list-menu', file: merged, full: true, act: menu },
  { name: 'list-range', file: merged, full: true, act: range },
  { name: 'columns', file: merged, full: true, act: (page) => page.getByLabel('Columns and groups').click() },
  { name: 'saved-filters', file: merged, full: true, act: saved },
  { name: 'commands', file: merged, full: true, act: commands },
  { name: 'settings', capture: 'untrusted-root', act: (page) => page.keyboard.press('Control+,') },
  { name: 'about', capture: 'untrusted-root', act: about },
  { name: 'nothing-found', file: nothing },
  { name: 'fault', file: text },
]

for (const theme of ['light', 'dark']) {
  for (const viewport of sizes) {
    for (const view of views) {
      if (only.length === 0 || only.includes(view.name)) await shoot(view, theme, viewport)
    }
  }
}
await browser.close()

async function shoot(view, theme, viewport) {
  const file = view.file?.() ?? (view.capture === null ? null : join(captures, `${view.capture}.pcap`))
  const served = await serve({ files: file === null ? [] : [file], version: '0.1.0' })
  const page = await browser.newPage({ viewport, colorScheme: theme, reducedMotion: 'reduce' })
  const problems = []
  page.on('pageerror', (error) => problems.push(error.stack))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  await page.goto(served.url)
  await page
    .waitForSelector(file === null || (view.file && !view.full) ? '.wl' : '.card, .tok, .none', {
      timeout: 8000,
    })
    .catch((error) => problems.push(error.message))
  await view.act?.(page)
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(200)
  const name = `${view.name}-${String(viewport.width)}-${theme}.png`
  await page.screenshot({ path: join(folder, name) })
  process.stdout.write(`${name}${problems.length > 0 ? `\n  ${problems.join('\n  ')}` : ''}\n`)
  await page.close()
  await served.close()
}

async function expand(page) {
  await page.getByRole('button', { name: 'View' }).click()
  await page.getByRole('menuitem', { name: 'List of conversations' }).click()
}

async function complete(page) {
  await page.keyboard.press('/')
  await page.keyboard.type('failed && status == SEC_E_U')
}

async function tall(page) {
  await page.evaluate(() => localStorage.setItem('layout', '{"list":70,"inspector":37,"hex":40}'))
  await page.reload()
  await page.waitForSelector('.card, .tok, .none')
}

async function grouped(page) {
  await tall(page)
  await page.getByLabel('Columns and groups').click()
  await page.getByRole('radio', { name: 'Cause' }).click()
  await page.keyboard.press('Escape')
  await page.locator('[data-pane=conversations]').focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowLeft')
}

async function menu(page) {
  await page.locator('[data-pane=conversations]').focus()
  for (const key of ['Space', 'Space', 'ArrowDown']) await page.keyboard.press(key)
  await page.locator('.lrow.sel').click({ button: 'right', position: { x: 300, y: 12 } })
}

async function range(page) {
  const box = await page.locator('.overview').boundingBox()
  await page.mouse.move(box.x + 200, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + 620, box.y + 24, { steps: 4 })
  await page.mouse.up()
  await page.mouse.move(box.x + 420, box.y + 24)
}

async function saved(page) {
  await page.evaluate(() => {
    const kept = [
      { name: 'Alert 40 at the gateway', filter: 'alert == 40 && ip.dst == 10.20.3.17' },
      { name: 'established', filter: 'established' },
    ]
    localStorage.setItem('saved-filters', JSON.stringify(kept))
    localStorage.setItem('filter-history', '["failed && side == client","tls.version < \\"TLS 1.2\\""]')
  })
  await page.reload()
  await page.keyboard.press('/')
  await page.keyboard.type('failed && side == server ')
  await page.getByLabel('Saved filters').click()
}

async function commands(page) {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('co')
  await page
    .getByRole('option', { name: /^Conversation/ })
    .first()
    .waitFor()
}

async function about(page) {
  await page.getByRole('button', { name: 'Help' }).click()
  await page.getByRole('menuitem', { name: /About/ }).click()
}

/** Every capture of the folder in one, in the order of their names. */
function merged() {
  const files = readdirSync(captures).filter((name) => name.endsWith('.pcap'))
  const [first, ...rest] = files.map((name) => readFileSync(join(captures, name)))
  const same = rest.filter((file) => file.subarray(0, 24).equals(first.subarray(0, 24)))
  return temporary('merged.pcap', Buffer.concat([first, ...same.map((file) => file.subarray(24))]))
}

/** A capture with packets and no TLS: an Ethernet frame of an unknown type, six times. */
function nothing() {
  const packet = Buffer.concat([Buffer.alloc(12, 2), Buffer.from([0x88, 0xcc]), Buffer.alloc(46)])
  const head = Buffer.alloc(16)
  head.writeUInt32LE(packet.length, 8)
  head.writeUInt32LE(packet.length, 12)
  const file = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex')
  return temporary(
    'nothing.pcap',
    Buffer.concat([file, ...Array.from({ length: 6 }, () => [head, packet]).flat()]),
  )
}

function text() {
  return temporary('notes.pcapng', Buffer.from('Ticket 4711: the printer does not print.\n'))
}

function temporary(name, bytes) {
  const path = join(root, 'node_modules/.cache/screens')
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, name), bytes)
  return join(path, name)
}

/** As test/host/browser.ts: the package's Chromium, unpacked below node_modules/.cache. */
async function launch() {
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
