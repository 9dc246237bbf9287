// Pictures of every view and state, in light and dark, the main ones at two sizes, and those of the guide: node scripts/screens.mjs [--guide] [NAME …]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const captures = [join(root, '../shared/captures/lab'), join(root, 'test/captures')].find((path) =>
  existsSync(path),
)
const guide = process.argv.includes('--guide')
const only = process.argv.slice(2).filter((each) => each !== '--guide')
const folder = resolve(process.env.SCREENS_TO ?? join(root, guide ? 'docs/images' : 'docs/screens'))
const sizes = guide
  ? [{ width: 1280, height: 800 }]
  : [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ]
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']

const built = resolve(process.env.SCREENS_BUILD ?? join(root, 'out'))
const { serve } = await import(pathToFileURL(join(built, 'main/serve.js')).href)

/** Each view: its capture (none: the empty window), what shows that it is there, and how to get to it. */
const views = [
  { name: 'welcome', ready: '.wl' },
  { name: 'failed', capture: 'untrusted-root' },
  { name: 'failed-server', capture: 'no-common-cipher' },
  { name: 'call', capture: 'untrusted-root', act: call },
  { name: 'signature', capture: 'untrusted-root', act: signature },
  { name: 'retry', capture: 'tls13-hello-retry-sliced' },
  { name: 'retry-expanded', capture: 'tls13-hello-retry-sliced', act: expand },
  { name: 'trickled', capture: 'trickled-hello' },
  { name: 'no-answer', capture: 'no-answer' },
  { name: 'reset', capture: 'reset-after-hello' },
  { name: 'one-sided', capture: 'server-side-only' },
  { name: 'reordered', capture: 'reordered-segments' },
  { name: 'mutual', capture: 'ok-mutual-tls12' },
  { name: 'carrier', file: () => join(root, 'test/captures/carriers/smtp-postfix.pcap') },
  { name: 'carrier-refused', file: () => join(root, 'test/captures/carriers/smtp-postfix-refused.pcap') },
  { name: 'find', capture: 'untrusted-root', act: find },
  { name: 'opened', capture: 'ok-tls13-full', act: opened },
  { name: 'certificates', capture: 'expired-certificate', act: tab(/Certificates/) },
  { name: 'messages', capture: 'ok-mutual-tls12', act: tab(/Messages/) },
  { name: 'findings', capture: 'untrusted-root', act: tab(/Findings/) },
  { name: 'attributes', capture: 'ok-tls12-full', act: tab('Attributes') },
  { name: 'what-if', capture: 'no-common-cipher', act: whatIf },
  { name: 'what-if-profile', capture: 'no-common-cipher', act: profile },
  { name: 'compare', file: both, act: compare },
  { name: 'note', capture: 'untrusted-root', act: note },
  { name: 'keys', capture: 'untrusted-root', act: (page) => page.keyboard.press('?') },
  { name: 'report', capture: 'untrusted-root', act: report },
  { name: 'report-redacted', capture: 'untrusted-root', act: redacted },
  { name: 'report-capture', capture: 'untrusted-root', act: asCapture },
  { name: 'filter', capture: 'untrusted-root', act: complete },
  { name: 'explain', file: merged, act: explain },
  { name: 'list', file: merged, act: tall },
  { name: 'list-grouped', file: merged, act: grouped },
  { name: 'list-menu', file: merged, act: menu },
  { name: 'list-range', file: merged, act: range },
  { name: 'columns', file: merged, act: (page) => page.getByLabel('Columns and groups').click() },
  { name: 'saved-filters', file: merged, act: saved },
  { name: 'commands', file: merged, act: commands },
  { name: 'settings', capture: 'untrusted-root', act: (page) => page.keyboard.press('Control+,') },
  { name: 'about', capture: 'untrusted-root', act: about },
  { name: 'nothing-found', file: nothing, ready: '.wl' },
  { name: 'fault', file: text, ready: '.wl' },
]

/** The pictures of the guide and the README: file, view, theme. */
const pictures = [
  ['welcome', 'welcome', 'light'],
  ['failed-handshake', 'failed', 'light'],
  ['hello-retry', 'retry-expanded', 'dark'],
  ['evidence', 'find', 'light'],
  ['certificates', 'certificates', 'light'],
  ['compare', 'compare', 'light'],
  ['what-if', 'what-if', 'light'],
  ['explain', 'explain', 'light'],
  ['report', 'report-redacted', 'light'],
]

/** Views that are also shown on a wide screen. */
const wide = ['failed', 'retry-expanded', 'certificates', 'compare', 'what-if', 'list', 'report']

const written = new Set()
const browser = await launch()
mkdirSync(folder, { recursive: true })
const wanted = views.filter(({ name }) =>
  only.length > 0 ? only.includes(name) : !guide || pictures.some(([, view]) => view === name),
)
const rest = wanted.values()
await Promise.all([shootAll(rest), shootAll(rest)])
await browser.close()

async function shootAll(turns) {
  for (const view of turns) {
    for (const viewport of sizes) {
      if (viewport.width === 1280 || wide.includes(view.name)) await shoot(view, viewport)
    }
  }
}

