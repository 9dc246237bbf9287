import { describe, expect, it } from 'vitest'
import { lab, labIsHere, logOf, opened, scanned, told } from './captured.ts'

const names = [
  'client-cert-untrusted-tls13',
  'data-glued-to-finished',
  'ok-mutual-tls13',
  'ok-tls12-full',
  'ok-tls13-full',
  'tls13-hello-retry-sliced',
  'untrusted-root-tls13',
]

describe.skipIf(!labIsHere)('a lab capture with its key log', () => {
  const storyOf = (name: string) => {
    const [conversation] = scanned(`${lab}${name}.pcap`)
    return opened(conversation!, logOf(`${lab}${name}.keys`))
  }

  it.each(names)('%s opens whole, and everything it proves is right', (name) => {
    const { conversation, opened: isOpened, problems } = storyOf(name)
    expect([isOpened, problems]).toEqual([true, []])
    const story = told(conversation.messages)
    expect(story.filter((line) => /sealed|WRONG/.test(line))).toEqual([])
    expect(story).toContain('server finished opened verified')
    const proofs = conversation.messages.filter(({ body }) =>
      ['finished', 'certificate-verify', 'server-key-exchange'].includes(body?.kind ?? ''),
    )
    for (const message of proofs) expect(message.verified).toBe(true)
  })

  it("client-cert-untrusted-tls13 shows the server's encrypted alert after the client's Finished", () => {
    const story = told(storyOf('client-cert-untrusted-tls13').conversation.messages)
    expect(story.indexOf('server alert 48 opened')).toBeGreaterThan(
      story.indexOf('client finished opened verified'),
    )
    expect(story).toContain('client finished opened verified')
  })

  it('untrusted-root-tls13 reads the plaintext alert beside the opened flight', () => {
    const story = told(storyOf('untrusted-root-tls13').conversation.messages)
    expect(story.at(-1)).toBe('client alert 48')
  })

  it('ok-mutual-tls13 shows the client certificate and its proof', () => {
    const story = told(storyOf('ok-mutual-tls13').conversation.messages)
    expect(story).toContain('client certificate opened')
    expect(story).toContain('client certificate-verify opened verified')
  })
})
