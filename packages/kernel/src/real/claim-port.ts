import net from 'node:net';

/** Of this process, which may listen on several addresses with one port. */
const claims = new Map<number, { readonly server: net.Server; count: number }>();

/**
 * Sees to it that no other Sluice shares this port: sockets that may share one (SO_REUSEPORT) do not get in each other's
 * way. Returns how to let go of it, `undefined` if another process has it. Linux only: the claim is a name among its
 * abstract sockets, which goes with the process; like ports they belong to a network namespace.
 */
export async function claimPort(port: number): Promise<(() => void) | undefined> {
  if (!claims.has(port)) {
    const server = await takeName(`\0sluice-port-${port}`);
    if (server !== undefined) claims.set(port, { server, count: 0 });
  }
  const claim = claims.get(port);
  if (claim === undefined) return undefined;
  claim.count++;
  return () => {
    claim.count--;
    if (claim.count > 0) return;
    claims.delete(port);
    claim.server.close();
  };
}

function takeName(path: string): Promise<net.Server | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ path }, () => resolve(server.unref()));
  });
}