async function shoot(view, viewport) {
  const file = view.file?.() ?? (view.capture === undefined ? null : join(captures, `${view.capture}.pcap`))
  const served = await serve({ files: file === null ? [] : [file], version: '0.1.0' })
  const page = await browser.newPage({ viewport, colorScheme: 'light', reducedMotion: 'reduce' })
  page.setDefaultTimeout(12_000)
  const problems = []
  page.on('pageerror', (error) => problems.push(error.stack))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  try {
    await page.goto(served.url)
    await page.waitForSelector(view.ready ?? '.card, .tok, .none')
    await view.act?.(page)
    await page.evaluate(() => document.fonts.ready)
    if (file !== null) await page.evaluate(hidePaths, `${dirname(file)}/`)
  } catch (error) {
    problems.push(error.message)
  }
  for (const colorScheme of ['light', 'dark']) {
    const names = guide
      ? pictures
          .filter(([, name, theme]) => name === view.name && theme === colorScheme)
          .map(([name]) => name)
      : [`${view.name}-${String(viewport.width)}-${colorScheme}`]
    await page.emulateMedia({ colorScheme })
    await page.waitForTimeout(250)
    for (const name of names) {
      const path = join(folder, `${name}.png`)
      await page.screenshot({ path })
      // Where pngquant is installed, pictures become a third of their size.
      spawnSync('pngquant', ['--force', '--ext', '.png', '--skip-if-larger', '96', path])
    }
  }
  process.stdout.write(
    `${view.name} ${String(viewport.width)}\n${problems.map((each) => `  ${each}\n`).join('')}`,
  )
  await page.close()
  await served.close()
}

/** Where the captures lie on this machine is nothing for a picture. */
function hidePaths(path) {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) texts.currentNode.nodeValue = texts.currentNode.nodeValue.replaceAll(path, '')
}

function tab(name) {
  return async (page) => {
    await page.getByRole('tab', { name }).click()
    await page.waitForTimeout(300)
  }
}

async function call(page) {
  await page.getByLabel(/^Client, ISC #2/).click()
  await page.mouse.move(5, 5)
}

async function signature(page) {
  await page.locator('.card.point').hover()
  await page.getByRole('note', { name: /^Signature of/ }).waitFor()
}

async function find(page) {
  await page.getByRole('tree', { name: 'Fields' }).focus()
  await page.keyboard.press('f')
  await page.getByRole('searchbox', { name: 'Find in fields and bytes' }).fill('otherca')
  await page.getByText(/^1 of \d/).waitFor()
  await page.keyboard.press('Enter')
}

async function opened(page) {
  await page.getByRole('button', { name: 'Open the application data' }).click()
  await page.getByRole('listitem', { name: /^Client, DM #1/ }).waitFor()
}

async function whatIf(page) {
  await page.getByRole('tab', { name: /What if/ }).click()
  const grid = page.getByRole('grid', { name: 'Windows versions' })
  await grid.getByRole('row').nth(18).waitFor()
  await grid.focus()
  await page.keyboard.press('End')
  await page.getByRole('region', { name: /in full$/ }).waitFor()
}

async function profile(page) {
  await whatIf(page)
  await page.getByRole('button', { name: 'Change a profile' }).click()
  const base = page.getByLabel('Windows version to change')
  await base.locator('option').nth(2).waitFor({ state: 'attached' })
  await base.selectOption({ index: 1 })
  await page.getByLabel('TLS 1.2', { exact: false }).first().uncheck()
}

async function compare(page) {
  await page.locator('[data-pane=conversations]').focus()
  await page.keyboard.press('c')
  await page.getByRole('heading', { name: /They part at/ }).waitFor()
}

async function note(page) {
  await page.getByRole('button', { name: 'Write a note on conversation 1' }).click()
  await page.getByRole('textbox', { name: 'Note on conversation 1' }).fill('Ask the web team for the chain.')
}

async function report(page) {
  await page.keyboard.press('Control+e')
  await page
    .getByRole('document', { name: 'Preview of the report' })
    .getByRole('heading', { name: /server\.example/ })
    .waitFor()
}

async function redacted(page) {
  await report(page)
  for (const name of [/^Addresses/, /^Server names/, /^Certificate names/, /^File name/])
    await page.getByRole('checkbox', { name }).check()
  await page.locator('.si', { hasText: 'server-1.example' }).first().waitFor()
}

async function asCapture(page) {
  await report(page)
  await page.getByText('pcapng', { exact: true }).click()
  await page.getByRole('checkbox', { name: /^Replace addresses/ }).check()
}

async function explain(page) {
  await page.keyboard.press('/')
  await page.keyboard.type('The certificate chain was issued by an authority that is not trusted')
  await page.getByRole('region', { name: 'What this means' }).waitFor()
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
  await page.evaluate(() => localStorage.setItem('layout', '{"list":46,"inspector":37,"hex":40}'))
  await page.reload()
  await page.waitForSelector('.card, .tok, .none')
  await page.locator('.overview').waitFor()
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
  await page.locator('.overview').waitFor()
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
  return joined(
    'merged.pcap',
    readdirSync(captures).filter((name) => name.endsWith('.pcap')),
  )
}

/** A good and a bad handshake to compare. */
function both() {
  return joined('both.pcap', ['ok-tls12-full.pcap', 'no-common-cipher.pcap'])
}

/** One file header, then the packets of all with the same header. */
function joined(name, names) {
  const [first, ...others] = names.map((each) => readFileSync(join(captures, each)))
  const same = others.filter((file) => file.subarray(0, 24).equals(first.subarray(0, 24)))
  return temporary(name, Buffer.concat([first, ...same.map((file) => file.subarray(24))]))
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

/** Written once: a capture that changes while a page has it open is refused there. */
function temporary(name, bytes) {
  const path = join(root, 'node_modules/.cache/screens')
  mkdirSync(path, { recursive: true })
  if (!written.has(name)) writeFileSync(join(path, name), bytes)
  written.add(name)
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
