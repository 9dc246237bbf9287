// What the page's preload may ask Electron's main process, which holds no parser: dialogs, recent files, printing.

import { z } from 'zod'
import { readingLimits } from './bridge.ts'

const recentFile = z.object({
  path: z.string(),
  bytes: z.number(),
  failed: z.number(),
  conversations: z.number(),
  opened: z.string(),
})

const hostSettings = z.object({
  roots: z.string().nullable(),
  keylog: z.string().nullable(),
  rememberRecent: z.boolean(),
  limits: readingLimits,
})

/** Channels main answers: input and output of each. Each answer is an `Outcome`. */
export const hostRequests = {
  /** Hands the page a port to the worker; the port arrives as a message of its own (`portChannel`). */
  'port.open': { input: z.null(), output: z.null() },
  'capture.choose': { input: z.null(), output: z.string().nullable() },
  /** Several files that are read as one capture; empty when dismissed. */
  'captures.choose': { input: z.null(), output: z.array(z.string()) },
  'keylog.choose': { input: z.null(), output: z.string().nullable() },
  'destination.choose': { input: z.object({ name: z.string() }), output: z.string().nullable() },
  /** A file the user dropped on the window: it may be read from now on. */
  'file.dropped': { input: z.object({ path: z.string() }), output: z.null() },
  'recent.list': { input: z.null(), output: z.array(recentFile) },
  'recent.clear': { input: z.null(), output: z.null() },
  'samples.list': { input: z.null(), output: z.array(z.object({ path: z.string(), title: z.string() })) },
  'settings.get': { input: z.null(), output: hostSettings },
  /** A file must have been chosen in a dialog before. */
  'settings.change': { input: hostSettings.partial(), output: hostSettings },
  'roots.choose': { input: z.null(), output: z.string().nullable() },
  /** Opens a further window. */
  'window.open': { input: z.null(), output: z.null() },
  /** What the page shows now: for the menu, and for captures that are named from outside. */
  'window.shows': {
    input: z.object({ file: z.string().nullable(), ready: z.boolean(), following: z.boolean() }),
    output: z.null(),
  },
  /** Hands a file to the drag that the page has begun; `print`: the contents are HTML and the file its print. */
  'drag.begin': {
    input: z.object({
      name: z.string(),
      contents: z.union([z.string(), z.instanceof(Uint8Array)]),
      print: z.boolean(),
    }),
    output: z.null(),
  },
  /** A notification of the system, unless the window is in front. */
  notify: { input: z.object({ title: z.string(), body: z.string() }), output: z.null() },
  /** Prints the HTML report as PDF to a destination the user chose. */
  'report.print': {
    input: z.object({ html: z.string(), path: z.string() }),
    output: z.object({ bytes: z.number() }),
  },
} as const

export type HostChannel = keyof typeof hostRequests
export type HostInput<C extends HostChannel> = z.input<(typeof hostRequests)[C]['input']>
export type HostOutput<C extends HostChannel> = z.output<(typeof hostRequests)[C]['output']>
