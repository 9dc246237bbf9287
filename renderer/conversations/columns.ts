// The list's columns: head, width, and the filter field each sorts by.

export interface Column {
  readonly id: string
  readonly head: string
  readonly width: string
  /** Name in the registry of shared/filter. */
  readonly field: string
  readonly right?: boolean
}

const columns: readonly Column[] = [
  { id: 'time', head: 'Time UTC', width: '84px', field: 'time' },
  { id: 'outcome', head: 'Outcome', width: '98px', field: 'outcome' },
  { id: 'name', head: 'Server name', width: 'minmax(104px, 1.5fr)', field: 'tls.sni' },
  { id: 'client', head: 'Client', width: 'minmax(116px, 1fr)', field: 'ip.src' },
  { id: 'server', head: 'Server', width: 'minmax(116px, 0.98fr)', field: 'ip.dst' },
  { id: 'version', head: 'Version', width: '58px', field: 'tls.version' },
  { id: 'cipher', head: 'Cipher suite', width: 'minmax(84px, 1.05fr)', field: 'cipher' },
  { id: 'side', head: 'Failing side', width: '82px', field: 'side' },
  { id: 'status', head: 'Final status there', width: 'minmax(138px, 1.15fr)', field: 'status' },
  { id: 'alert', head: 'Alert or event', width: 'minmax(108px, 0.95fr)', field: 'alert' },
  { id: 'duration', head: 'ms', width: '50px', field: 'duration', right: true },
]

/** All columns; the number's width follows the digits of the largest id. */
export function columnsFor(largest: number): readonly Column[] {
  const digits = Math.max(2, String(largest).length)
  return [
    { id: 'number', head: '#', width: `${String(10 + digits * 7)}px`, field: 'id', right: true },
    ...columns,
  ]
}
