// Keys of the Windows registry as people export them: a .reg file, or JSON of the same shape.

/** A value: a number (REG_DWORD), a text (REG_SZ), or texts (REG_MULTI_SZ). */
export type RegistryValue = number | string | readonly string[]

/** Values by name, by the path of their key; all in lower case. */
export type RegistryKeys = ReadonlyMap<string, ReadonlyMap<string, RegistryValue>>

export type RegistryFile =
  { readonly ok: true; readonly keys: RegistryKeys } | { readonly ok: false; readonly message: string }

/** Keys that are read of one file; a whole hive has more, and is not a policy. */
const maxKeys = 20_000

/** Reads the text of a .reg export (`Windows Registry Editor Version 5.00`, or REGEDIT4). */
export function readRegFile(text: string): RegistryFile {
  if (!/^\s*(?:Windows Registry Editor Version 5\.00|REGEDIT4)\s*$/m.test(text.slice(0, 200)))
    return { ok: false, message: 'This is no .reg export: its first line is missing.' }
  const keys = new Map<string, Map<string, RegistryValue>>()
  let values: Map<string, RegistryValue> | null = null
  // A long value goes on behind a backslash at the line's end.
  for (const line of text.replace(/\\\r?\n\s*/g, '').split(/\r?\n/)) {
    const key = /^\[(-?)(.+)\]\s*$/.exec(line)
    if (key !== null) {
      values = key[1] === '-' ? null : valuesOf(keys, key[2] ?? '')
      if (keys.size > maxKeys)
        return { ok: false, message: `This file has more than ${String(maxKeys)} keys.` }
      continue
    }
    const pair = /^"((?:[^"\\]|\\.)*)"=(.*)$/.exec(line)
    if (pair === null || values === null) continue
    const value = regValue(pair[2] ?? '')
    if (value !== null) values.set(unescaped(pair[1] ?? '').toLowerCase(), value)
  }
  return { ok: true, keys }
}

function regValue(text: string): RegistryValue | null {
  const number = /^dword:([0-9a-f]{1,8})\s*$/i.exec(text)
  if (number !== null) return Number.parseInt(number[1] ?? '0', 16)
  const quoted = /^"((?:[^"\\]|\\.)*)"\s*$/.exec(text)
  if (quoted !== null) return unescaped(quoted[1] ?? '')
  const bytes = /^hex\(([127])\):([0-9a-f,\s]*)$/i.exec(text)
  if (bytes === null) return null
  const octets = (bytes[2] ?? '')
    .split(',')
    .flatMap((each) => (each.trim() === '' ? [] : [Number.parseInt(each, 16)]))
  const parts = new TextDecoder('utf-16le').decode(Uint8Array.from(octets)).split('\0')
  return bytes[1] === '7' ? parts.filter((part) => part !== '') : (parts[0] ?? '')
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1')
}

/** Takes JSON of the same shape: `{ "HKLM\\…\\00010002": { "Functions": ["TLS_…"] }, "HKLM\\…\\Client": { "Enabled": 0 } }`. */
export function readRegistryJson(value: unknown): RegistryFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, message: 'This JSON holds no registry keys.' }
  const keys = new Map<string, Map<string, RegistryValue>>()
  for (const [path, values] of Object.entries(value).slice(0, maxKeys)) {
    if (typeof values !== 'object' || values === null) continue
    const into = valuesOf(keys, path)
    for (const [name, each] of Object.entries(values as Record<string, unknown>)) {
      if (typeof each === 'number' || typeof each === 'string') into.set(name.toLowerCase(), each)
      else if (Array.isArray(each))
        into.set(
          name.toLowerCase(),
          each.filter((one) => typeof one === 'string'),
        )
    }
  }
  return { ok: true, keys }
}

function valuesOf(keys: Map<string, Map<string, RegistryValue>>, path: string): Map<string, RegistryValue> {
  const name = path.toLowerCase().replace(/^hklm\\/, 'hkey_local_machine\\')
  const known = keys.get(name)
  if (known !== undefined) return known
  const values = new Map<string, RegistryValue>()
  keys.set(name, values)
  return values
}
