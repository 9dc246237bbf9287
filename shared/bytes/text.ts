// Bytes as readable text: nothing a capture holds can act on a terminal or a page.

/** ASCII as it is; every other octet, control characters and the backslash as `\xNN`. */
export function printable(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = ''
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!
    text +=
      octet > 0x1f && octet < 0x7f && octet !== 0x5c
        ? String.fromCharCode(octet)
        : `\\x${octet.toString(16).padStart(2, '0')}`
  }
  return text
}

/** Standard base64 with padding (RFC 4648 §4). */
export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const octet of bytes) binary += String.fromCharCode(octet)
  return btoa(binary)
}
