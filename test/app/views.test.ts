// Timeline, inspector, certificates, comparison, what-if and attributes on real captures, by keyboard and by mouse.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { seriousFaults } from './axe.ts'
import { joined } from '../support/captures.ts'
import { bytesOf } from './page-browser.ts'
import { capture, open, page, written } from './page-spec.ts'

const [good, bad] = ['ok-tls12-full', 'no-common-cipher'].map((name) => readFileSync(capture(name)))
const both = written('both.pcap', joined(good!, bad!))

describe('the timeline', () => {
  it('shows a call’s signature to pointer and key', async () => {
    await open(capture('untrusted-root'))
    await page.locator('.card.point').hover()
    const note = page.getByRole('note', { name: 'Signature of InitializeSecurityContext' })
    await note.getByText('fContextReq').waitFor()
    await page.mouse.move(5, 5)
    await note.waitFor({ state: 'detached' })
    await page.locator('.card.point').click({ position: { x: 4, y: 4 } })
    await page.mouse.move(5, 5)
    await page.locator('.scroller').focus()
    await page.keyboard.press('s')
    await note.getByText('phNewContext').waitFor()
    expect(await seriousFaults(page)).toEqual([])
  })

  it('draws a carrier’s dialogue before the first call', async () => {
    await open(capture('carriers/smtp-postfix'))
    const first = page.getByRole('listitem', { name: /^Before TLS/ }).first()
    const call = page.getByRole('listitem', { name: /^Client, ISC #1/ })
    expect((await first.boundingBox())!.y).toBeLessThan((await call.boundingBox())!.y)
  })

  it('opens application data and folds it again', async () => {
    await open(capture('ok-tls13-full'))
    await page.getByRole('button', { name: 'Open the application data' }).click()
    await page.getByRole('listitem', { name: /^Client, DM #1/ }).waitFor()
    await page.getByText('Application data opened').click()
    await page.getByRole('button', { name: 'Open the application data' }).waitFor()
  })

  it('replays as an old Windows and says so on the switch', async () => {
    await open(capture('untrusted-root'))
    await page.getByRole('button', { name: 'Windows versions and cut records' }).click()
    const server = page.getByLabel('Server is')
    await server.locator('option').nth(3).waitFor({ state: 'attached' })
    await server.selectOption({ index: 3 })
    await page.getByRole('radio', { name: 'Retain' }).click()
    await page.keyboard.press('Escape')
    await page.locator('.btn.changed').waitFor()
    await page.locator('.card.point').waitFor()
  })
})

describe('the inspector', () => {
  it('finds in fields and bytes and walks the finds', async () => {
    await open(capture('untrusted-root'))
    await page.getByRole('tree', { name: 'Fields' }).focus()
    await page.keyboard.press('f')
    await page.getByRole('searchbox', { name: 'Find in fields and bytes' }).fill('otherca')
    await page.getByText(/^1 of \d/).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText(/^2 of \d/).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('searchbox', { name: 'Find in fields and bytes' }).waitFor({ state: 'detached' })
    expect(await page.locator('.hex i.on').count()).toBeGreaterThan(0)
  })

  it('goes to an offset and marks the bytes of one packet', async () => {
    await open(capture('tls13-hello-retry-sliced'))
    await page.locator('.tok').nth(4).click()
    await page.getByRole('button', { name: /^Packet \d+, 1.457 bytes/ }).click()
    expect(await page.locator('.foot').textContent()).toMatch(/1.457 bytes/)
    await page.getByRole('tree', { name: 'Fields' }).focus()
    await page.keyboard.press('g')
    await page.getByLabel('Go to offset').fill('0x10')
    await page.keyboard.press('Enter')
    await page.locator('.foot').getByText('0x10').first().waitFor()
    await page.keyboard.press('g')
    await page.getByLabel('Go to offset').waitFor()
    await page.keyboard.press('Escape')
    await page.getByLabel('Go to offset').waitFor({ state: 'detached' })
    // The pane has the keyboard still.
    await page.keyboard.press('f')
    await page.getByRole('searchbox', { name: 'Find in fields and bytes' }).waitFor()
  })
})

describe('the ASN.1 tree', () => {
  it('shows a certificate element by element, each with its bytes', async () => {
    await open(capture('untrusted-root'))
    await page.getByRole('radio', { name: 'ASN.1' }).click()
    const tree = page.getByRole('tree', { name: 'ASN.1' })
    // What was marked stays marked: the issuer that the finding points at.
    await tree
      .getByRole('treeitem', { name: /^SEQUENCE, 23 bytes.*CN: otherca Root/, selected: true })
      .waitFor()
    await tree.focus()
    await page.keyboard.press('f')
    await page.getByRole('searchbox').fill('sha256WithRSAEncryption')
    await page.getByText(/^1 of \d/).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    const oid = tree.getByRole('treeitem', {
      name: /^OBJECT IDENTIFIER, 9 bytes.*1\.2\.840\.113549\.1\.1\.11/,
      selected: true,
    })
    await oid.waitFor()
    expect(await page.locator('.foot').textContent()).toMatch(/OBJECT IDENTIFIER, 9 bytes.*11 bytes/)
    const marked = await page.locator('.hex i.on').allTextContents()
    expect(marked.join('')).toMatch(/^06.09 *2a *86 *48 *86 *f7 *0d *01 *01 *0b/)
    await page.getByRole('tree', { name: 'ASN.1' }).focus()
    await page.keyboard.press('ArrowUp')
    await tree
      .getByRole('treeitem', { name: /^SEQUENCE, 13 bytes.*sha256WithRSAEncryption/, selected: true })
      .waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.press('a')
    await page.getByRole('tree', { name: 'Fields' }).waitFor()
  })
})

describe('a stapled OCSP response', () => {
  const tree = () => page.getByRole('tree', { name: 'ASN.1' })
  const item = (name: RegExp) => tree().getByRole('treeitem', { name })
  const marked = () => page.locator('.hex i.on').allTextContents()

  it('is reached from its message by mouse, and opened element by element', async () => {
    await open(capture('keys/stapled-tls12'))
    await page.getByRole('tab', { name: 'Messages' }).click()
    const message = page.getByRole('row', { name: /CertificateStatus/ })
    await message.getByText(/^OCSP response, 1.?309 bytes/).waitFor()
    await message.getByRole('button', { name: /^CertificateStatus/ }).click()
    await page.getByRole('tab', { name: 'Timeline', selected: true }).waitFor()
    await page.getByRole('radio', { name: 'ASN.1' }).click()
    await item(/^OCSP response/)
      .locator('svg')
      .click()
    // OCSPResponse, RFC 6960 §4.2.1: its status, which is successful, and its bytes.
    await item(/^ENUMERATED, 1 byte/).click()
    await expect.poll(async () => (await marked()).join(' ').trim()).toMatch(/^0a *01 *00/)
    expect(await seriousFaults(page)).toEqual([])
  })

  it('is reached by keyboard alone', async () => {
    await open(capture('keys/stapled-tls12'))
    await page.getByRole('tab', { name: 'Timeline' }).focus()
    for (const name of ['Certificates', 'Messages']) {
      await page.keyboard.press('ArrowRight')
      await page.getByRole('tab', { name, selected: true }).waitFor()
    }
    const message = page.getByRole('button', { name: /^CertificateStatus/ })
    for (let tabs = 0; tabs < 20 && !(await message.evaluate((it) => it === document.activeElement)); tabs++)
      await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    // The keyboard goes along into the timeline and, by F6, into the fields, also where those are still on their way.
    await page.locator('[data-pane=timeline]:focus').waitFor()
    await page.keyboard.press('F6')
    const fields = page.getByRole('tree', { name: 'Fields' })
    await fields.getByRole('treeitem', { name: /^CertificateStatus/ }).waitFor()
    await page.locator('.insp:focus-within').waitFor()
    await page.keyboard.press('a')
    await tree().waitFor()
    if ((await page.locator('[role=tree]:focus').count()) === 0) await page.keyboard.press('h')
    await page.locator('[role=tree]:focus').waitFor()
    await page.keyboard.press('End')
    await item(/^OCSP response/)
      .and(page.locator('[aria-selected=true]'))
      .waitFor()
    // Down into the element that is all of the response, and up to the response again: both are the same bytes.
    await page.keyboard.press('ArrowRight')
    const sequence = item(/^SEQUENCE, 1305 bytes/).and(page.locator('[aria-selected=true]'))
    await page.keyboard.press('ArrowDown')
    await sequence.waitFor()
    await page.keyboard.press('ArrowUp')
    await item(/^OCSP response/)
      .and(page.locator('[aria-selected=true]'))
      .waitFor()
    for (const name of [/^\[0\]/, /^SEQUENCE/]) {
      await page.keyboard.press('End')
      await item(name).and(page.locator('[aria-selected=true]')).waitFor()
      await page.keyboard.press('ArrowRight')
    }
    await item(/id-pkix-ocsp-basic|1\.3\.6\.1\.5\.5\.7\.48\.1\.1/)
      .first()
      .waitFor()
  })
})

describe('a handshake that its carrier refused', () => {
  const tree = () => page.getByRole('tree', { name: 'Fields' })

  it('opens on the request as what it is', async () => {
    await open(capture('carriers/connect-squid-refused'), '.insp header')
    await page.locator('.insp header').getByText('Not TLS').waitFor()
    await tree()
      .getByRole('treeitem', { name: /^before TLS.*CONNECT / })
      .first()
      .waitFor()
    await tree()
      .getByText(/^CONNECT \S+ HTTP\/1\.[01]$/)
      .first()
      .waitFor()
    expect(await page.getByText('malformed').count()).toBe(0)
  })

  it('leads from a line of the dialogue to its bytes', async () => {
    await open(capture('carriers/smtp-postfix-refused'))
    await page
      .getByRole('list')
      .getByRole('button', { name: '502 5.5.1 Error: command not implemented' })
      .click()
    await tree()
      .getByRole('treeitem', { name: /^refused.*502 5\.5\.1/ })
      .waitFor()
    await page.locator('.foot').getByText('packet #8').waitFor()
    expect(await page.locator('.foot').textContent()).toContain('42 bytes')
  })
})

describe('certificates', () => {
  it('are saved as P7B and judged at capture time only', async () => {
    await open(capture('ok-mutual-tls12'))
    await page.getByRole('tab', { name: /Certificates/ }).click()
    await page.getByRole('radio', { name: 'Capture time only' }).click()
    await page.locator('.chead').getByText('Now', { exact: true }).waitFor({ state: 'detached' })
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'P7B' }).click(),
    ])
    const bytes = await bytesOf(file)
    // ContentInfo with signedData, 1.2.840.113549.1.7.2.
    expect(bytes.includes(Buffer.from('06092a864886f70d010702', 'hex'))).toBe(true)
    expect(await seriousFaults(page)).toEqual([])
  })
})

