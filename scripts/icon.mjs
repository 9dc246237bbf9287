// Renders build/icon.svg to the sizes and containers each platform wants: icon.png, icon.ico, icon.icns.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const build = join(root, 'build')
const svg = readFileSync(join(build, 'icon.svg'), 'utf8')

const vite = await createServer({
  root,
  configFile: false,
  appType: 'custom',
  server: { middlewareMode: true },
  optimizeDeps: { noDiscovery: true },
})
const host = await vite.ssrLoadModule('/test/host/browser.ts')
const server = await host.launchChromium()
const browser = await chromium.connect(server.wsEndpoint())
const png = new Map()
for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) png.set(size, await render(size))
await browser.close()
await server.close()
await vite.close()

writeFileSync(join(build, 'icon.png'), png.get(512))
writeFileSync(join(build, 'icon.ico'), ico([16, 24, 32, 48, 64, 128, 256]))
writeFileSync(
  join(build, 'icon.icns'),
  icns({ ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64 }),
)

async function render(size) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(
    `<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  )
  const image = await page.screenshot({ omitBackground: true })
  await page.close()
  return image
}

/** A directory of PNG images: a header of 6 bytes, an entry of 16 for each, then the images. */
function ico(sizes) {
  const header = Buffer.alloc(6 + 16 * sizes.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(sizes.length, 4)
  let offset = header.length
  sizes.forEach((size, index) => {
    const entry = 6 + 16 * index
    const { length } = png.get(size)
    // A side of 256 is written as 0.
    header.writeUInt8(size % 256, entry)
    header.writeUInt8(size % 256, entry + 1)
    header.writeUInt16LE(1, entry + 4)
    header.writeUInt16LE(32, entry + 6)
    header.writeUInt32LE(length, entry + 8)
    header.writeUInt32LE(offset, entry + 12)
    offset += length
  })
  return Buffer.concat([header, ...sizes.map((size) => png.get(size))])
}

/** Blocks of type, length and PNG image, big-endian. */
function icns(images) {
  const blocks = Object.entries(images).map(([type, size]) => block(type, png.get(size)))
  return block('icns', Buffer.concat(blocks))
}

function block(type, contents) {
  const head = Buffer.alloc(8)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(8 + contents.length, 4)
  return Buffer.concat([head, contents])
}
