// npm start: the desktop window where Electron can be had, else the same page on loopback. Builds what is missing or stale.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const electron = join(root, 'node_modules/electron')
const installLimit = 120_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { serve: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
})
const files = positionals.map((path) => resolve(path))

await buildIfStale()
const desktop = values.serve ? { reason: '--serve was given' } : findDesktop()
if ('binary' in desktop) startDesktop(desktop.binary)
else await startServer(desktop.reason)

/** Compares the newest source with the page, which is built last. */
async function buildIfStale() {
  const page = join(root, 'out/renderer/index.html')
  const newest = Math.max(
    ...['electron', 'renderer', 'shared'].map((folder) => newestIn(join(root, folder))),
    ...['package-lock.json', 'electron.vite.config.ts'].map((name) => statSync(join(root, name)).mtimeMs),
  )
  if (existsSync(page) && statSync(page).mtimeMs > newest) return
  process.stderr.write('Building …\n')
  const { build } = await import('electron-vite')
  await build({ root, logLevel: 'warn' })
}

function newestIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, { parentPath, name }) => Math.max(newest, statSync(join(parentPath, name)).mtimeMs), 0)
}

/** Electron's binary, fetched by its own installer where it is missing; else the reason why not. */
function findDesktop() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { reason: 'there is no display' }
  }
  const present = binary()
  if (present !== null) return { binary: present }
  const options = { cwd: root, timeout: installLimit, stdio: 'pipe', encoding: 'utf8' }
  spawnSync(process.execPath, [join(electron, 'install.js')], options)
  const fetched = binary()
  return fetched === null ? { reason: "Electron's binary could not be fetched" } : { binary: fetched }
}

function binary() {
  const named = join(electron, 'path.txt')
  if (!existsSync(named)) return null
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(electron, 'dist')
  const path = join(folder, readFileSync(named, 'utf8'))
  return existsSync(path) ? path : null
}

function startDesktop(path) {
  // Chromium's sandbox refuses to run as root.
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(path, [root, ...files, ...asRoot], { stdio: 'inherit' })
  child.on('exit', (code) => process.exit(code ?? 1))
}

/** The folder that the desktop window uses as well. */
function dataFolder() {
  const folders = {
    win32: process.env.APPDATA,
    darwin: join(homedir(), 'Library/Application Support'),
    linux: process.env.XDG_CONFIG_HOME,
  }
  return join(folders[process.platform] ?? join(homedir(), '.config'), 'Handshake Inspector')
}

async function startServer(reason) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { serve } = await import(pathToFileURL(join(root, 'out/main/serve.js')).href)
  const served = await serve({ files, version, port: Number(values.port), data: dataFolder() })
  process.stderr.write(`No desktop window (${reason}); the page is served here until Ctrl C:\n`)
  process.stdout.write(`${served.url}\n`)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      served.close().then(() => process.exit(0))
    })
  }
}
