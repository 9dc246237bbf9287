/** Where something of the score stands, in px from its top. */
export interface Box {
  readonly top: number
  readonly height: number
}