describe('a certificate', () => {
  it('leads to its own fields and bytes', async () => {
    await open(capture('untrusted-root'))
    await page.getByRole('tab', { name: /Certificates/ }).click()
    await page.getByRole('button', { name: 'Show its fields and bytes' }).click()
    const field = page.getByRole('treeitem', { name: /^certificate 1/, selected: true })
    await field.getByText('CN=server.example,O=Lab').waitFor()
    // The pointer rests on another field.
    await page.mouse.move(5, 5)
    await page.locator('.foot').getByText('834').waitFor()
    await page
      .getByRole('treeitem', { name: /^issuer/ })
      .getByText('CN=otherca Root')
      .waitFor()
  })
})

describe('the call in the inspector', () => {
  it('shows what its input was made of and the messages it read, verified where keys tell', async () => {
    await open(capture('tls13-hello-retry-sliced'))
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page
        .evaluate(() => undefined)
        .then(async () => {
          await page.getByRole('button', { name: 'File' }).click()
          await page.getByRole('menuitem', { name: /Load key log/ }).click()
        }),
    ])
    await chooser.setFiles(capture('tls13-hello-retry-sliced').replace('.pcap', '.keys'))
    await page.getByText(/secrets? matched/).waitFor()
    await page.getByRole('listitem', { name: /^Client, ISC #6, ok/ }).click({ position: { x: 6, y: 6 } })
    const input = page.getByRole('region', { name: 'The 2\u202f162 bytes of this input' })
    await input.getByText(/carried over from ISC #5/).waitFor()
    await input.getByText(/^922 new bytes, #12/).waitFor()
    await page.getByText('Messages read by this call').waitFor()
    const tree = page.getByRole('tree', { name: 'Fields' })
    await tree.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowLeft')
    await tree.getByRole('treeitem', { name: /^CertificateVerify verified/ }).waitFor()
    expect(await tree.getByRole('treeitem', { name: /^ServerHello/ }).count()).toBe(0)
    await page.getByRole('button', { name: 'whole token' }).click()
    await page.keyboard.press('Home')
    await page.getByText('The whole token').waitFor()
  })
})

describe('a comparison', () => {
  it('opens by key with the conversation that fits, outlines where they part, and closes', async () => {
    await open(both)
    await page.locator('[data-pane=conversations]').focus()
    await page.keyboard.press('c')
    const compare = page.getByRole('region', { name: 'Compare' })
    await compare.getByRole('heading', { name: /They part at ASC #1/ }).waitFor()
    expect(await compare.locator('.crow.parting').count()).toBe(2)
    const suites = compare.getByRole('row', { name: /Cipher suites/ }).first()
    const members = await suites.locator('.only').count()
    await suites.getByRole('button', { name: '+22 more' }).click()
    expect(await suites.locator('.only').count()).toBe(members + 22)
    await suites.getByRole('button', { name: 'fewer' }).click()
    await page.keyboard.press('n')
    await compare.getByText(/^1 of \d+$/).waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await compare.getByRole('radio', { name: 'Differences only' }).click()
    expect(await compare.locator('.crow.equal').count()).toBe(0)
    await compare.focus()
    await page.keyboard.press('Escape')
    await compare.waitFor({ state: 'detached' })
  })

  it('leads from a value to its bytes', async () => {
    await open(both)
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    const row = page.getByRole('row', { name: /Cipher suites/ }).first()
    await row.hover()
    await row.getByRole('button', { name: /on the right$/ }).click()
    await page.locator('.hex i.on').first().waitFor()
  })

  it('shows an alert as first answer in the colour of failures', async () => {
    await open(both)
    await page.locator('[data-pane=conversations]').focus()
    await page.keyboard.press('c')
    const row = page.getByRole('row', { name: /First message/ })
    const colour = (text: string) => row.getByText(text).evaluate((each) => getComputedStyle(each).color)
    const failing = await page
      .getByRole('columnheader')
      .getByText('Failed')
      .evaluate((each) => getComputedStyle(each).color)
    expect(await colour('Alert 40 handshake_failure')).toBe(failing)
    expect(await colour('ServerHello')).not.toBe(failing)
  })

  it('finds the same connection in a second capture', async () => {
    await open(both)
    await page.keyboard.press('c')
    await page.getByRole('button', { name: 'Change the conversation on the left' }).click()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: /From another capture/ }).click(),
    ])
    await chooser.setFiles(capture('no-common-cipher'))
    await page.getByText('one connection, captured at two places').waitFor()
    await page.getByRole('heading', { name: 'Both places saw the same handshake' }).waitFor()
  })
})

