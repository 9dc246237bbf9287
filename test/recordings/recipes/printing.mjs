// HTTP that changes to TLS within the connection: the client of CUPS asks CUPS, and a web server that has no TLS.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { written } from './common.mjs'

const lpstat = ({ relay }) => ['lpstat', '-E', '-h', `127.0.0.1:${relay}`, '-r']

function cups() {
  return {
    port: 631,
    server: (place) => {
      const { folder, port } = place
      for (const name of ['spool', 'cache', 'state', 'ssl']) mkdirSync(join(folder, name))
      const files = written(join(folder, 'cups-files.conf'), [
        `ServerRoot ${folder}`,
        `RequestRoot ${folder}/spool`,
        `CacheDir ${folder}/cache`,
        `StateDir ${folder}/state`,
        `ServerKeychain ${folder}/ssl`,
        `ErrorLog ${folder}/log`,
        `AccessLog ${folder}/access`,
        'User lp',
        'Group lp',
      ])
      const config = written(join(folder, 'cupsd.conf'), [
        `Listen 127.0.0.1:${port}`,
        'ServerName localhost',
        'ServerAlias *',
        'DefaultEncryption IfRequested',
        'WebInterface No',
        'Browsing No',
        '<Location />',
        '  Order allow,deny',
        '  Allow all',
        '</Location>',
      ])
      return ['/usr/sbin/cupsd', '-f', '-c', config, '-s', files]
    },
    client: lpstat,
  }
}

function apache() {
  return {
    port: 631,
    server: (place) => {
      const { folder, port } = place
      const config = written(join(folder, 'apache.conf'), [
        `ServerRoot ${folder}`,
        'ServerName printer.example',
        `Listen 127.0.0.1:${port}`,
        `PidFile ${folder}/pid`,
        `ErrorLog ${folder}/log`,
        `DefaultRuntimeDir ${folder}`,
        'LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so',
        'LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so',
        `DocumentRoot ${folder}`,
      ])
      return ['/usr/sbin/apache2', '-DFOREGROUND', '-f', config]
    },
    client: lpstat,
  }
}

export const printing = {
  'http-upgrade-cups': cups(),
  'http-upgrade-apache-refused': apache(),
}
