// FTP's data connections: which connection follows which announcement.

import { describe, expect, it } from 'vitest'
import type { Closing } from '../../../shared/conversation/gatherer.ts'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import { DataConnections, fits } from '../../../shared/inside/ftp-data.ts'
import { readInside } from '../../../shared/inside/list.ts'
import { openedConversation, type Spoken } from '../../support/opened.ts'

/** A control connection from 10.0.0.1 to 10.0.0.2 in which this was said. */
function control(...said: readonly Spoken[]): DataConnections {
  const bare = openedConversation('ftp', said)
  const conversation = { ...bare, id: 1, inside: readInside(bare) }
  const data = new DataConnections()
  data.closed(conversation)
  return data
}

function connection(from: string, to: string, more: Partial<Closing> = {}): Closing {
  const end = (text: string) => {
    const [address, port] = text.split(' ')
    return { address: address!, port: Number(port) }
  }
  const counted = { length: 0, uninspectedRecords: 0, applicationRecords: 0, applicationBytes: 0 }
  return {
    id: 2,
    within: null,
    transport: 'tcp',
    tunnels: [],
    endpoints: [end(from), end(to)],
    seen: [true, true],
    fromSyn: [true, true],
    synDir: 0,
    acknowledged: [-1, -1],
    revived: false,
    counted: [counted, counted],
    firstPacket: 1,
    lastPacket: 2,
    packets: 2,
    start: 1e9,
    end: 2e9,
    quietAfter: 0,
    ...more,
  }
}

const { clientEndpoint, serverEndpoint } = openedConversation('ftp', [])
const [client, server] = [clientEndpoint.address, serverEndpoint.address]

describe('a data connection', () => {
  it.each([
    [
      'PASV',
      ['server', '227 Entering Passive Mode (10,9,9,9,195,80).\r\n'],
      `${client} 1`,
      `${server} 50000`,
    ],
    ['PASV behind NAT', ['server', '227 =10,9,9,9,195,80\r\n'], `${client} 1`, '10.9.9.9 50000'],
    ['EPSV', ['server', '229 Entering (|||50000|)\r\n'], `${client} 1`, `${server} 50000`],
    ['PORT', ['client', 'PORT 10,9,9,9,195,80\r\n'], `${server} 20`, `${client} 50000`],
    ['EPRT', ['client', `EPRT |1|${client}|50000|\r\n`], `${server} 20`, `${client} 50000`],
  ] as const)('follows %s', (name, said, from, to) => {
    const found = control(said).of(connection(from, to))
    expect(found).toMatchObject({ parent: 1, carrier: { name: 'ftp-data', steps: [{ packets: [1] }] } })
    expect(found?.carrier.steps[0]?.text).toBe(`${name.split(' ')[0]!}, port 50000, said in conversation 1`)
  })

  it('is none where the words are the other side’s, the host is another, or it came before', () => {
    const epsv: Spoken = ['server', '229 Entering (|||50000|)\r\n']
    expect(control(['client', '229 Entering (|||50000|)\r\n']).none).toBe(true)
    expect(control(['server', `PORT 10,9,9,9,195,80\r\n`]).none).toBe(true)
    const noAddress = control(['server', '227 =10,9,9,999,195,80\r\n'])
    expect(noAddress.of(connection(`${client} 1`, `${server} 50000`, { start: 1e12 }))).toBeNull()
    expect(control(epsv).of(connection('10.7.7.7 1', `${server} 50000`))).toBeNull()
    expect(control(epsv).of(connection(`${client} 1`, `${server} 50001`))).toBeNull()
    expect(control(epsv).of(connection(`${client} 1`, `${server} 50000`, { start: -1 }))).toBeNull()
    expect(control(epsv).of(connection(`${client} 1`, `${server} 50000`, { id: 1 }))).toBeNull()
  })

  it('follows the last announcement of its port', () => {
    const data = control(
      ['server', '229 Entering (|||50000|)\r\n'],
      ['server', '229 Entering (|||50000|)\r\n'],
    )
    expect(data.of(connection(`${client} 1`, `${server} 50000`))?.carrier.steps[0]?.packets).toEqual([2])
  })
})

describe('a connection beside a control connection that stayed sealed', () => {
  /** The control connection of the same hosts, open from 0 to 5 s on port 21. */
  const sealed = (steps: Conversation['carrier']['steps'] = []) => {
    const data = new DataConnections()
    const { messages, ...rest } = openedConversation('ftp', [])
    const ends = {
      clientEndpoint: { address: client, port: 1 },
      serverEndpoint: { address: server, port: 21 },
    }
    data.closed({
      ...rest,
      ...ends,
      messages,
      id: 1,
      start: 0,
      end: 5e9,
      inside: null,
      carrier: { name: 'ftp', steps },
    })
    return data
  }
  const text = (from: string, to: string, more: Partial<Closing> = {}) =>
    sealed().of(connection(from, to, more))?.carrier.steps[0]?.text

  it('is said to be possibly, or from the data port probably, its data', () => {
    expect(text(`${client} 50001`, `${server} 50000`)).toBe(
      'possibly data of conversation 1: opened between the same hosts while it was open',
    )
    expect(text(`${server} 20`, `${client} 50000`)).toBe(
      'probably data of conversation 1: opened from port 20 of its server while it was open',
    )
  })

  it('is not, where the hosts, the time or the port are others', () => {
    expect(text('10.7.7.7 50001', `${server} 50000`)).toBeUndefined()
    expect(text(`${client} 50001`, `${server} 443`)).toBeUndefined()
    expect(text(`${client} 50001`, `${server} 50000`, { start: 6e9 })).toBeUndefined()
    expect(text(`${server} 50001`, `${client} 50000`)).toBeUndefined()
  })

  it('is tied by an announcement in the clear before TLS', () => {
    const step = {
      time: 1,
      packets: [7],
      from: 'server',
      text: 'PASV: data connection to port 50000',
      result: 'info',
    } as const
    const found = sealed([step]).of(connection(`${client} 50001`, `${server} 50000`))
    expect(found).toMatchObject({ guess: null, carrier: { steps: [{ packets: [7], result: 'ok' }] } })
  })

  it('may belong to FTP that began with TLS, on port 990', () => {
    const bare = { ...openedConversation('none', []), id: 1, start: 0, end: 5e9 }
    const at = (port: number) => {
      const data = new DataConnections()
      data.closed({
        ...bare,
        clientEndpoint: { address: client, port: 1 },
        serverEndpoint: { address: server, port },
      })
      return data.of(connection(`${server} 989`, `${client} 50000`))?.carrier.steps[0]?.text
    }
    expect(at(990)).toMatch(/^probably data of conversation 1: opened from port 989/)
    expect(at(991)).toBeUndefined()
  })

  it('must look like data: no other protocol by ALPN, no other carrier', () => {
    expect(fits('none', null)).toBe(true)
    expect(fits('none', ['ftp-data'])).toBe(true)
    expect(fits('none', ['h2'])).toBe(false)
    expect(fits('smtp', null)).toBe(false)
  })
})
