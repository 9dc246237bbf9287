// Records a handshake inside tunnels under IP: OpenSSL's client and server in two namespaces, each behind an Open vSwitch of its own
// that wraps what they say; the capture is taken on the cable between the two switches.
// Usage: node test/recordings/tunnels.mjs [NAME …]   (root; openvswitch-switch, iproute2, tcpdump and openssl)

import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const out = fileURLToPath(new URL('../captures/tunnels/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'tunnels-'))
const quiet = { stdio: 'ignore' }

/** What Open vSwitch calls the tunnel, and its options beside the other end. */
const tunnels = {
  vxlan: ['vxlan', 'options:key=42'],
  geneve: ['geneve', 'options:key=42'],
  gre: ['gre'],
  nvgre: ['gre', 'options:key=42'],
  erspan: ['erspan', 'options:key=1', 'options:erspan_ver=1', 'options:erspan_idx=5'],
  erspan3: [
    'erspan',
    'options:key=1',
    'options:erspan_ver=2',
    'options:erspan_dir=1',
    'options:erspan_hwid=4',
  ],
}

class Host {
  constructor(name, end, own, other) {
    Object.assign(this, { name, end, own, other, folder: join(work, name), children: [] })
    mkdirSync(this.folder)
  }

  /** Starts a program in this host's namespace. */
  start(...command) {
    const env = { ...process.env, OVS_RUNDIR: this.folder }
    const stdio = [
      'pipe',
      process.env.VERBOSE ? 'inherit' : 'ignore',
      process.env.VERBOSE ? 'inherit' : 'ignore',
    ]
    const child = spawn('ip', ['netns', 'exec', this.name, ...command], { stdio, env })
    child.closed = new Promise((resolve) => child.on('close', resolve))
    this.children.push(child)
    return child
  }

  ip(...list) {
    execFileSync('ip', ['-n', this.name, ...list], quiet)
  }

  vsctl(...list) {
    const place = [`--db=unix:${this.folder}/db.sock`, '--timeout=10']
    execFileSync('ip', ['netns', 'exec', this.name, 'ovs-vsctl', ...place, ...list], quiet)
  }

  /** Two bridges: `inner` is where programs live, `outer` where the cable ends. */
  async open() {
    const { folder, end, own } = this
    execFileSync(
      'ovsdb-tool',
      ['create', `${folder}/conf.db`, '/usr/share/openvswitch/vswitch.ovsschema'],
      quiet,
    )
    const logless = ['-vconsole:off', '-vsyslog:off']
    this.start('ovsdb-server', `${folder}/conf.db`, `--remote=punix:${folder}/db.sock`, `--unixctl=${folder}/db.ctl`, ...logless) // prettier-ignore
    await sleep(500)
    this.vsctl('--no-wait', 'init')
    this.start('ovs-vswitchd', `unix:${folder}/db.sock`, `--unixctl=${folder}/switch.ctl`, ...logless)
    await sleep(1000)
    for (const bridge of ['outer', 'inner'])
      this.vsctl('add-br', bridge, '--', 'set', 'bridge', bridge, 'datapath_type=netdev')
    this.vsctl('add-port', 'outer', end)
    this.ip('link', 'set', end, 'up')
    this.ip('link', 'set', 'lo', 'up')
    for (const [bridge, network] of [
      ['outer', '198.51.100'],
      ['inner', '192.0.2'],
    ]) {
      this.ip('address', 'add', `${network}.${own}/24`, 'dev', bridge)
      this.ip('link', 'set', bridge, 'up', 'mtu', '1400')
    }
  }

  through([type, ...options]) {
    const far = `options:remote_ip=198.51.100.${this.other}`
    this.vsctl('--if-exists', 'del-port', 'inner', 'tunnel')
    this.vsctl(
      'add-port',
      'inner',
      'tunnel',
      '--',
      'set',
      'interface',
      'tunnel',
      `type=${type}`,
      far,
      ...options,
    )
  }

  async close() {
    for (const child of this.children.reverse()) {
      child.kill()
      await child.closed
    }
    execFileSync('ip', ['netns', 'del', this.name])
  }
}

mkdirSync(out, { recursive: true })
const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-x509', '-days', '36500']
const files = ['-keyout', join(work, 'key.pem'), '-out', join(work, 'cert.pem')]
execFileSync('openssl', ['req', ...key, '-subj', '/CN=server.example', ...files], quiet)

const client = new Host('hi-client', 'cable0', 1, 2)
const server = new Host('hi-server', 'cable1', 2, 1)
const hosts = [client, server]
for (const { name } of hosts) {
  execFileSync('ip', ['netns', 'add', name])
  execFileSync('ip', ['netns', 'exec', name, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'])
}
execFileSync('ip', ['link', 'add', 'cable0', 'netns', client.name, 'type', 'veth', 'peer', 'name', 'cable1', 'netns', server.name]) // prettier-ignore
try {
  for (const host of hosts) await host.open()
  server.start(
    'openssl',
    's_server',
    '-accept',
    '192.0.2.2:443',
    '-key',
    files[1],
    '-cert',
    files[3],
    '-quiet',
  )
  const wanted = process.argv.slice(2)
  for (const [name, tunnel] of Object.entries(tunnels)) {
    if (wanted.length === 0 || wanted.includes(name)) await record(name, tunnel)
  }
} finally {
  for (const host of hosts) await host.close()
  rmSync(work, { recursive: true })
}

async function record(name, tunnel) {
  for (const host of hosts) host.through(tunnel)
  await sleep(500)
  // Both hosts learn where the other is before the capture begins.
  await client.start('ping', '-c', '3', '-i', '0.3', '-W', '1', '192.0.2.2').closed
  const dump = client.start('tcpdump', '-U', '-Z', 'root', '-i', 'cable0', '-w', `${out}${name}.pcap`, 'ip')
  await sleep(700)
  const talk = client.start(
    'openssl',
    's_client',
    '-connect',
    '192.0.2.2:443',
    '-servername',
    'server.example',
  )
  await sleep(1500)
  talk.stdin.end('Q\n')
  await Promise.race([talk.closed, sleep(2000)])
  await sleep(300)
  dump.kill('SIGINT')
  await dump.closed
  console.log(name)
}
