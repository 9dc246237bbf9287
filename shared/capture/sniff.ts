// Tells what a file is by its first bytes: the formats that are read, and the ones that are refused with advice.

import { hexText } from '../bytes/fields.ts'
import type { CaptureFault, FormatReader, PacketSink } from './capture.ts'
import { NetmonReader } from './netmon.ts'
import { isPcap, PcapReader } from './pcap.ts'
import { PcapngReader } from './pcapng.ts'
import { SnoopReader } from './snoop.ts'

/** Bytes that are enough to tell all formats apart; a shorter file is judged by what it has. */
export const headBytes = 1024

export type FileKind =
  | 'pcap'
  | 'pcapng'
  | 'gzip'
  | 'zstd'
  | 'lz4'
  | 'bzip2'
  | 'xz'
  | 'zip'
  | 'netmon'
  | 'snoop'
  | 'sniffer'
  | 'etl'
  | 'evtx'
  | 'keylog'
  | 'text'
  | 'empty'
  | 'unknown'

/** One row per format. A format that is read has `open`; any other has a code, what to call it, and what to do. */
export interface FileFormat {
  readonly kind: FileKind
  readonly matches: (head: Uint8Array) => boolean
  readonly open: ((sink: PacketSink) => FormatReader) | null
  readonly code: string
  readonly looksLike: string
  readonly hint: string
}

const takeTheCapture = 'Choose the packet capture itself (.pcap, .pcapng or .cap).'
const convert = 'Open it in Wireshark and save it as pcapng, or convert it: editcap -F pcapng IN OUT.pcapng'

/** The first row that matches decides; the last one always does. */
const formats: readonly FileFormat[] = [
  {
    kind: 'empty',
    matches: (head) => head.length === 0,
    open: null,
    code: 'capture-empty',
    looksLike: 'an empty file',
    hint: 'Check that the capture was stopped and saved, and that the copy is complete.',
  },
  {
    kind: 'pcap',
    matches: (head) => head.length >= 4 && isPcap(number(head)),
    open: (sink) => new PcapReader(sink),
    code: '',
    looksLike: 'a pcap capture',
    hint: '',
  },
  {
    kind: 'pcapng',
    matches: (head) => begins(head, 0x0a, 0x0d, 0x0d, 0x0a),
    open: (sink) => new PcapngReader(sink),
    code: '',
    looksLike: 'a pcapng capture',
    hint: '',
  },
  {
    kind: 'netmon',
    matches: (head) => begins(head, 0x47, 0x4d, 0x42, 0x55),
    open: (sink) => new NetmonReader(sink),
    code: '',
    looksLike: 'a Network Monitor 2.x capture',
    hint: '',
  },
  {
    kind: 'snoop',
    matches: (head) => begins(head, 0x73, 0x6e, 0x6f, 0x6f, 0x70, 0),
    open: (sink) => new SnoopReader(sink),
    code: '',
    looksLike: 'a snoop capture',
    hint: '',
  },
  packed('gzip', 'a file packed with gzip', 'gunzip FILE.gz', 0x1f, 0x8b),
  packed('zstd', 'a file packed with Zstandard', 'zstd -d FILE.zst', 0x28, 0xb5, 0x2f, 0xfd),
  packed('lz4', 'a file packed with LZ4', 'lz4 -d FILE.lz4', 0x04, 0x22, 0x4d, 0x18),
  packed('bzip2', 'a file packed with bzip2', 'bunzip2 FILE.bz2', 0x42, 0x5a, 0x68),
  packed('xz', 'a file packed with xz', 'unxz FILE.xz', 0xfd, 0x37, 0x7a, 0x58, 0x5a),
  packed('zip', 'a ZIP archive', 'unzip FILE.zip', 0x50, 0x4b, 0x03, 0x04),
  otherTool('netmon', 'a Network Monitor 1.x capture', 0x52, 0x54, 0x53, 0x53),
  otherTool('sniffer', 'a Windows Sniffer capture', 0x58, 0x43, 0x50, 0),
  otherTool('sniffer', 'a DOS Sniffer capture', 0x54, 0x52, 0x53, 0x4e, 0x49, 0x46, 0x46),
  {
    kind: 'etl',
    matches: isEtl,
    open: null,
    code: 'capture-etl',
    looksLike: 'an Event Tracing for Windows file (.etl)',
    hint: 'Convert it first: etl2pcapng trace.etl trace.pcapng (for netsh trace), or pktmon etl2pcap trace.etl (for Packet Monitor).',
  },
  {
    kind: 'evtx',
    matches: (head) => begins(head, 0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65, 0) || isEvt(head),
    open: null,
    code: 'capture-evtx',
    looksLike: 'a Windows event log (.evtx)',
    hint: 'An event log holds no packets. Open it in Event Viewer, and record the failing connection with: pktmon start --capture --pkt-size 0 -f trace.etl; pktmon stop; pktmon etl2pcap trace.etl',
  },
  {
    kind: 'keylog',
    matches: (head) => keylogLine.test(latin1(head)),
    open: null,
    code: 'capture-keylog',
    looksLike: 'a TLS key log',
    hint: 'Open the capture that it belongs to, and give this file as its key log.',
  },
  {
    kind: 'text',
    matches: isText,
    open: null,
    code: 'capture-text',
    looksLike: 'text',
    hint: takeTheCapture,
  },
  {
    kind: 'unknown',
    matches: () => true,
    open: null,
    code: 'capture-unknown-format',
    looksLike: 'a file of unknown format',
    hint: takeTheCapture,
  },
]

