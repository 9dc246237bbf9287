// An address with its port, written the same way in the list, in filters and groups, and in reports.

/** `10.0.0.1:443`, `[2001:db8::1]:443`; the hardware addresses of EAP over a network have no port (0). */
export function endpointText(endpoint: { readonly address: string; readonly port: number }): string {
  const { address, port } = endpoint
  if (port === 0) return address
  return `${address.includes(':') ? `[${address}]` : address}:${String(port)}`
}
