// Packets of recorded captures (classic pcap, little-endian, Ethernet, IPv4 on loopback) with other times, addresses, names or segments.

/** Bytes of a file's header, of a packet's header in it, and of an Ethernet header. */
const [fileHead, packetHead, ethernet] = [24, 16, 14]
const micros = 1_000_000

/** The packets of a file: µs since 1970, and the frame. */
export function packetsOf(file) {
  const packets = []
  for (let at = fileHead; at < file.length;) {
    const length = file.readUInt32LE(at + 8)
    const frame = Buffer.from(file.subarray(at + packetHead, at + packetHead + length))
    packets.push({ time: file.readUInt32LE(at) * micros + file.readUInt32LE(at + 4), frame })
    at += packetHead + length
  }
  return packets
}

/** Packets as bytes of a file, without its header. */
export function bytesOf(packets) {
  return Buffer.concat(
    packets.flatMap(({ time, frame }) => {
      const head = Buffer.alloc(packetHead)
      head.writeUInt32LE(Math.floor(time / micros), 0)
      head.writeUInt32LE(time % micros, 4)
      head.writeUInt32LE(frame.length, 8)
      head.writeUInt32LE(frame.length, 12)
      return [head, frame]
    }),
  )
}

/** The same packets from `second` on, between the `index`th client and server; `ports`: with a client port of its own. */
export function moved(packets, second, index, ports = false) {
  const shift = second * micros - Math.floor(packets[0].time / micros) * micros
  const clients = new Map()
  return packets.map(({ time, frame }) => ({
    time: time + shift,
    frame: isLoopback(frame) ? readdressed(Buffer.from(frame), index, clients, ports) : frame,
  }))
}

/** The same packets with every token in segments of `size` bytes, 15 µs apart. */
export function resegmented(packets, size) {
  let late = 0
  return packets.flatMap(({ time, frame }) => {
    const { tcp, data } = partsOf(frame)
    const payload = frame.subarray(data)
    if (payload.length <= size) return [{ time: time + late, frame }]
    return Array.from({ length: Math.ceil(payload.length / size) }, (_, at) => {
      const piece = Buffer.concat([frame.subarray(0, data), payload.subarray(at * size, (at + 1) * size)])
      piece.writeUInt32BE((frame.readUInt32BE(tcp + 4) + at * size) >>> 0, tcp + 4)
      late += at === 0 ? 0 : 15
      return { time: time + late, frame: sized(piece) }
    })
  })
}

/** A connection to another port, in which the client says `words` and the server nothing. */
export function spoken(packets, port, words) {
  const server = packets[0].frame.readUInt16BE(partsOf(packets[0].frame).tcp + 2)
  let said = false
  return packets.map(({ time, frame: original }) => {
    const { tcp, data } = partsOf(original)
    const speaks = original.length > data && !said
    said ||= speaks
    const frame = Buffer.concat([original.subarray(0, data), Buffer.from(speaks ? words : '', 'latin1')])
    for (const at of [tcp, tcp + 2]) if (frame.readUInt16BE(at) === server) frame.writeUInt16BE(port, at)
    return { time, frame: sized(frame) }
  })
}

/** The same packets with another name in the ClientHello (RFC 6066 §3); every length around it and every later number follows. */
export function renamed(packets, before, name) {
  const grown = name.length - before.length
  let speaker = null
  return packets.map(({ time, frame: original }) => {
    const { ip, tcp, data } = partsOf(original)
    const at = speaker === null ? original.indexOf(before, data, 'latin1') : -1
    if (at >= 0) {
      speaker = original.readUInt16BE(tcp)
      const frame = Buffer.concat([
        original.subarray(0, at),
        Buffer.from(name, 'latin1'),
        original.subarray(at + before.length),
      ])
      for (const length of [data + 3, data + 7, extensionsOf(frame, data), at - 7, at - 5, at - 2])
        frame.writeUInt16BE(frame.readUInt16BE(length) + grown, length)
      return { time, frame: sized(frame) }
    }
    if (speaker === null || original[ip + 9] !== 6) return { time, frame: original }
    const frame = Buffer.from(original)
    const number = tcp + (frame.readUInt16BE(tcp) === speaker ? 4 : 8)
    frame.writeUInt32BE((frame.readUInt32BE(number) + grown) >>> 0, number)
    return { time, frame }
  })
}

/** Where the length of a ClientHello's extensions lies (RFC 8446 §4.1.2), its record beginning at `record`. */
function extensionsOf(frame, record) {
  const session = record + 9 + 34
  const suites = session + 1 + frame[session]
  const compression = suites + 2 + frame.readUInt16BE(suites)
  return compression + 1 + frame[compression]
}

function partsOf(frame) {
  const ip = ethernet
  const tcp = ip + 4 * (frame[ip] & 15)
  return { ip, tcp, data: tcp + 4 * (frame[tcp + 12] >> 4) }
}

function isLoopback(frame) {
  return frame.readUInt16BE(ethernet - 2) === 0x0800 && frame.readUInt32BE(ethernet + 12) === 0x7f000001
}

/** Who spoke first is the client. */
function readdressed(frame, index, clients, own) {
  const { ip, tcp } = partsOf(frame)
  const [source, destination] = [frame.readUInt16BE(tcp), frame.readUInt16BE(tcp + 2)]
  const pair = [source, destination].sort().join()
  if (!clients.has(pair)) clients.set(pair, source)
  const client = [10, 20, 14 + (index % 3) * 38, 31 + ((index * 19) % 97)]
  const server = [10, 20, 3, 9 + ((index * 7) % 5) * 18]
  const out = clients.get(pair) === source
  frame.set((out ? [client, server] : [server, client]).flat(), ip + 12)
  if (own) frame.writeUInt16BE(49_152 + ((index * 37) % 16_000), out ? tcp : tcp + 2)
  return summed(frame)
}

/** With the frame's length in its IPv4 header. */
function sized(frame) {
  frame.writeUInt16BE(frame.length - ethernet, ethernet + 2)
  return summed(frame)
}

/** With the checksum of its IPv4 header (RFC 791 §3.1). */
function summed(frame) {
  const { ip, tcp } = partsOf(frame)
  frame.writeUInt16BE(0, ip + 10)
  let sum = 0
  for (let at = ip; at < tcp; at += 2) sum += frame.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  frame.writeUInt16BE(~sum & 0xffff, ip + 10)
  return frame
}
