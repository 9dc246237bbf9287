// Once per run of the app specs: builds the program and starts one Chromium.

import { build } from 'electron-vite'
import type { TestProject } from 'vitest/node'
import { launchChromium } from './browser.ts'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build({ logLevel: 'warn' })
  const server = await launchChromium()
  project.provide('chromium', server.wsEndpoint())
  return () => server.close()
}
