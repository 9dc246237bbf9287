// The one wrapper around ipcMain: checks who asks and what is asked, answers with an outcome, never throws across.

import { BrowserWindow, ipcMain } from 'electron'
import type { z } from 'zod'
import { hostRequests } from '../shared/contract/host.ts'
import type { HostChannel, HostOutput } from '../shared/contract/host.ts'
import { fault, outcomeOf } from './outcome.ts'
import { isOwnPage } from './window.ts'

type Parsed<C extends HostChannel> = z.output<(typeof hostRequests)[C]['input']>

/** Answers of main to the page's preload; `window` is the one that asked. */
export type HostHandlers = {
  [C in HostChannel]: (
    input: Parsed<C>,
    window: Electron.BrowserWindow,
  ) => HostOutput<C> | Promise<HostOutput<C>>
}

export function answerPages(handlers: HostHandlers): void {
  for (const channel of Object.keys(hostRequests) as HostChannel[]) register(channel, handlers)
}

function register(channel: HostChannel, handlers: HostHandlers): void {
  const handler = handlers[channel] as (input: unknown, window: Electron.BrowserWindow) => unknown
  const schema: z.ZodType = hostRequests[channel].input
  ipcMain.handle(channel, (event, input: unknown) => {
    const window = BrowserWindow.fromWebContents(event.sender)
    if (!isOwnPage(event.senderFrame) || window === null) {
      return {
        ok: false,
        fault: fault('not-our-page', "The request did not come from the program's own page."),
      }
    }
    const parsed = schema.safeParse(input)
    if (!parsed.success) {
      return { ok: false, fault: fault('bad-request', `The request "${channel}" is not well formed.`) }
    }
    return outcomeOf(() => handler(parsed.data, window))
  })
}
