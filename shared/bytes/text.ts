// Bytes as readable text: nothing a capture holds can act on a terminal or a page.

/** ASCII as it is; every other octet, control characters and the backslash as `\xNN`. */
export function printable(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start > textPiece) {
    const middle = start + textPiece
    return printable(bytes, start, middle) + printable(bytes, middle, end)
  }
  // One flat string: one made by appending is a chain of small ones for as long as somebody keeps it.
  const codes: number[] = []
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!
    if (octet > 0x1f && octet < 0x7f && octet !== 0x5c) codes.push(octet)
    else codes.push(0x5c, 0x78, hexDigits[octet >> 4]!, hexDigits[octet & 15]!)
  }
  return String.fromCharCode(...codes)
}

/** At most `limit` characters, the last of them `…` where there were more. */
export function clipped(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

const textPiece = 4096
const hexDigits = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** Standard base64 with padding (RFC 4648 §4). */
export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const octet of bytes) binary += String.fromCharCode(octet)
  return btoa(binary)
}
