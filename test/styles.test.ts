// The page's styles: sizes of type come from the tokens, and the dark set is the same however it is chosen.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const styled = readdirSync('renderer', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(vue|css)$/.test(name))
  .map((name) => name.replaceAll('\\', '/'))

/** Sizes of type in a file that are no token's, each as it is written. */
function literalSizes(name: string): string[] {
  // The height of a line stands behind a stroke in the same declaration.
  const text = readFileSync(join('renderer', name), 'utf8').replaceAll(/\/\s*[\d.]+px/g, '')
  return [...text.matchAll(/(?:font|font-size)\s*[:=][^;\n]*?\d(?:px|pt|r?em)\b[^;\n]*/g)].map(
    ([found]) => `${name}: ${found}`,
  )
}

it('takes every size of type from the tokens', () => {
  expect(styled).toContain('styles/base.css')
  const own = styled.filter((name) => name !== 'styles/tokens.css')
  expect(own.flatMap(literalSizes)).toEqual([])
})

it('is as dark by the system as by choice', () => {
  const tokens = readFileSync('renderer/styles/tokens.css', 'utf8')
  const [chosen, system] = [":root[data-theme='dark']", ':root:not([data-theme])'].map((selector) => {
    const from = tokens.indexOf('{', tokens.indexOf(selector)) + 1
    return tokens
      .slice(from, tokens.indexOf('}', from))
      .split('\n')
      .map((line) => line.trim())
  })
  expect(chosen?.length).toBeGreaterThan(40)
  expect(system).toEqual(chosen)
})
