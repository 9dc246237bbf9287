// What the fuzz loop changes its inputs with.

export { Random } from '../support/mutation.ts'
export { mutateCapture, putTogether, takeApart } from './mutators.ts'
