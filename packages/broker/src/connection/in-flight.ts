/** A connection as the budget sees it. */
export interface InFlightMember {
  /** A request has come in part. */
  readonly isMidRequest: boolean;
  /** There is room again, or this one was chosen to read on although there is none. */
  resume(): void;
}

/**
 * Bytes of requests in memory, over all connections of a broker. Past the limit nobody is read from.
 *
 * Whole requests end by themselves. Were only incomplete ones left, all would wait for ever: then one after the other
 * may read on past the limit until its request is complete (a frame's deadline keeps it from sitting on that).
 */
export interface InFlight {
  readonly sizeBytes: number;
  addPartial(sizeBytes: number): void;
  removePartial(sizeBytes: number): void;
  addWhole(sizeBytes: number): void;
  removeWhole(sizeBytes: number): void;
  mayRead(member: InFlightMember): boolean;
  /** `member.resume` is called once when `mayRead` has become true. */
  wait(member: InFlightMember): void;
  /** Its request is complete, or it is gone. */
  leave(member: InFlightMember): void;
}

/** Reading starts again at this share of the limit, so that it does not flutter at the edge. */
const RESUME_SHARE = 0.75;

export function createInFlight(sizeBytesMax: number): InFlight {
  let partialSizeBytes = 0;
  let wholeSizeBytes = 0;
  let chosen: InFlightMember | undefined;
  const waiting = new Set<InFlightMember>();

  function wake(): void {
    if (waiting.size === 0) return;
    if (partialSizeBytes + wholeSizeBytes <= sizeBytesMax * RESUME_SHARE) {
      const resumed = [...waiting];
      waiting.clear();
      for (const member of resumed) member.resume();
      return;
    }
    if (wholeSizeBytes > 0 || chosen !== undefined) return;
    const next = nextMidRequest();
    if (next === undefined) return;
    waiting.delete(next);
    chosen = next;
    next.resume();
  }

  /** One that has sent nothing of its next request may never do so: it would keep the place for itself. */
  function nextMidRequest(): InFlightMember | undefined {
    for (const member of waiting) if (member.isMidRequest) return member;
    return undefined;
  }

  return {
    get sizeBytes() {
      return partialSizeBytes + wholeSizeBytes;
    },
    addPartial(sizeBytes) {
      partialSizeBytes += sizeBytes;
    },
    removePartial(sizeBytes) {
      partialSizeBytes -= sizeBytes;
      wake();
    },
    addWhole(sizeBytes) {
      wholeSizeBytes += sizeBytes;
    },
    removeWhole(sizeBytes) {
      wholeSizeBytes -= sizeBytes;
      wake();
    },
    mayRead(member) {
      return partialSizeBytes + wholeSizeBytes < sizeBytesMax || chosen === member;
    },
    wait(member) {
      waiting.add(member);
      wake();
    },
    leave(member) {
      waiting.delete(member);
      if (chosen !== member) return;
      chosen = undefined;
      wake();
    },
  };
}
