import type { Broker } from '@sluice/client/broker';
import { createCluster } from '@sluice/client/cluster';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';

export const ASK_TIMEOUT_MS = 30_000;

/** Asks the broker at `host:port` or `[v6]:port` as any client would. */
export async function askBroker<Answer>(bootstrap: string, ask: (broker: Broker) => Promise<Answer>): Promise<Answer> {
  const cluster = createCluster({
    network: realNetwork,
    clock: realClock,
    clientId: 'sluice',
    timeoutMs: ASK_TIMEOUT_MS,
    bootstrap: [addressOf(bootstrap)],
  });
  try {
    return await ask(await cluster.any());
  } finally {
    cluster.close();
  }
}

/** Of `host:port` or `[v6]:port`. */
export function addressOf(bootstrap: string): { host: string; port: number } {
  const at = bootstrap.lastIndexOf(':');
  return { host: bootstrap.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(bootstrap.slice(at + 1)) };
}
