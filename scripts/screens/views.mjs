// The views and states that have a picture, and how to get to each.
import { appendFileSync } from 'node:fs'
import {
  both,
  carried,
  damaged,
  growing,
  keyed,
  long,
  many,
  manyCalls,
  merged,
  noted,
  nothing,
  recorded,
  restOf,
  text,
  tunnelled,
} from './captures.mjs'

const contrast = { contrast: 'more' }
const forced = { forcedColors: 'active' }

/** Each view: its capture (none: the empty window), what shows that it is there, and how to get to it. */
export const views = [
  { name: 'welcome', ready: '.wl' },
  { name: 'welcome-recent', file: merged, act: recent },
  { name: 'main', file: merged, act: main },
  { name: 'main-contrast', file: merged, act: main, media: contrast },
  { name: 'main-forced-colors', file: merged, act: main, media: forced },
  { name: 'main-zoomed', file: merged, act: main, scale: 2 },
  { name: 'reading', file: long, ready: '.reading', act: someRows },
  { name: 'following', file: growing, act: follow },
  { name: 'damaged', file: damaged },
  { name: 'failed', file: () => recorded('untrusted-root') },
  { name: 'failed-server', file: () => recorded('no-common-cipher') },
  { name: 'call', file: () => recorded('untrusted-root'), act: call },
  { name: 'signature', file: () => recorded('untrusted-root'), act: signature },
  { name: 'retry', file: () => recorded('tls13-hello-retry-sliced') },
  { name: 'retry-expanded', file: () => recorded('tls13-hello-retry-sliced'), act: expand },
  { name: 'trickled', file: () => recorded('trickled-hello') },
  { name: 'many-calls', file: manyCalls },
  { name: 'many-calls-fit', file: manyCalls, act: (page) => fit(page, '3') },
  { name: 'many-calls-opened', file: manyCalls, act: openRun },
  { name: 'zoomed-score', file: () => recorded('ok-mutual-tls12'), act: larger },
  { name: 'no-answer', file: () => recorded('no-answer') },
  { name: 'reset', file: () => recorded('reset-after-hello') },
  { name: 'one-sided', file: () => recorded('server-side-only') },
  { name: 'reordered', file: () => recorded('reordered-segments') },
  { name: 'mutual', file: () => recorded('ok-mutual-tls12') },
  { name: 'carrier', file: () => carried('smtp-postfix') },
  { name: 'carrier-refused', file: () => carried('smtp-postfix-refused') },
  { name: 'tunnel', file: () => tunnelled('vxlan') },
  { name: 'inside', file: () => carried('https-proxy-squid'), act: keys },
  { name: 'inside-refused', file: () => carried('eap-peap-opened-wrong-password-radius'), act: keys },
  { name: 'find', file: () => recorded('untrusted-root'), act: find },
  { name: 'asn1', file: () => recorded('untrusted-root'), act: asn1 },
  { name: 'asn1-ocsp', file: () => keyed('stapled-tls12'), act: staple },
  { name: 'opened', file: () => recorded('ok-tls13-full'), act: opened },
  { name: 'certificates', file: () => recorded('expired-certificate'), act: tab(/Certificates/) },
  {
    name: 'certificates-contrast',
    file: () => recorded('expired-certificate'),
    act: tab(/Certificates/),
    media: contrast,
  },
  { name: 'messages', file: () => recorded('ok-mutual-tls12'), act: tab(/Messages/) },
  { name: 'findings', file: () => recorded('untrusted-root'), act: tab(/Findings/) },
  { name: 'attributes', file: () => recorded('ok-tls12-full'), act: tab('Attributes') },
  { name: 'what-if', file: () => recorded('no-common-cipher'), act: whatIf },
  { name: 'what-if-profile', file: () => recorded('no-common-cipher'), act: profile },
  { name: 'what-if-contrast', file: () => recorded('no-common-cipher'), act: whatIf, media: contrast },
  { name: 'compare', file: both, act: compare },
  { name: 'compare-contrast', file: both, act: compare, media: contrast },
  { name: 'compare-forced-colors', file: both, act: compare, media: forced },
  { name: 'notes-found', file: noted, act: (page) => page.getByText(/found in a file beside/).waitFor() },
  { name: 'note', file: () => recorded('untrusted-root'), act: note },
  { name: 'keys', file: () => recorded('untrusted-root'), act: (page) => page.keyboard.press('?') },
  { name: 'report', file: () => recorded('untrusted-root'), act: report },
  { name: 'report-contrast', file: () => recorded('untrusted-root'), act: report, media: contrast },
  { name: 'report-redacted', file: () => recorded('untrusted-root'), act: redacted },
  { name: 'report-capture', file: () => recorded('untrusted-root'), act: asCapture },
  { name: 'filter', file: () => recorded('untrusted-root'), act: complete },
  { name: 'filter-history', file: merged, act: history },
  { name: 'explain', file: merged, act: explain },
  { name: 'list', file: merged, act: tall },
  { name: 'list-many', file: many, ready: '.lrow', act: manyRows },
  { name: 'list-grouped', file: merged, act: grouped },
  { name: 'list-menu', file: merged, act: menu },
  { name: 'list-range', file: merged, act: range },
  { name: 'list-range-keys', file: merged, act: rangeByKey },
  { name: 'columns', file: merged, act: (page) => page.getByLabel('Columns and groups').click() },
  { name: 'saved-filters', file: merged, act: saved },
  { name: 'commands', file: merged, act: commands },
  {
    name: 'settings',
    file: () => recorded('untrusted-root'),
    act: (page) => page.keyboard.press('Control+,'),
  },
  { name: 'about', file: () => recorded('untrusted-root'), act: about },
  { name: 'nothing-found', file: nothing, ready: '.wl' },
  { name: 'fault', file: text, ready: '.wl' },
]

