// HTTP/2 inside TLS: frames of every shape that a header block comes in, answers with their meaning, streams given up.

import { describe, expect, it } from 'vitest'
import { readInside } from '../../../shared/inside/list.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { openedConversation, type Spoken } from '../../support/opened.ts'
import { be16, be32, bytes } from '../../support/packets.ts'

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const headers = 1
const endHeaders = 4

const frame = (type: number, flags: number, stream: number, ...body: Parameters<typeof bytes>) => {
  const content = bytes(...body)
  return bytes(0, be16(content.length), type, flags, be32(stream), content)
}
/** A literal without indexing, name and value as they are (RFC 7541 §6.2.2). */
const field = (name: string, value: string) => bytes(0, name.length, name, value.length, value)
const get = (path: string, ...more: Uint8Array[]) =>
  bytes(field(':method', 'GET'), field(':path', path), field(':authority', 'web.example'), ...more)
const status = (code: string) => field(':status', code)
const settings = frame(4, 0, 0)

function told(said: readonly Spoken[]) {
  const inside = readInside(openedConversation('none', said))
  const marks = { info: '', ok: '+', refused: '!' } as const
  return {
    name: inside?.name,
    steps: inside?.steps.map(({ from, text, result }) => `${from.charAt(0)}${marks[result]} ${text}`),
    tells: inside?.steps.flatMap(({ tells }) => (tells === null ? [] : [tells])),
  }
}

describe('HTTP/2', () => {
  it('reads requests and answers, without queries and credentials', () => {
    const found = told([
      ['client', preface, settings, frame(headers, endHeaders | 1, 1, get('/a?token=s3cret', field('authorization', 'Bearer s3cret')))], // prettier-ignore
      [
        'server',
        settings,
        frame(headers, endHeaders, 1, status('401'), field('www-authenticate', 'Negotiate')),
      ],
    ])
    expect(found).toMatchObject({
      name: 'http2',
      steps: ['c GET /a?…, Host web.example, Authorization Bearer', 's! 401, asks for Negotiate'],
      tells: [{ kind: 'http', status: 401, scheme: 'Bearer' }],
    })
  })

  it('reads header blocks with padding and priority, in pieces, and interim answers and trailers around them', () => {
    const block = get('/split')
    const half = block.length >> 1
    const found = told([
      ['client', preface, frame(headers, 0x28, 1, 3, be32(0), 16, block.subarray(0, half), [0, 0, 0])],
      ['client', frame(9, endHeaders, 1, block.subarray(half))],
      ['server', frame(headers, endHeaders, 1, status('100'))],
      ['server', frame(headers, endHeaders, 1, status('403')), frame(0, 8, 1, 2, 'HTTP Error 403.7', [0, 0])],
      ['server', frame(headers, endHeaders | 1, 1, field('trailer', 'x'))],
    ])
    expect(found.steps).toEqual(['c GET /split, Host web.example', 's! 403 (IIS 403.7)'])
    expect(found.tells).toMatchObject([{ substatus: 7, certificate: 'missing' }])
  })

  it('tells of later streams only what was refused, or given up for a reason', () => {
    const found = told([
      [
        'client',
        preface,
        frame(headers, endHeaders, 1, get('/one')),
        frame(headers, endHeaders, 3, get('/two')),
      ],
      ['client', frame(headers, endHeaders, 5, get('/three')), frame(headers, endHeaders, 7, get('/four'))],
      ['server', frame(headers, endHeaders, 1, status('200')), frame(headers, endHeaders, 3, status('200'))],
      ['server', frame(headers, endHeaders, 5, status('421')), frame(3, 0, 7, be32(13))],
      ['server', frame(7, 0, 0, be32(7), be32(12), 'weak')],
    ])
    expect(found.steps).toEqual([
      'c GET /one, Host web.example',
      'c GET /three, Host web.example',
      'c GET /four, Host web.example',
      's+ 200',
      's! 421',
      's! RST_STREAM HTTP_1_1_REQUIRED (13)',
      's! GOAWAY INADEQUATE_SECURITY (12): weak',
    ])
  })

  it('tells one GOAWAY of each side, and no answer without a status', () => {
    const away = frame(7, 0, 0, be32(7), be32(12), 'weak')
    const found = told([
      ['client', preface, frame(headers, endHeaders, 1, get('/one'))],
      ['server', frame(headers, endHeaders, 1, status('none')), away, away, away],
    ])
    expect(found.steps).toEqual(['c GET /one, Host web.example', 's! GOAWAY INADEQUATE_SECURITY (12): weak'])
  })

  it('stops at a header block that breaks the format, and never throws', () => {
    const said = [
      ['client', preface, frame(headers, endHeaders, 1, get('/one')), frame(headers, endHeaders, 3, [0x80])],
      ['server', frame(headers, endHeaders, 1, status('500')), frame(headers, endHeaders, 3, status('500'))],
    ] as const
    expect(told(said).steps).toEqual(['c GET /one, Host web.example', 's! 500'])
    const random = new Random(9113)
    for (let round = 0; round < 300; round++)
      told(said.map(([from, ...parts]): Spoken => [from, mutate(bytes(...parts), random)]))
  })
})
