// The builds of main, worker, command line, server, preload and page. What is imported is bundled: the package ships no node_modules.

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

export default defineConfig({
  main: {
    build: {
      externalizeDeps: {
        exclude: ['zod', 'commander', 'node-forge', 'pcap-parser', 'picocolors', 'cli-progress'],
      },
      rolldownOptions: {
        input: {
          main: 'electron/main.ts',
          worker: 'electron/worker/worker.ts',
          cli: 'electron/cli.ts',
          serve: 'electron/serve.ts',
        },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: 'electron/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    // Many neighbouring static elements would become one HTML string, which the content policy refuses.
    plugins: [vue({ template: { compilerOptions: { hoistStatic: false } } })],
    build: {
      rolldownOptions: { input: 'renderer/index.html' },
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
    },
  },
})
