/** A simulated consumer, of whatever protocol. */
export interface SimMember {
  readonly groupId: string;
  /** What it would be called in a story. */
  readonly name: string;
  /** "" before it has one. */
  readonly memberId: string;
  /** It runs, or is to run again by itself. */
  readonly isAlive: boolean;
  /** What it believes to own: "topic-partition". */
  readonly owned: ReadonlySet<string>;
  /** The generation or epoch that it believes in. */
  readonly generation: number;
  readonly subscription: readonly string[];
  /** Of a static member. */
  readonly groupInstanceId: string | null;
  /** Gone without a word. */
  crash(): void;
  /** Stops as a whole, for a garbage collection or a laptop's lid, and goes on where it was. */
  pause(durationMs: number): void;
  /** Says goodbye. */
  leave(): void;
  subscribe(topics: readonly string[]): void;
  /** A crashed static member starts again. */
  restart?(): void;
}
