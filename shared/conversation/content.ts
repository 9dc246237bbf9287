// The content types the assembler steers by (RFC 8446 §5.1; 128 marks an SSLv2-format hello).

export const contentTypes = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
  heartbeat: 24,
  sslv2Hello: 128,
} as const

export const handshakeTypes = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  finished: 20,
} as const
