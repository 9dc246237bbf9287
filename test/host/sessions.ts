// The double's sessions: a browser context each, whose every request goes through the program's own guards and handlers.

import { EventEmitter } from 'node:events'
import type { BrowserContext, Request as PageRequest, Route } from 'playwright-core'
import { machine, testBrowser } from './machine.ts'

type Answer = (request: Request) => Response | Promise<Response>
type BeforeRequest = (details: { url: string }, callback: (reply: { cancel?: boolean }) => void) => void
type Decide = (granted: boolean) => void
/** Whether a page lets this navigation of one of its frames happen. */
type MayNavigate = (request: PageRequest, url: string) => boolean

/** Chromium knows no scheme of ours: `app://host/x` is `https://host.app.invalid/x` in the page. */
export function toPage(url: string): string {
  return url.replace(/^app:\/\/([^/]+)/, 'https://$1.app.invalid')
}

export function fromPage(url: string): string {
  return url.replace(/^(blob:)?https:\/\/([^/]+)\.app\.invalid/, '$1app://$2')
}

export class Session extends EventEmitter {
  spellChecker = true
  permissionRequest: ((contents: unknown, permission: string, decide: Decide) => void) | null = null
  permissionCheck: ((contents: unknown, permission: string) => boolean) | null = null
  devicePermission: (() => boolean) | null = null
  private answers = new Map<string, Answer>()
  private before: BeforeRequest | null = null
  /** Contexts by whether scripts run in them. */
  private contexts = new Map<boolean, Promise<BrowserContext>>()

  readonly protocol = { handle: (scheme: string, answer: Answer) => void this.answers.set(scheme, answer) }
  readonly webRequest = { onBeforeRequest: (before: BeforeRequest) => void (this.before = before) }

  setPermissionRequestHandler(handler: Session['permissionRequest']): void {
    this.permissionRequest = handler
  }
  setPermissionCheckHandler(handler: Session['permissionCheck']): void {
    this.permissionCheck = handler
  }
  setDevicePermissionHandler(handler: Session['devicePermission']): void {
    this.devicePermission = handler
  }
  setSpellCheckerEnabled(enabled: boolean): void {
    this.spellChecker = enabled
  }

  /** Electron grants what nobody decides. */
  grants(permission: string): boolean {
    const asked = { granted: true }
    this.permissionRequest?.(null, permission, (decided) => (asked.granted = decided))
    return asked.granted || (this.permissionCheck?.(null, permission) ?? true)
  }

  /** A device that was let through once stays open where nobody decides. */
  get grantsDevices(): boolean {
    return this.devicePermission?.() ?? true
  }

  /** Windows that have a say in navigations. */
  readonly navigation = new Set<MayNavigate>()

  context(javaScriptEnabled: boolean): Promise<BrowserContext> {
    const known = this.contexts.get(javaScriptEnabled)
    if (known !== undefined) return known
    const made = this.make(javaScriptEnabled)
    this.contexts.set(javaScriptEnabled, made)
    return made
  }

  /** What a request from this session gets: null where it is stopped. */
  async answer(url: string): Promise<Response | null> {
    const reply = { cancel: false }
    this.before?.({ url }, ({ cancel = false }) => (reply.cancel = cancel))
    const answer = this.answers.get(url.slice(0, url.indexOf(':')))
    if (!reply.cancel && answer !== undefined) return answer(new Request(url))
    const seen = reply.cancel ? machine.blocked : machine.leaks
    seen.push(url)
    return null
  }

  async close(): Promise<void> {
    for (const context of this.contexts.values()) await (await context).close()
  }

  private async make(javaScriptEnabled: boolean): Promise<BrowserContext> {
    const browser = await testBrowser()
    const viewport = { width: 1480, height: 900 }
    const context = await browser.newContext({ javaScriptEnabled, acceptDownloads: true, viewport })
    await context.route('**/*', (route, request) => this.pass(route, request))
    return context
  }

  private async pass(route: Route, request: PageRequest): Promise<void> {
    const url = fromPage(request.url())
    const windows = [...this.navigation]
    if (request.isNavigationRequest() && !windows.every((mayNavigate) => mayNavigate(request, url))) {
      // An aborted navigation would leave an error page behind.
      await route.fulfill({ status: 204 })
      return
    }
    const response = await this.answer(url)
    if (response === null) {
      await route.abort('blockedbyclient')
      return
    }
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    })
  }
}

const partitions = new Map<string, Session>()

export const session = {
  defaultSession: new Session(),
  fromPartition(name: string): Session {
    const known = partitions.get(name) ?? new Session()
    partitions.set(name, known)
    return known
  },
}

export async function closeSessions(): Promise<void> {
  for (const each of [session.defaultSession, ...partitions.values()]) await each.close()
}
