import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'core',
          include: ['test/shared/**/*.test.ts', 'test/{worker,cli}/**/*.test.ts', 'test/*.test.ts'],
          exclude: ['test/package.test.ts'],
          // Hostile captures are large, and a machine may be busy: no test asserts a time.
          testTimeout: 60_000,
        },
      },
      {
        // The built program, driven through the double of Electron, over loopback, and packed.
        resolve: { alias: { electron: resolve('test/host/double.ts') } },
        test: {
          name: 'app',
          include: ['test/app/**/*.test.ts', 'test/package.test.ts'],
          globalSetup: 'test/host/setup.ts',
          testTimeout: 30_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
