// Prints `N passed, N failed` from the test runner's own closing line in the log named on the command line.
import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

const log = stripVTControlCharacters(readFileSync(process.argv[2], 'utf8'))
const line = log.split('\n').findLast((text) => /^\s*Tests\s/.test(text)) ?? ''
const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0)
console.log(`${count('passed')} passed, ${count('failed')} failed`)
