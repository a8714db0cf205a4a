/** How signalling sees a far end, for its media: as much as is known. IP addresses. */
export interface Facing {
  /** The address of ours that it reaches us at. */
  readonly local?: string;
  readonly remote?: string;
}
