// FNV-1a, 64 bits in two halves: an identity, not a protection (draft-eastlake-fnv).

/** Gathers what it is given; one object serves one hash after another. */
export class Fnv64 {
  private low = 0
  private high = 0

  begin(): void {
    this.low = 0x84222325 | 0
    this.high = 0xcbf29ce4 | 0
  }

  /** Characters up to U+00FF as octets. */
  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i))
  }

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.add(byte)
  }

  /** The bytes as lower-case hex digits. */
  hex(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.add(hexDigit(byte >> 4))
      this.add(hexDigit(byte & 15))
    }
  }

  /** 16 hex digits. */
  end(): string {
    for (let i = 0; i < 8; i++) {
      digits[i] = hexDigit((this.high >>> (28 - 4 * i)) & 15)
      digits[i + 8] = hexDigit((this.low >>> (28 - 4 * i)) & 15)
    }
    return String.fromCharCode(...digits)
  }

  /** Times the prime 2^40 + 0x1b3, in halves of 16 bits where a product would not fit. */
  private add(octet: number): void {
    const low = this.low ^ octet
    const product = (low & 0xffff) * 0x1b3
    const upper = (low >>> 16) * 0x1b3 + (product >>> 16)
    this.high = (Math.imul(this.high, 0x1b3) + (low << 8) + (upper >>> 16)) | 0
    this.low = (upper << 16) | (product & 0xffff)
  }
}

const digits = new Array<number>(16).fill(0)

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value
}
