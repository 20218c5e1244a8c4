// AWS SDKs that others wrote walk through Kinesis on a real door, and all of them must see the same: see CONTRACT.md.
import { parseArgs } from 'node:util';
import { root } from '../runner/paths.ts';
import { type AwsClient, awsClients } from './clients.ts';
import { runWalk } from './run-walk.ts';
import { type DoorProcess, startDoor } from './start-door.ts';

const usage = `npm run interop:aws [-- --all] [-- --bootstrap HOST:PORT] [-- CLIENT…]
    AWS SDKs that others wrote walk through Kinesis on a real door, and must see the same
    --all         also those that take long to build or to run
    --bootstrap   in front of this cluster; without it, of a broker that ends with the run
    clients: ${awsClients.map(({ name }) => name).join(', ')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    bootstrap: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
process.chdir(root);
if (values.help) process.stdout.write(usage);
else process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const unknown = positionals.filter((name) => !awsClients.some((client) => client.name === name));
  if (unknown.length > 0) {
    console.error(`no such client: ${unknown.join(', ')}; there are ${awsClients.map(({ name }) => name).join(', ')}`);
    return false;
  }
  const door = await startDoor(values.bootstrap);
  try {
    let holds = true;
    for (const client of awsClients) {
      if (positionals.length > 0 ? positionals.includes(client.name) : values.all || !client.isSlow) {
        holds = (await walk(client, door)) && holds;
      } else if (positionals.length === 0) {
        console.log(`skipped: ${client.name}, which takes long; it runs with --all`);
      }
    }
    return holds;
  } finally {
    await door.end();
  }
}

async function walk(client: AwsClient, door: DoorProcess): Promise<boolean> {
  const missing = await client.missing();
  if (missing !== undefined) {
    console.log(`skipped: ${client.name}: ${missing}`);
    return true;
  }
  try {
    await client.install();
    // A cluster that was given may have those of an earlier run.
    const stream = `walk-${client.name}-${Date.now()}`;
    client.check(await runWalk(client, stream, door), stream);
    console.log(`✔ ${client.name}`);
    return true;
  } catch (error) {
    console.log(`✖ ${client.name}\n${error instanceof Error ? error.message : error}`);
    return false;
  }
}
