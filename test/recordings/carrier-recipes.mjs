// The carriers' recordings by name: which server with which configuration, and which client.

import { chat } from './recipes/chat.mjs'
import { data } from './recipes/data.mjs'
import { inside } from './recipes/inside.mjs'
import { mail } from './recipes/mail.mjs'
import { printing } from './recipes/printing.mjs'
import { proxies } from './recipes/proxies.mjs'
import { remote } from './recipes/remote.mjs'

export const carrierRecipes = { ...mail, ...data, ...chat, ...printing, ...proxies, ...remote, ...inside }
