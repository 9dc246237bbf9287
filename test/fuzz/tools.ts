// What the fuzz loop changes its inputs with.

export { netmon, snoop } from '../support/captures.ts'
export { Random } from '../support/mutation.ts'
export { mutateCapture, putTogether, takeApart } from './mutators.ts'
