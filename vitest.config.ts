import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'core',
          include: ['test/shared/**/*.test.ts', 'test/cli/**/*.test.ts', 'test/*.test.ts'],
        },
      },
    ],
  },
})
