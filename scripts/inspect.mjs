// `npm run inspect -- FILE…`: bundles the command once into node_modules/.cache and runs it; later runs start at once.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const cache = join(root, 'node_modules/.cache/cli')

/** The newest change below a folder: a bundle older than that is out of date. */
function newest(folder) {
  const files = readdirSync(join(root, folder), { recursive: true })
  return files.reduce((time, file) => Math.max(time, statSync(join(root, folder, file)).mtimeMs), 0)
}

/** Built into a folder of its own, then renamed: two runs at once each find a whole bundle. */
async function build(place) {
  const { build: bundle } = await import('rolldown')
  mkdirSync(cache, { recursive: true })
  const temporary = mkdtempSync(join(cache, 'new-'))
  await bundle({
    input: join(root, 'electron/cli.ts'),
    platform: 'node',
    output: { dir: temporary, format: 'esm', entryFileNames: 'cli.js' },
    logLevel: 'warn',
  })
  try {
    renameSync(temporary, place)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    if (!existsSync(place)) throw error
  }
  for (const old of readdirSync(cache)) {
    if (old.startsWith('built-') && join(cache, old) !== place)
      rmSync(join(cache, old), { recursive: true, force: true })
  }
}

const time = Math.max(newest('shared'), newest('electron'), statSync(join(root, 'package.json')).mtimeMs)
const place = join(cache, `built-${String(Math.round(time))}`)
if (!existsSync(place)) await build(place)
const { main } = await import(pathToFileURL(join(place, 'cli.js')))
process.exitCode = await main(process.argv.slice(2))
