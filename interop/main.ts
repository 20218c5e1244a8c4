import { parseArgs } from 'node:util';
import { admin } from './runner/cases/admin.ts';
import { autoCreate } from './runner/cases/auto-create.ts';
import { type BankOptions, bank } from './runner/cases/bank.ts';
import { type ChurnOptions, churn } from './runner/cases/churn.ts';
import { compaction, eager } from './runner/cases/compaction.ts';
import { copyCrash } from './runner/cases/copy-crash.ts';
import { details } from './runner/cases/details.ts';
import { errors } from './runner/cases/errors.ts';
import { flood } from './runner/cases/flood.ts';
import { groupAdmin } from './runner/cases/group-admin.ts';
import { groupDetails } from './runner/cases/group-details.ts';
import { groupErrors } from './runner/cases/group-errors.ts';
import { groupMembers } from './runner/cases/group-members.ts';
import { groupCrash, groupRestart } from './runner/cases/group-restart.ts';
import { groupTools } from './runner/cases/group-tools.ts';
import { groups, lively } from './runner/cases/groups.ts';
import { believing, hangingTransactions } from './runner/cases/hanging-transactions.ts';
import { logDirs } from './runner/cases/log-dirs.ts';
import { matrix } from './runner/cases/matrix.ts';
import { mixed } from './runner/cases/mixed.ts';
import { crash, restart } from './runner/cases/restart.ts';
import { seek } from './runner/cases/seek.ts';
import { shareCrash } from './runner/cases/share-crash.ts';
import { shareWorkers, type WorkersOptions } from './runner/cases/share-workers.ts';
import { shares, soon } from './runner/cases/shares.ts';
import { tools } from './runner/cases/tools.ts';
import { transactionTools } from './runner/cases/transaction-tools.ts';
import { impatient, transactions } from './runner/cases/transactions.ts';
import { upgrade } from './runner/cases/upgrade.ts';
import { type Client, clients } from './runner/clients.ts';
import { startKafkaCluster } from './runner/cluster.ts';
import { createReport, type Report } from './runner/report.ts';
import { abandonServers, type ServerKind, type Settings, serverKinds, startServer } from './runner/server.ts';
import { messageOf, openStage, type Stage } from './runner/stage.ts';

type Options = ChurnOptions & BankOptions & WorkersOptions;

type Case = {
  readonly name: string;
  readonly settings?: Settings;
  /** The server's log directories; one if left out. */
  readonly logDirCount?: number;
  /** The only folder whose clients have anything to do here. */
  readonly folder?: string;
  run(stage: Stage, options: Options): Promise<void>;
};

/** For clients that read as members of groups of their own: nobody else is to come. */
const alone: Settings = { 'group.initial.rebalance.delay.ms': '0' };

const cases: readonly Case[] = [
  { name: 'matrix', run: matrix, settings: alone },
  { name: 'seek', run: seek, settings: alone },
  { name: 'flood', run: flood, settings: alone },
  { name: 'auto-create', run: autoCreate },
  { name: 'errors', run: errors, settings: { 'auto.create.topics.enable': 'false' } },
  { name: 'admin', run: admin },
  { name: 'details', run: details, folder: 'java' },
  { name: 'compaction', run: compaction, settings: eager },
  { name: 'groups', run: groups, settings: lively },
  { name: 'group-errors', run: groupErrors, settings: { ...lively, 'auto.create.topics.enable': 'false' } },
  { name: 'group-admin', run: groupAdmin, settings: lively },
  { name: 'group-members', run: groupMembers, settings: lively },
  { name: 'group-details', run: groupDetails, settings: lively, folder: 'java' },
  { name: 'mixed', run: mixed, settings: lively },
  { name: 'upgrade', run: upgrade, settings: lively },
  { name: 'churn', run: churn, settings: lively },
  { name: 'group-restart', run: groupRestart, settings: lively },
  { name: 'group-crash', run: groupCrash, settings: lively },
  { name: 'restart', run: restart },
  { name: 'crash', run: crash },
  { name: 'tools', run: tools, settings: soon, folder: 'java' },
  {
    name: 'log-dirs',
    run: logDirs,
    folder: 'java',
    logDirCount: 2,
    // A producer would make the topics that are deleted under it.
    settings: { 'auto.create.topics.enable': 'false' },
  },
  { name: 'transaction-tools', run: transactionTools, settings: impatient, folder: 'java' },
  { name: 'hanging-transactions', run: hangingTransactions, settings: { ...impatient, ...believing }, folder: 'java' },
  { name: 'transactions', run: transactions, settings: impatient },
  { name: 'bank', run: bank, settings: impatient },
  { name: 'copy-crash', run: copyCrash, settings: impatient },
  { name: 'shares', run: shares, settings: soon },
  { name: 'share-crash', run: shareCrash, settings: soon },
  { name: 'share-workers', run: shareWorkers, settings: soon },
  { name: 'group-tools', run: groupTools, settings: lively, folder: 'java' },
];