describe('what if it were Windows', () => {
  it('shows each version with the first thing missing, and a profile changed by hand', async () => {
    await open(capture('no-common-cipher'))
    await page.getByRole('tab', { name: /What if/ }).click()
    const grid = page.getByRole('grid', { name: 'Windows versions' })
    await grid.getByRole('row').nth(18).waitFor()
    await grid.focus()
    await page.keyboard.press('End')
    await page
      .getByRole('region', { name: /in full$/ })
      .getByRole('columnheader', { name: 'In common' })
      .waitFor()
    await page.getByRole('button', { name: 'Change a profile' }).click()
    const base = page.getByLabel('Windows version to change')
    await base.locator('option').nth(2).waitFor({ state: 'attached' })
    await base.selectOption({ index: 1 })
    await page.getByLabel('TLS 1.2', { exact: false }).first().uncheck()
    await page.getByText('1 change', { exact: true }).waitFor()
    await grid.getByText(/, changed$/).waitFor()
    expect(await seriousFaults(page)).toEqual([])
  })

  it('restricts a version with one switch, and takes in a machine’s policy', async () => {
    await open(capture('no-common-cipher'))
    await page.getByRole('tab', { name: /What if/ }).click()
    await page.getByRole('button', { name: 'Change a profile' }).click()
    const base = page.getByLabel('Windows version to change')
    await base.locator('option').nth(2).waitFor({ state: 'attached' })
    await base.selectOption('win10-22h2')
    const fips = page.getByRole('checkbox', { name: 'FIPS only' })
    const curve = page.getByRole('checkbox', { name: /^curve25519/ })
    await fips.check()
    expect(await curve.isChecked()).toBe(false)
    const row = page.getByRole('grid', { name: 'Windows versions' }).getByRole('row', { name: /, changed/ })
    await row.getByText('secp256r1').waitFor()
    await fips.uncheck()
    expect(await curve.isChecked()).toBe(true)
    await page.getByText('0 changes', { exact: true }).waitFor()

    const policy = (name: string, text: string) =>
      page
        .getByLabel('Policy file')
        .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
    await policy(
      'gateway.reg',
      [
        'Windows Registry Editor Version 5.00',
        '[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server]',
        '"Enabled"=dword:00000000',
        '[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Ciphers\\Skipjack]',
        '"Enabled"=dword:00000000',
      ].join('\r\n'),
    )
    await page.getByText('Not in this version: skipjack').waitFor()
    expect(await page.getByRole('checkbox', { name: /^TLS 1\.2/ }).isChecked()).toBe(false)
    await page.getByText('1 change', { exact: true }).waitFor()
    await policy('notes.reg', 'the printer does not print')
    await page.getByRole('alert').getByText('This is no .reg export').waitFor()
  })
})

describe('attributes', () => {
  it('open into the members of their structures', async () => {
    await open(capture('ok-tls12-full'))
    await page.getByRole('tab', { name: 'Attributes' }).click()
    await page.getByRole('button', { name: /SECPKG_ATTR_STREAM_SIZES/ }).click()
    await page.getByText('cbMaximumMessage').waitFor()
    expect(await seriousFaults(page)).toEqual([])
  })
})
