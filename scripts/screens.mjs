// Pictures of every view and state, in light and dark, at two sizes, and those of the guide: node scripts/screens.mjs [--guide] [NAME …]
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { launch } from './screens/browser.mjs'
import { pictures, views } from './screens/views.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const guide = process.argv.includes('--guide')
const only = process.argv.slice(2).filter((each) => each !== '--guide')
const folder = resolve(process.env.SCREENS_TO ?? join(root, guide ? 'docs/images' : 'docs/screens'))
const sizes = guide
  ? [{ width: 1280, height: 800 }]
  : [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ]

const built = resolve(process.env.SCREENS_BUILD ?? join(root, 'out'))
const { serve } = await import(pathToFileURL(join(built, 'main/serve.js')).href)

const browser = await launch()
mkdirSync(folder, { recursive: true })
const wanted = views.filter(({ name }) =>
  only.length > 0 ? only.includes(name) : !guide || pictures.some(([, view]) => view === name),
)
// Made before any page waits for them.
for (const { file } of wanted) file?.()
const rest = wanted.values()
await Promise.all([shootAll(rest), shootAll(rest)])
await browser.close()

async function shootAll(turns) {
  for (const view of turns) {
    for (const viewport of sizes) {
      await shoot(view, viewport)
    }
  }
}

async function shoot(view, viewport) {
  const file = view.file?.() ?? null
  const served = await serve({ files: file === null ? [] : [file], version: '0.1.0' })
  const scale = view.scale ?? 1
  const page = await browser.newPage({
    // As a page zoomed by the browser: fewer and larger points.
    viewport: { width: viewport.width / scale, height: viewport.height / scale },
    deviceScaleFactor: scale,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    ...view.media,
  })
  page.setDefaultTimeout(40_000)
  const problems = []
  page.on('pageerror', (error) => problems.push(error.stack))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  try {
    await page.goto(served.url)
    await page.waitForSelector(view.ready ?? '.card, .tok, .none')
    await view.act?.(page)
    await page.evaluate(() => document.fonts.ready)
    if (file !== null) await page.evaluate(hidePaths, [dirname(file), join(root, 'test/captures')])
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
function hidePaths(folders) {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode())
    for (const folder of folders)
      texts.currentNode.nodeValue = texts.currentNode.nodeValue
        .replaceAll(`${folder}/`, '')
        .replaceAll(folder, '/captures')
}
