// Bootstrap of the double's utility process: gives a Node child process Electron's `process.parentPort`, then runs the entry.
import { EventEmitter } from 'node:events'

const ports = new Map()
const parentPort = new EventEmitter()
parentPort.postMessage = (data) => process.send({ kind: 'message', data })
process.parentPort = parentPort
// As in Electron, messages wait for the entry to listen.
const early = []
parentPort.on('newListener', (name) => {
  if (name === 'message')
    setImmediate(() => early.splice(0).forEach((event) => parentPort.emit('message', event)))
})

function hear(event) {
  if (parentPort.listenerCount('message') === 0 || early.length > 0) early.push(event)
  else parentPort.emit('message', event)
}

function openPort(number) {
  const port = new EventEmitter()
  const waiting = []
  let started = false
  port.postMessage = (data) => process.send({ kind: 'port', number, data })
  port.close = () => process.send({ kind: 'close', number })
  port.start = () => {
    started = true
    for (const data of waiting.splice(0)) port.emit('message', { data, ports: [] })
  }
  port.receive = (data) => {
    if (started) port.emit('message', { data, ports: [] })
    else waiting.push(data)
  }
  ports.set(number, port)
  return port
}

process.on('message', (message) => {
  if (message.kind === 'message') hear({ data: message.data, ports: message.ports.map(openPort) })
  else if (message.kind === 'port') ports.get(message.number)?.receive(message.data)
  else ports.get(message.number)?.emit('close')
})
process.on('disconnect', () => process.exit(0))

await import(process.argv[2])
