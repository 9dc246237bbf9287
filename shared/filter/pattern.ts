// Patterns with * (any run of characters) and ? (any one), and plain words without. Time is bounded by pattern × text: no backtracking.

/** A test for texts: a pattern with wildcards covers the whole text, a word without is found anywhere. Case does not count. */
export function compilePattern(pattern: string): (text: string) => boolean {
  const wanted = pattern.toLowerCase()
  if (!/[*?]/.test(wanted)) return (text) => text.toLowerCase().includes(wanted)
  return (text) => covers(wanted, text.toLowerCase())
}

function covers(pattern: string, text: string): boolean {
  let at = 0
  let wanted = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    if (wanted < pattern.length && pattern[wanted] === '*') {
      star = wanted
      resume = at
      wanted += 1
    } else if (wanted < pattern.length && (pattern[wanted] === '?' || pattern[wanted] === text[at])) {
      at += 1
      wanted += 1
    } else if (star >= 0) {
      wanted = star + 1
      resume += 1
      at = resume
    } else {
      return false
    }
  }
  while (pattern[wanted] === '*') wanted += 1
  return wanted === pattern.length
}
