// Carriers that open a way to another server: their refusal is a proxy's, whatever lies behind it.

export const proxies: readonly string[] = ['http-connect', 'socks']
