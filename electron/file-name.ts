// File names that come from a page: only a name, in any script, without what a shell or a file system would read into it.

/** `name` as a harmless file name; `otherwise` where nothing is left of it. */
export function harmless(name: string, otherwise: string): string {
  const kept = name
    .replace(/^.*[/\\]/s, '')
    .replace(/[^\p{L}\p{N} ._()-]/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, 100)
  return kept === '' ? otherwise : kept
}
