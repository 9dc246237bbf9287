// DNS answers and plain HTTP exchanges read for the neighbour rules.

import { describe, expect, it } from 'vitest'
import { dnsAnswer, httpExchange, sqlInstances } from '../../../shared/conversation/lookups.ts'
import { scanPackets, opened } from '../../support/segments.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { be16, bytes } from '../../support/packets.ts'

function name(text: string): number[] {
  return [...text.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]), 0]
}

function answer(flags: number, records: readonly (readonly number[])[], type = 1): Uint8Array {
  return bytes(
    be16(7),
    be16(flags),
    be16(1),
    be16(records.length),
    be16(0),
    be16(0),
    name('Crl.Example.com'),
    be16(type),
    be16(1),
    ...records,
  )
}

const address = [0xc0, 12, ...be16(1), ...be16(1), 0, 0, 0, 60, ...be16(4), 192, 0, 2, 7]
const alias = [0xc0, 12, ...be16(5), ...be16(1), 0, 0, 0, 60, ...be16(6), 4, 99, 100, 110, 50, 0]

describe('a DNS answer', () => {
  it('gives the name in lower case and its addresses, past aliases', () => {
    const message = answer(0x8180, [alias, address])
    expect(dnsAnswer(message, 0, message.length)).toEqual({
      name: 'crl.example.com',
      answers: ['192.0.2.7'],
      failed: false,
    })
  })

  it('has failed with an error code, or without any address', () => {
    const missing = answer(0x8183, [])
    expect(dnsAnswer(missing, 0, missing.length)).toMatchObject({ answers: [], failed: true })
  })

  it('is nothing where it is a question, asks for no address, or ends early', () => {
    const question = answer(0x0100, [])
    expect(dnsAnswer(question, 0, question.length)).toBeNull()
    const mail = answer(0x8180, [], 15)
    expect(dnsAnswer(mail, 0, mail.length)).toBeNull()
    const whole = answer(0x8180, [address])
    for (let end = 0; end < whole.length; end++) expect(dnsAnswer(whole, 0, end)).toBeNull()
  })

  it('survives any bytes', () => {
    const random = new Random(53)
    for (let i = 0; i < 2000; i++) {
      const changed = mutate(answer(0x8180, [alias, address]), random)
      expect(() => dnsAnswer(changed, 0, changed.length)).not.toThrow()
    }
  })
})

describe('a plain HTTP exchange', () => {
  const get = bytes('GET /ca.crl HTTP/1.1\r\nUser-Agent: x\r\nHost: CRL.example.com:80\r\n\r\n')

  it('gives host, path and status', () => {
    const exchange = { host: 'crl.example.com', path: '/ca.crl', status: 200 }
    expect(httpExchange(get, bytes('HTTP/1.1 200 OK\r\n\r\n'))).toEqual(exchange)
    expect(httpExchange(get, null)).toEqual({ ...exchange, status: null })
  })

  it('reads the whole address of a request to a proxy', () => {
    const proxied = bytes('GET http://ocsp.example.com/MFE HTTP/1.0\r\n\r\n')
    expect(httpExchange(proxied, null)).toMatchObject({ host: 'ocsp.example.com', path: '/MFE' })
  })

  it('is told by the scan for a flow that is no TLS', () => {
    const { lookups } = scanPackets([
      ...opened,
      { from: 'client', bytes: get },
      { from: 'server', bytes: bytes('HTTP/1.1 404 Not Found\r\n\r\n'), ack: get.length },
    ])
    expect(lookups).toEqual([
      { host: 'crl.example.com', path: '/ca.crl', status: 404, time: 0, packet: 1, client: '10.0.0.1' },
    ])
  })
})

describe('an answer of SQL Server Browser', () => {
  const told = (text: string, size = text.length) => {
    const message = bytes(5, size & 255, size >> 8, text)
    return sqlInstances(message, 0, message.length)
  }
  const one = 'ServerName;SQL1;InstanceName;SQLEXPRESS;IsClustered;No;Version;16.0.1000.6;tcp;50123;;'
  const two = 'ServerName;SQL1;InstanceName;OLD;IsClustered;No;Version;10.50.1600.1;np;\\\\SQL1\\pipe\\sql;;'

  it('names instances, their version and TCP port', () => {
    expect(told(one + two)).toEqual([
      { name: 'SQLEXPRESS', version: '16.0.1000.6', port: 50123 },
      { name: 'OLD', version: '10.50.1600.1', port: null },
    ])
  })

  it('has no port where it names none that is one', () => {
    const ports = ['', '0', '70000', '1433.5', 'none'].map((port) => told(one.replace('50123', port))[0])
    expect(ports.map((instance) => instance?.port)).toEqual([null, null, null, null, null])
  })

  it('is none where it is cut, or something else', () => {
    expect(told(one, one.length + 1)).toEqual([])
    expect(told('')).toEqual([])
    expect(sqlInstances(bytes(4, 'SQLEXPRESS'), 0, 11)).toEqual([])
  })
})