/** What a file is by its first bytes (up to `headBytes`), and why it is refused; null for a capture that is read. */
export function sniff(head: Uint8Array): { readonly kind: FileKind; readonly refusal: CaptureFault | null } {
  const format = formatOf(head)
  return { kind: format.kind, refusal: format.open === null ? refusal(format, head, null) : null }
}

/** The row for a file that begins with `head`. */
export function formatOf(head: Uint8Array): FileFormat {
  return formats.find((format) => format.matches(head))!
}

/** Why files of `format` are not read. */
export function refusal(format: FileFormat, head: Uint8Array, container: string | null): CaptureFault {
  const begins =
    format.kind === 'unknown' ? ` It begins with ${hexText(head, 0, Math.min(head.length, 8))}.` : ''
  const subject = container === null ? 'This is' : `This ${container} file holds`
  return {
    code: format.code,
    message: `${subject} ${format.looksLike}, ${packing(format) ? 'which is not read yet' : 'not a packet capture'}.${begins}`,
    hint: format.hint,
    offset: 0,
  }
}

function packing(format: FileFormat): boolean {
  return format.code === 'capture-packed' || format.code === 'capture-format-unsupported'
}

function packed(kind: FileKind, looksLike: string, command: string, ...magic: number[]): FileFormat {
  const hint = `Unpack it first: ${command}`
  return {
    kind,
    matches: (head) => begins(head, ...magic),
    open: null,
    code: 'capture-packed',
    looksLike,
    hint,
  }
}

function otherTool(kind: FileKind, looksLike: string, ...magic: number[]): FileFormat {
  return {
    kind,
    matches: (head) => begins(head, ...magic),
    open: null,
    code: 'capture-format-unsupported',
    looksLike,
    hint: convert,
  }
}

/** Lines of the SSLKEYLOGFILE format (draft-ietf-tls-keylogfile), or NSS's heading of it. */
const keylogLine =
  /^(?:(?:CLIENT_RANDOM|RSA|PMS_CLIENT_RANDOM|[A-Z][A-Z_]+_SECRET(?:_\d+)?|ECH_CONFIG) [0-9a-fA-F]{16,} ?[0-9a-fA-F]*|# SSL\/TLS secrets log)/m

/**
 * A trace buffer (WMI_BUFFER_HEADER, 72 bytes, beginning with its own size) followed by the trace's header event: version 2,
 * type SYSTEM32 or SYSTEM64, both marker flags set.
 */
function isEtl(head: Uint8Array): boolean {
  if (head.length < 0x4c) return false
  const size = head[0]! | (head[1]! << 8) | (head[2]! << 16)
  return (
    size >= 0x400 &&
    size % 0x400 === 0 &&
    head[3] === 0 &&
    head[0x48] === 2 &&
    head[0x49] === 0 &&
    (head[0x4a] === 1 || head[0x4a] === 2) &&
    head[0x4b] === 0xc0
  )
}

/** The event log format before Windows Vista. */
function isEvt(head: Uint8Array): boolean {
  return begins(head, 0x30, 0, 0, 0, 0x4c, 0x66, 0x4c, 0x65)
}

function isText(head: Uint8Array): boolean {
  if (begins(head, 0xff, 0xfe) || begins(head, 0xfe, 0xff)) return true
  return (
    head.every((byte) =>
      byte >= 0x20 ? byte !== 0x7f : byte === 9 || byte === 10 || byte === 13 || byte === 12,
    ) && mostlyAscii(head)
  )
}

/** Text in any language has spaces, markup or digits; random bytes above 0x7f are no text. */
function mostlyAscii(head: Uint8Array): boolean {
  let ascii = 0
  for (const byte of head) if (byte < 0x80) ascii++
  return ascii * 4 >= head.length
}

function begins(head: Uint8Array, ...magic: number[]): boolean {
  return head.length >= magic.length && magic.every((byte, i) => head[i] === byte)
}

function number(head: Uint8Array): number {
  return ((head[0]! << 24) | (head[1]! << 16) | (head[2]! << 8) | head[3]!) >>> 0
}

function latin1(head: Uint8Array): string {
  let text = ''
  for (const byte of head) text += String.fromCharCode(byte)
  return text
}
