// What a file that is handed on is called.

const captureEnding = /\.(pcapng|pcap|cap|gz|zst|lz4|ntar|snoop)+$/i

/** `web-7.report.html` for conversation 7 of `web.pcapng`; without the capture's name, which may be a secret, `report.html`. */
export function reportFileName(capture: string | null, conversation: number | null, ending: string): string {
  if (capture === null) return `report.${ending.replace('report.', '')}`
  const some = conversation === null ? '' : `-${String(conversation)}`
  return `${capture.replace(captureEnding, '')}${some}.${ending}`
}