/** The pictures of the guide and the README: file, view, theme. */
export const pictures = [
  ['welcome', 'welcome', 'light'],
  ['failed-handshake', 'main', 'light'],
  ['hello-retry', 'retry-expanded', 'dark'],
  ['evidence', 'find', 'light'],
  ['certificates', 'certificates', 'light'],
  ['compare', 'compare', 'light'],
  ['what-if', 'what-if', 'light'],
  ['explain', 'explain', 'light'],
  ['report', 'report-redacted', 'light'],
]

/** A failed handshake among others. */
async function main(page) {
  await page.evaluate(() => localStorage.setItem('layout', '{"list":28,"inspector":37,"hex":40}'))
  await page.reload()
  await page.locator('.lrow', { hasText: 'SEC_E_UNTRUSTED_ROOT' }).first().click()
  await page.locator('.card.point').waitFor()
  await page.mouse.move(5, 5)
}

/** Opened before: a capture of its own, and samples. */
async function recent(page) {
  for (const at of [0, 2]) {
    await closeFile(page)
    await page.getByRole('button', { name: 'Open a sample' }).click()
    await page.getByRole('menuitem').nth(at).click()
    await page.locator('.card, .tok').first().waitFor()
  }
  await closeFile(page)
  await page.locator('.rc').nth(2).waitFor()
}

async function closeFile(page) {
  await page.getByRole('button', { name: 'File' }).click()
  await page.getByRole('menuitem', { name: /^Close/ }).click()
  await page.locator('.wl').waitFor()
}

async function follow(page) {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('follow')
  await page.keyboard.press('Enter')
  await page.locator('.statusbar').getByText('following', { exact: true }).waitFor()
  const { path, bytes } = restOf('growing.pcap')
  appendFileSync(path, bytes)
  await page.locator('.reading').getByText('1.42 MB read').waitFor()
  await page.locator('.card.point').waitFor()
  await page.locator('.tree .row, .tree [role=treeitem]').first().waitFor()
}

async function fit(page, key) {
  await page.locator('[data-pane=timeline]').focus()
  await page.keyboard.press(key)
  await page.mouse.move(5, 5)
}

async function openRun(page) {
  await page.getByRole('button', { name: 'Open these calls' }).first().click()
  await page.mouse.move(5, 5)
}

async function larger(page) {
  await fit(page, 'Control+=')
}

/** Loads the key log that lies beside the capture. */
async function keys(page) {
  const chosen = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'File' }).click()
  await page.getByRole('menuitem', { name: /Load key log/ }).click()
  const chooser = await chosen
  const name = await page.locator('.titlebar .m, .titlebar b').first().textContent()
  await chooser.setFiles(carried(name.replace('.pcap', '')).replace('.pcap', '.keys'))
  await page.getByText(/secrets? matched/).waitFor()
}

async function history(page) {
  await page.evaluate(() => {
    const used = ['failed && side == client', 'tls.version < "TLS 1.2"', 'status == SEC_E_UNTRUSTED_ROOT']
    localStorage.setItem('filter-history', JSON.stringify(used))
  })
  await page.reload()
  await page.locator('.card, .tok').first().waitFor()
  await page.keyboard.press('/')
  await page.keyboard.press('ArrowDown')
  await page.getByText('used before').first().waitFor()
}

async function manyRows(page) {
  await page.evaluate(() => localStorage.setItem('layout', '{"list":50,"inspector":37,"hex":40}'))
  await page.reload()
  await page.locator('.card').first().waitFor({ timeout: 90_000 })
  await page.locator('[data-pane=conversations]').focus()
  for (const key of ['End', 'PageUp', 'PageUp']) await page.keyboard.press(key)
  await page.mouse.move(5, 5)
}

async function rangeByKey(page) {
  await page.locator('.overview').focus()
  for (let step = 0; step < 22; step++) await page.keyboard.press('ArrowRight')
  for (let step = 0; step < 18; step++) await page.keyboard.press('Shift+ArrowRight')
}

async function someRows(page) {
  await page.locator('.lrow').nth(10).waitFor()
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

async function asn1(page) {
  await page.getByRole('radio', { name: 'ASN.1' }).click()
  await page.getByRole('tree', { name: 'ASN.1' }).waitFor()
}

async function staple(page) {
  await page.getByRole('tab', { name: 'Messages' }).click()
  await page.getByRole('button', { name: /^CertificateStatus/ }).click()
  await asn1(page)
  const tree = page.getByRole('tree', { name: 'ASN.1' })
  await tree.getByRole('treeitem', { name: /^OCSP response/ }).click()
  for (let depth = 0; depth < 9; depth++) {
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
  }
  await page.mouse.move(5, 5)
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
    .getByRole('heading')
    .filter({ hasText: 'server.example' })
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
  await page.mouse.move(5, 5)
}

async function complete(page) {
  await page.keyboard.press('/')
  await page.keyboard.type('failed && status == SEC_E_U')
  await page.getByRole('option', { name: /SEC_E_UNTRUSTED_ROOT/ }).waitFor()
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
  await page.locator('.card, .tok').first().waitFor()
  await page.getByRole('radio', { name: /^Established 0/ }).waitFor()
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
