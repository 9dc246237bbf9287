// What the page costs on a large capture: first rows, scrolling, typing a filter. Times are the page's own, of the Chromium the tests use.

import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'electron-vite'
import { launch } from './screens/browser.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const frames = 300
const rowsPerFrame = 12
const typed = 'host-42.exa'

/**
 * Opens the capture at `path` in the served page and uses it as a reader would. Milliseconds: `firstRowMs` from the page's beginning,
 * its own loading included, until the first row is drawn, `readMs` until all is read; `frames` between two frames while scrolling, and the page's own work in each;
 * `keys` from each key to the frame that answers it.
 */
export async function measurePage(path) {
  await build({ logLevel: 'error' })
  const { serve } = await import(pathToFileURL(join(root, 'out/main/serve.js')).href)
  const served = await serve({ files: [path], version: '0.1.0' })
  const browser = await launch()
  try {
    const page = await browser.newPage({ viewport: { width: 1480, height: 900 } })
    await page.addInitScript(watchFirstRow)
    await page.goto(served.url)
    await page.waitForFunction(() => document.body.innerText.includes('Read in'), null, { timeout: 300_000 })
    const { firstRowMs, readMs } = await page.evaluate(() => ({
      firstRowMs: globalThis.firstRowAt,
      readMs: performance.now(),
    }))
    await page.waitForTimeout(1000)
    const scrolled = await page.evaluate(scroll, { frames, rowsPerFrame })
    const keys = await typeFilter(page)
    return {
      firstRowMs,
      readMs,
      frames: spread(scrolled.between),
      work: spread(scrolled.work),
      keys: spread(keys),
    }
  } finally {
    await browser.close()
    await served.close()
  }
}

/** Runs in the page before its own code. */
function watchFirstRow() {
  const observer = new MutationObserver(() => {
    if (document.querySelector('.lrow') === null) return
    requestAnimationFrame(() => (globalThis.firstRowAt = performance.now()))
    observer.disconnect()
  })
  observer.observe(document, { childList: true, subtree: true })
}

/** Runs in the page: scrolls the list row by row, then a page at a time, a step each frame. */
function scroll({ frames, rowsPerFrame }) {
  const list = document.querySelector('.list .rows')
  return new Promise((done) => {
    const between = []
    const work = []
    let last = performance.now()
    function step(now) {
      if (between.length > 0 || now > last) between.push(now - last)
      last = now
      if (between.length > frames) return done({ between: between.slice(1), work })
      const began = performance.now()
      list.scrollTop += 24 * (between.length % 2 === 0 ? 1 : rowsPerFrame)
      list.dispatchEvent(new Event('scroll'))
      // What scrolling set off has been drawn into the document when the next task comes.
      setTimeout(() => work.push(performance.now() - began))
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
}

/** From the press of each key to the second frame behind it: the one that shows what it did. */
async function typeFilter(page) {
  await page.keyboard.press('/')
  await page.evaluate(() => {
    globalThis.drawn = []
    const tell = ({ timeStamp }) =>
      requestAnimationFrame(() => requestAnimationFrame((now) => globalThis.drawn.push(now - timeStamp)))
    addEventListener('keydown', tell, { capture: true })
  })
  for (const key of typed) {
    await page.keyboard.press(key)
    await page.waitForTimeout(200)
  }
  return page.evaluate(() => globalThis.drawn)
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { median: at(0.5), ninetyFifth: at(0.95), worst: at(1) }
}
