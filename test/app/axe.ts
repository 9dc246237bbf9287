// What axe-core finds on a page that an analyst with a screen reader or a keyboard would stumble over.

import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Findings of impact serious and critical below `part`, each as `rule: elements`. */
export async function seriousFaults(page: Page, part = 'html'): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async (root) => {
    const { axe: engine } = window as unknown as { axe: typeof axe }
    const { violations } = await engine.run(root, { resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
  }, part)
}
