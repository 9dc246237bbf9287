import { describe, expect, it } from 'vitest'
import { htmlPrinter } from '../../../shared/report/html.ts'
import { hostileReport, printSample, unbroken } from '../../support/reports.ts'

const print = (all = false) => printSample(htmlPrinter({ title: null, all }))

describe('the HTML report', () => {
  it('is one file without script, and asks for nothing', () => {
    const text = print(true)
    expect(text).toMatch(/^<!doctype html>/)
    expect(text).not.toMatch(/<script|<img|<link|@import|url\(|https?:/)
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  })

  it('opens and closes each element', () => {
    const open: string[] = []
    const text = print(true).replace(/<style>[^]*?<\/style>/, '')
    for (const [, end, name, attributes] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
      if (['meta', 'br', 'wbr', 'path', 'circle', 'use'].includes(name!) || attributes!.endsWith('/'))
        continue
      if (end === '') open.push(name!)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
  })

  it('lists every conversation and draws the failed ones with both lanes and the failing card lit', () => {
    const text = unbroken(print())
    expect(text.match(/<article/g)).toHaveLength(1)
    expect(text.match(/<tr><td class="d r">/g)).toHaveLength(3)
    expect(text).toContain('failed at the client, ISC #2')
    expect(text).toMatch(/part call lit"[^]{0,160}#g-fail[^]{0,60}ISC #2/)
    expect(text).toContain('Alert unknown_ca')
    expect(text).toContain('2356042bb953a4d54261a3d66c8fe9a5d78c0baf8dd0e8ca7ecbaf45b5eacfbb')
    expect(text).toContain('<b>What to do.</b>')
  })

  it('links the list to what is drawn', () => {
    expect(print()).toContain('<a href="#c1-20">20</a>')
    expect(print()).toContain('<article id="c1-20">')
  })

  it('shows hostile text as text', () => {
    const text = unbroken(printSample(htmlPrinter({ title: '<b>title', all: true }), hostileReport()))
    expect(text).not.toContain('<script>')
    expect(text).not.toContain('<b>title')
    expect(text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;')
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
  })

  it('lets lines break inside long words only, at their marks, and never inside a tag', () => {
    const text = print(true)
    expect(text).toContain('SEC_<wbr class="t">E_<wbr class="t">UNTRUSTED_<wbr class="t">ROOT')
    expect(text).toContain('2356042bb953a4d5<wbr>4261a3d66c8fe9a5<wbr>')
    expect(text).not.toMatch(/="[^">]*<wbr/)
    // Who searches the file itself finds it too.
    expect(text).toContain('<data value="SEC_E_UNTRUSTED_ROOT">')
  })

  it('numbers its sources, and says at the end of those it names what they are', () => {
    const text = unbroken(print())
    const named = new Set(
      [...text.matchAll(/<a class="ref" href="#source-(\d+)">/g)].map(([, number]) => number),
    )
    const listed = [...text.matchAll(/<li id="source-(\d+)">(.*?)<\/li>/g)].map(([, number]) => number)
    expect(listed.length).toBeGreaterThan(1)
    expect([...named]).toEqual(listed)
    expect(text).toMatch(
      /SEC_E_UNTRUSTED_ROOT[^]{0,200}href="#source-(\d+)"[^]+<li id="source-\1">Schannel reference §6\.3/,
    )
  })

  it('keeps the lines of a note', () => {
    const note = { key: null, call: null, text: 'First <line>\r\nsecond line', written: '' }
    const text = printSample(htmlPrinter({ title: null, all: false }), undefined, 1, [note])
    expect(text).toContain('<b>Note.</b> First &#60;line&#62;\nsecond line</p>')
    expect(text).not.toContain('u{a}')
  })

  it('holds several reports in one document', () => {
    const text = printSample(htmlPrinter({ title: null, all: false }), undefined, 2)
    expect(text.match(/<html/g)).toHaveLength(1)
    expect(text).toContain('id="c2-20"')
  })
})