const folderNames = [...new Set(clients.map((client) => client.folder.name))];
const usage = `node interop/main.ts [--server ${serverKinds.join('|')}] [--record] [NAME]...
    runs other people's clients against a broker that it starts
    NAME    a case (${cases.map((one) => one.name).join(', ')}),
            a client (${clients.map((client) => client.name).join(', ')})
            or a folder of clients (${folderNames.join(', ')}); all when left out
    --record    with --server kafka: what Kafka's tools say becomes what is expected of them
    --server kafka-cluster    three nodes of Kafka: what kills the server kills one of them after the other
    --seconds, --records    how long members come and go in \`churn\`, and how much is written meanwhile (15, 20000)
    --kills     how often the broker is killed in copy-crash and bank (5)
    --workers   members in share-workers, which takes as many records as --records says (6)
    --canary    the readers of bank read what is not committed: it must fail
    --at-once   how many cases run beside each other, each on a server of its own (2)
    --install   only install and build the clients
`;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    abandonServers();
    process.exit(code);
  });
}
process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      server: { type: 'string', default: 'sluice' },
      record: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '15' },
      records: { type: 'string', default: '20000' },
      kills: { type: 'string', default: '5' },
      workers: { type: 'string', default: '6' },
      canary: { type: 'boolean', default: false },
      'at-once': { type: 'string', default: '2' },
      install: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const kind = serverKinds.find((known) => known === values.server);
  const names = new Set([...cases, ...clients].map((one) => one.name).concat(folderNames));
  const unknown = positionals.filter((name) => !names.has(name));
  if (values.help || kind === undefined || unknown.length > 0) {
    process.stderr.write(unknown.length > 0 ? `no such case, client or folder: ${unknown.join(' ')}\n${usage}` : usage);
    return values.help ? 0 : 2;
  }
  const chosenClients = chosen(clients, (client) => [client.name, client.folder.name], positionals);
  const named = cases.filter(({ name }) => positionals.includes(name));
  const chosenCases = named.length > 0 ? named : cases;
  const report = createReport((text) => process.stdout.write(text));
  const ready = await prepare(chosenClients, report);
  if (!values.install) {
    const options = {
      seconds: Number(values.seconds),
      records: Number(values.records),
      shareRecords: Number(values.records),
      workers: Number(values.workers),
      kills: Number(values.kills),
      isolation: values.canary ? 'read_uncommitted' : 'read_committed',
    } as const;
    const isRecording = values.record && kind === 'kafka';
    // They wait for the most part: for virtual machines that start, and for members that come and go.
    const left = [...chosenCases];
    const runNext = async () => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) {
        await runCase(one, kind, ready, report, isRecording, options);
      }
    };
    await Promise.all(Array.from({ length: Number(values['at-once']) }, runNext));
  }
  return report.finish() === 0 ? 0 : 1;
}

/** Those that a name was given for; all when none of the names is of their sort. */
function chosen<T>(all: readonly T[], namesOf: (one: T) => readonly string[], wanted: readonly string[]): readonly T[] {
  const named = all.filter((one) => namesOf(one).some((name) => wanted.includes(name)));
  return named.length > 0 ? named : all;
}

/** Installs the clients' folders one after another; returns the clients that can run here. */
async function prepare(wanted: readonly Client[], report: Report): Promise<readonly Client[]> {
  const ready: Client[] = [];
  const installs = new Map<string, Promise<void>>();
  for (const client of wanted) {
    const { folder } = client;
    const row = { client: client.name, caseName: 'install', name: folder.name, startedAt: performance.now() };
    const skipped = await folder.missing(client.name);
    if (skipped !== undefined) {
      report.add({ ...row, skipped });
      continue;
    }
    const install = installs.get(folder.name) ?? folder.install();
    installs.set(folder.name, install);
    try {
      await install;
      report.add(row);
      ready.push(client);
    } catch (cause) {
      report.add({ ...row, error: messageOf(cause) });
    }
  }
  return ready;
}

async function runCase(
  { name, run, settings, folder, logDirCount }: Case,
  kind: ServerKind,
  ready: readonly Client[],
  report: Report,
  isRecording: boolean,
  options: Options,
): Promise<void> {
  const wanted = folder === undefined ? ready : ready.filter((client) => client.folder.name === folder);
  if (wanted.length === 0) return;
  const row = { client: 'server', caseName: name, startedAt: performance.now() };
  try {
    const server =
      kind === 'kafka-cluster' ? await startKafkaCluster(settings) : await startServer(kind, settings, logDirCount);
    try {
      const stage = await openStage(name, server, wanted, report, isRecording);
      try {
        await run(stage, options);
      } finally {
        await stage.close();
      }
    } catch (cause) {
      report.add({ ...row, name: 'runs the case', error: `${messageOf(cause)}\n${server.output().slice(-2000)}` });
    } finally {
      await server.remove();
    }
  } catch (cause) {
    report.add({ ...row, name: 'starts and stops', error: messageOf(cause) });
  }
}
