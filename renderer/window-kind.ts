// Which window this page is in: the first of the program, or one that was opened beside it.

/** Marks the address of a further window or tab. */
export const furtherMark = '#further'

export const isFurther = location.hash === furtherMark
