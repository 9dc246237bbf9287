// Reading numbers that a registry names: the value for the model, the name for the field tree.

import type { Reader } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'
import { labelOf, type Registry } from '../registries/registry.ts'

/** One number as wide as its registry says. */
export function code(r: Reader, registry: Registry, what: string): number {
  const value = registry.octets === 1 ? r.u8(what) : registry.octets === 2 ? r.u16(what) : r.u24(what)
  if (r.fields !== null) r.fields.means(labelOf(registry, value))
  return value
}

/** A vector of such numbers; an empty one breaks the format, as every such list must have an entry. */
export function codes(
  r: Reader,
  registry: Registry,
  lengthBytes: 1 | 2,
  what: string,
  item: string,
): number[] {
  const at = r.at
  const list = r.vector(lengthBytes, what)
  if (list.left === 0) r.fail(`${what} is empty`, at)
  return codesLeft(list, registry, item)
}

/** All numbers up to the end of the reader. */
export function codesLeft(r: Reader, registry: Registry, item: string): number[] {
  const values = new Array<number>(Math.ceil(r.left / registry.octets))
  for (let i = 0; i < values.length; i++) values[i] = code(r, registry, item)
  return values
}

/** A vector of text, shown readable in the tree. */
export function text(r: Reader, lengthBytes: 1 | 2, what: string): string {
  const value = printable(r.opaque(lengthBytes, what))
  r.means(value)
  return value
}
