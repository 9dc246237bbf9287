// What is shipped: the packing list, the file associations, the fuses. A stand-in for Electron's binary is packed for real.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { Arch, build, Platform } from 'electron-builder'
import type { Configuration } from 'electron-builder'
import { getConfig, validateConfiguration } from 'app-builder-lib/out/util/config/config.js'
import { DebugLogger } from 'builder-util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve('.')
const extensions = ['cap', 'pcap', 'pcapng']

function configuration(): Promise<Configuration> {
  return getConfig(root, null, null)
}

describe('package-lock.json', () => {
  it('names no host: packages come from wherever npm is set up to fetch them', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8').match(/https?:\/\/[^/"]+/g)).toBeNull()
  })
})

describe('electron-builder.yml', () => {
  it("meets electron-builder's own schema", async () => {
    await expect(validateConfiguration(await configuration(), new DebugLogger(false))).resolves.not.toThrow()
  })

  it('is refused with a misspelt fuse, so the schema is really consulted', async () => {
    const config = await configuration()
    const spoilt = { ...config, electronFuses: { runAsNodes: false } } as Configuration
    await expect(validateConfiguration(spoilt, new DebugLogger(false))).rejects.toThrow(/electronFuses/)
  })

  it('makes an installer and a portable program, a disk image, an AppImage and a deb', async () => {
    const { win, mac, linux } = await configuration()
    expect(win?.target).toEqual(['nsis', 'portable'])
    expect(mac?.target).toEqual(['dmg'])
    expect(linux?.target).toEqual(['AppImage', 'deb'])
  })

  it('offers captures as an alternate viewer on macOS', async () => {
    const { mac } = await configuration()
    const associations = [mac?.fileAssociations ?? []].flat()
    expect(associations.map(({ ext }) => ext).sort()).toEqual(extensions)
    for (const { rank, role } of associations)
      expect({ rank, role }).toEqual({ rank: 'Alternate', role: 'Viewer' })
  })

  it('offers captures by type on Linux', async () => {
    const { linux } = await configuration()
    const associations = [linux?.fileAssociations ?? []].flat()
    expect(associations.map(({ ext }) => ext).sort()).toEqual(extensions)
    for (const { mimeType } of associations) expect(mimeType).toMatch(/^application\/[\w.-]+$/)
  })

  it('takes no extension from another program on Windows', async () => {
    const { fileAssociations, win, nsis } = await configuration()
    expect(fileAssociations ?? null).toBeNull()
    expect(win?.fileAssociations ?? null).toBeNull()
    const script = readFileSync(join(root, nsis?.include ?? ''), 'utf8')
    const written = [...script.matchAll(/Write\w+ SHELL_CONTEXT "([^"]+)"/g)].map(([, key]) => key)
    expect(written).toEqual([
      String.raw`Software\Classes\.${'${EXT}'}\OpenWithProgids`,
      ...Array<unknown>(3).fill(expect.stringMatching(/^Software\\Classes\\\$\{CAPTURE_CLASS\}/)),
    ])
    for (const macro of ['offerFor', 'withdrawFor']) {
      const named = [...script.matchAll(new RegExp(`insertmacro ${macro} "(\\w+)"`, 'g'))].map(
        ([, ext]) => ext,
      )
      expect(named.sort()).toEqual(extensions)
    }
  })
})

describe('the packed program', () => {
  let folder = ''
  let packed = ''

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pack-'))
    const project = join(folder, 'project')
    for (const name of ['package.json', 'electron-builder.yml', 'build', 'LICENSE', 'test/captures']) {
      cpSync(join(root, name), join(project, name), { recursive: true })
    }
    for (const name of [...shipped, ...strays]) plant(project, name)
    const electron = fakeElectron(join(folder, 'electron'))
    await build({
      projectDir: project,
      targets: Platform.LINUX.createTarget('dir', Arch.x64),
      config: { extends: 'electron-builder.yml', electronDist: electron },
      publish: 'never',
    })
    packed = join(project, 'dist/linux-unpacked')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('holds the built files and package.json, and nothing else', () => {
    const inside = listPackage(join(packed, 'resources/app.asar'), { isPack: false })
    const files = inside.map((name) => name.slice(1)).filter((name) => /\.\w+$/.test(name))
    expect(files.sort()).toEqual([...shipped, 'package.json'].sort())
  })

  it('takes three sample captures along, and no other', () => {
    expect(readdirSync(join(packed, 'resources/samples')).sort()).toEqual([
      'no-common-cipher.pcap',
      'tls13-hello-retry-sliced.pcap',
      'untrusted-root.pcap',
    ])
  })

  it('cannot be turned into Node, debugged from outside or given other code', async () => {
    const wire = await getCurrentFuseWire(join(packed, 'handshake-inspector'))
    // The wire holds a character for each fuse.
    const state = (fuse: FuseV1Options) => String.fromCharCode(Number(wire[fuse]))
    expect(state(FuseV1Options.RunAsNode)).toBe('0')
    expect(state(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe('0')
    expect(state(FuseV1Options.EnableNodeCliInspectArguments)).toBe('0')
    expect(state(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe('0')
    expect(state(FuseV1Options.EnableCookieEncryption)).toBe('1')
    expect(state(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe('1')
    expect(state(FuseV1Options.OnlyLoadAppFromAsar)).toBe('1')
  })
})

const shipped = [
  'out/main/main.js',
  'out/main/worker.js',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
  'out/renderer/assets/index.js',
]
const strays = [
  'electron/main.ts',
  'shared/limits.ts',
  'test/some.test.ts',
  'secret.keys',
  'capture.pcap',
  'node_modules/stray/index.js',
  'node_modules/stray/package.json',
]

function plant(project: string, name: string): void {
  mkdirSync(dirname(join(project, name)), { recursive: true })
  writeFileSync(
    join(project, name),
    name.endsWith('.json') ? '{"name":"stray","version":"1.0.0"}' : '// planted',
  )
}

/** What a pack needs to find of Electron, with a fuse wire: sentinel, version 1, nine fuses, all off. */
function fakeElectron(dist: string): string {
  mkdirSync(join(dist, 'locales'), { recursive: true })
  mkdirSync(join(dist, 'resources'))
  writeFileSync(
    join(dist, 'electron'),
    Buffer.from(`dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\x01\x09000000000`, 'latin1'),
  )
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version', 'locales/en-US.pak']) {
    writeFileSync(join(dist, name), '')
  }
  return dist
}
