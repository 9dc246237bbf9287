// RC4 for one test: OpenSSL 3 has it only in its legacy provider, which Node does not load.

export function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  const s = Uint8Array.from({ length: 256 }, (_, i) => i)
  const swap = (a: number, b: number) => {
    ;[s[a], s[b]] = [s[b]!, s[a]!]
  }
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + s[i]! + key[i % key.length]!) & 255
    swap(i, j)
  }
  let [i, j] = [0, 0]
  return data.map((byte) => {
    i = (i + 1) & 255
    j = (j + s[i]!) & 255
    swap(i, j)
    return byte ^ s[(s[i]! + s[j]!) & 255]!
  })
}
