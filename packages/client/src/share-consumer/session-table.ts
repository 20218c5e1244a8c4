import type { NodeId } from '@sluice/kernel/ids';
import type { SharedPartition } from './acknowledgement.ts';
import type { NodeSession } from './node-session.ts';

/** This member's sessions, one a broker. */
export interface SessionTable {
  readonly all: readonly NodeSession[];
  get(nodeId: NodeId): NodeSession | undefined;
  /** Tells each which partitions it has; a broker that leads none keeps its session, as records of it may be held. */
  assign(byLeader: ReadonlyMap<NodeId, ReadonlyMap<string, SharedPartition>>): void;
  wake(): void;
  flush(): void;
  /** Whether it is this one's turn, where only one may fetch at a time: the one that has waited longest. */
  hasTurn(session: NodeSession): boolean;
}

const NONE: ReadonlyMap<string, SharedPartition> = new Map();

export function createSessionTable(open: (nodeId: NodeId) => NodeSession): SessionTable {
  const byNode = new Map<NodeId, NodeSession>();

  return {
    get all() {
      return [...byNode.values()];
    },
    get: (nodeId) => byNode.get(nodeId),
    assign(byLeader) {
      for (const nodeId of byLeader.keys()) if (!byNode.has(nodeId)) byNode.set(nodeId, open(nodeId));
      for (const [nodeId, session] of byNode) session.setPartitions(byLeader.get(nodeId) ?? NONE);
    },
    wake() {
      for (const session of byNode.values()) session.wake();
    },
    flush() {
      for (const session of byNode.values()) session.flush();
    },
    hasTurn(session) {
      for (const other of byNode.values()) {
        if (other === session) continue;
        if (other.isFetching || (other.canFetch() && other.lastFetchMs < session.lastFetchMs)) return false;
      }
      return true;
    },
  };
}
