// The few shapes that extensions share: empty, a list of numbers, an offer and its answer.

import type { Reader } from '../bytes/reader.ts'
import type { Registry } from '../registries/registry.ts'
import { code, codes } from './codes.ts'
import type { ExtensionPlace, ExtensionValues } from './extensions.ts'

/** Reads the data of one extension to its end and keeps what the model needs; throws through the reader only. */
export type ExtensionReader = (r: Reader, place: ExtensionPlace, into: ExtensionValues) => void

/** `read` must use up the data; only then `keep` takes its value. */
export function extension<T>(
  read: (r: Reader, place: ExtensionPlace) => T,
  keep?: (into: ExtensionValues, value: T, place: ExtensionPlace) => void,
): ExtensionReader {
  return (r, place, into) => {
    const value = read(r, place)
    r.done('extension data')
    keep?.(into, value, place)
  }
}

export const empty = extension(() => null)

export function isRequest(place: ExtensionPlace): boolean {
  return place === 'client-hello' || place === 'certificate-request'
}

/** A list from the one who asks, a single choice from the one who answers. */
export function offer(registry: Registry, lengthBytes: 1 | 2, list: string, item: string): ExtensionReader {
  return extension((r, place) =>
    isRequest(place) ? codes(r, registry, lengthBytes, list, item) : [code(r, registry, item)],
  )
}

export function flag(reads: (r: Reader) => unknown): ExtensionReader {
  return extension((r) => (r.left === 0 ? null : reads(r)))
}

/** A list of named numbers, the same from both sides. */
export function numbers(
  registry: Registry,
  lengthBytes: 1 | 2,
  list: string,
  item: string,
  keep?: (into: ExtensionValues, values: number[]) => void,
): ExtensionReader {
  return extension((r) => codes(r, registry, lengthBytes, list, item), keep)
}
