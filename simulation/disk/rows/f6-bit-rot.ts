import { createSimRandom, type SimRandom } from '@sluice/kernel/sim/random';
import { batchSizeBytes, computeCrc } from '@sluice/protocol/records/batch-header';
import type { Breakage } from '../canaries.ts';
import { createSpecimen, type Damage, type End } from '../damage.ts';
import type { Image } from '../image.ts';
import { createTally, type FaultRow } from '../row.ts';

const ENDS: readonly End[] = ['kill', 'clean stop'];
const CLASSES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['log', /\.log$/],
  ['index', /\.index$/],
  ['timeindex', /\.timeindex$/],
  ['txnindex', /\.txn(index|check)$/],
  ['snapshot', /\.snapshot$/],
  ['leader-epoch-checkpoint', /leader-epoch-checkpoint$/],
  ['partition.metadata', /partition\.metadata$/],
  ['recovery-point checkpoint', /recovery-point-offset-checkpoint$/],
  ['log-start checkpoint', /log-start-offset-checkpoint$/],
  ['cleaner checkpoint', /cleaner-offset-checkpoint$/],
  ['meta.properties', /meta\.properties$/],
  ['journal', /journal/],
];
/** Of each class, after each end. */
const FLIPS = 100;

export const bitRot: FaultRow = {
  row: 'F6',
  promise: 'one flipped bit of any file is found and told, and never served',
  quickCycles: 66,
  async run({ seed, breakage, cyclesMax, onCycle }) {
    const tally = createTally();
    const random = createSimRandom(seed);
    let done = 0;
    for (const end of ENDS) {
      const specimen = await createSpecimen(seed, end, breakage);
      const classes = CLASSES.map(([name, pattern]) => ({ name, files: filesLike(specimen.image, pattern) })).filter(
        ({ files }) => files.length > 0,
      );
      const flips = Math.min(FLIPS, cyclesMax === undefined ? FLIPS : Math.ceil(cyclesMax / 2 / classes.length));
      tally.add(end, specimen.history);
      for (const { files } of classes) {
        for (let flip = 0; flip < flips; flip++) {
          const { damage, name } = flipped(files, random, breakage);
          const { history, verdicts } = await specimen.examine(damage);
          tally.add(name, history, new Set());
          for (const verdict of verdicts) tally.verdict(`${end}, ${name}`, verdict);
          onCycle?.(++done, flips * classes.length * ENDS.length);
        }
      }
    }
    return tally.report('F6', seed);
  },
};

type File = readonly [path: string, content: Buffer];

function filesLike(image: Image, pattern: RegExp): File[] {
  return [...image].filter(([path, content]) => pattern.test(path) && content.length > 0);
}

function flipped(files: readonly File[], random: SimRandom, breakage: Breakage | undefined) {
  const [path, whole] = files[random.below(files.length)] ?? ['', Buffer.alloc(1)];
  const content = Buffer.from(whole);
  const position = random.below(content.length);
  const bit = random.below(8);
  content.writeUInt8(content.readUInt8(position) ^ (1 << bit), position);
  if (breakage?.forgesChecksums === true && path.endsWith('.log')) forge(content, batchAt(whole, position));
  const damage: Damage = { path, content, wholeBelow: Infinity };
  return { damage, name: `bit ${bit} of byte ${position} of ${path}` };
}

const CRC_POSITION = 17;

/** Unless its length is damaged. */
function forge(log: Buffer, position: number): void {
  if (position + batchSizeBytes(log, position) > log.length) return;
  log.writeUInt32BE(computeCrc(log, position), position + CRC_POSITION);
}

function batchAt(log: Buffer, position: number): number {
  for (let at = 0; at < log.length; at += batchSizeBytes(log, at)) {
    if (position < at + batchSizeBytes(log, at)) return at;
  }
  return 0;
}
