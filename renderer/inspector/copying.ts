// Bytes as text for the clipboard, in the forms people paste. Pure.

export type CopyForm = 'hex' | 'c-array' | 'base64' | 'printable' | 'dump'

export const copyForms: readonly { readonly form: CopyForm; readonly text: string }[] = [
  { form: 'hex', text: 'Hex' },
  { form: 'c-array', text: 'C array' },
  { form: 'base64', text: 'Base64' },
  { form: 'printable', text: 'Printable text' },
  { form: 'dump', text: 'Hex dump with offsets' },
]

/** `bytes` in a form; `base` is the offset of their first byte, for dumps. */
export function copyText(bytes: Uint8Array, form: CopyForm, base = 0): string {
  switch (form) {
    case 'hex':
      return Array.from(bytes, hex).join(' ')
    case 'c-array':
      return `const unsigned char bytes[${String(bytes.length)}] = {\n${rows(bytes, 12)
        .map((row) => `  ${row.map((byte) => `0x${hex(byte)}`).join(', ')},`)
        .join('\n')}\n};\n`
    case 'base64':
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    case 'printable':
      return Array.from(bytes, printable).join('')
    case 'dump':
      return rows(bytes, 16)
        .map((row, index) => {
          const offset = (base + index * 16).toString(16).padStart(4, '0')
          return `${offset}  ${row.map(hex).join(' ').padEnd(47)}  ${row.map(printable).join('')}`
        })
        .join('\n')
  }
}

function rows(bytes: Uint8Array, per: number): number[][] {
  return Array.from({ length: Math.ceil(bytes.length / per) }, (_, row) => [
    ...bytes.subarray(row * per, (row + 1) * per),
  ])
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
}
