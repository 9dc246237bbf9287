// Where the browser broke the lines of a page: for specs that hold it to whole words.

import type { Page } from 'playwright-core'

/** Every place where a line of text ends in the middle of a word, as `10.20.14.31:60|442`. Hyphens and `<wbr>` are good places. */
export async function midWordBreaks(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const range = document.createRange()
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode() !== null) {
      // A <wbr> ends a text node: what breaks inside one broke elsewhere.
      const text = walker.currentNode as Text
      range.selectNodeContents(text)
      if (range.getClientRects().length < 2) continue
      let line: number | null = null
      for (let at = 0; at < text.length; at++) {
        range.setStart(text, at)
        range.setEnd(text, at + 1)
        const box = range.getClientRects()[0]
        if (box === undefined || /\s/.test(text.data[at]!)) continue
        if (line !== null && box.top > line + 3 && !/[\s–-]/.test(text.data[at - 1]!))
          found.push(`${text.data.slice(Math.max(0, at - 20), at)}|${text.data.slice(at, at + 20)}`)
        line = box.top
      }
    }
    return found
  })
}

/** What stands out of its place: texts wider than their cell or card, and anything beyond the page's right edge. */
export async function spilling(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *:not(svg, svg *, thead, thead *)')]
      .filter((each) => {
        const wider = getComputedStyle(each).display !== 'inline' && each.scrollWidth > each.clientWidth + 1
        return (
          each.checkVisibility() &&
          (each.getBoundingClientRect().right > innerWidth + 1 ||
            (each.matches('td, p, li, .part, .w') && wider))
        )
      })
      .map((each) => `${each.localName}.${each.className}: ${each.textContent.slice(0, 60)}`),
  )
}
