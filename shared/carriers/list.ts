// All carriers, in the order in which they are asked.

import type { Carrier } from './carrier.ts'
import { smtp } from './smtp.ts'

export const carriers: readonly Carrier[] = [smtp]
