import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createNotes, type GroupMember, type JoinRequest, place } from '../javascript/group-notes.ts';

/** `… rebalanced (memberid M): assigned: T [P], …`, or `… rebalanced: incremental assignment of N partition(s) (…): T [P], …`. */
const rebalanced =
  /rebalanced(?: \(memberid [^)]*\): (assigned|revoked)|: incremental (assignment|revoke) .*\)): (.*)$/;

/** kcat's balanced consumer: it prints what comes, tells of rebalances on stderr, and commits by itself. */
export async function joinGroup(bootstrap: string, wanted: JoinRequest): Promise<GroupMember> {
  const notes = createNotes();
  const { group, topics, assignor = 'range', instanceId, sessionTimeoutMs = 10_000 } = wanted;
  const settings = {
    'auto.offset.reset': 'earliest',
    'auto.commit.interval.ms': '300',
    'partition.assignment.strategy': assignor,
    'session.timeout.ms': `${sessionTimeoutMs}`,
    'heartbeat.interval.ms': '500',
    'fetch.wait.max.ms': '100',
    'topic.metadata.refresh.interval.ms': '2000',
    ...(instanceId === undefined ? {} : { 'group.instance.id': instanceId }),
  };
  const more = Object.entries(settings).flatMap(([name, value]) => ['-X', `${name}=${value}`]);
  const args = ['-b', bootstrap, ...more, '-u', '-f', '%t %p %o %s\\n', '-G', group, ...topics];
  const child = spawn('kcat', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let isLeaving = false;
  const has = new Set<string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [topic = '', partition, offset, value] = line.split(' ');
    notes.note('took', place(topic, Number(partition)), Number(offset), Number(value));
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    said = `${said}${line}\n`.slice(-2_000);
    const [, eager, incremental, list] = rebalanced.exec(line) ?? [];
    if (list === undefined) return;
    const isGain = eager === 'assigned' || incremental === 'assignment';
    for (const [, topic = '', partition] of list.matchAll(/(\S+) \[(\d+)\]/g)) {
      const one = place(topic, Number(partition));
      if (isGain) has.add(one);
      else has.delete(one);
    }
    notes.has([...has], false);
  });
  child.on('exit', (code, signal) => {
    if (!isLeaving)
      notes.ended({ type: 'KcatError', code: -1, message: `kcat ended with ${signal ?? code}: ${said.trim()}` });
  });
  return {
    notes,
    tell: ({ what }) => Promise.reject(new Error(`kcat cannot ${what}`)),
    async leave() {
      isLeaving = true;
      await end(child);
      notes.has([], false);
    },
  };
}

/** At SIGTERM it commits and leaves. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await ended;
}
