import { baseOffset, batchSizeBytes } from '@sluice/protocol/records/batch-header';
import { createSpecimen, type Damage, type End } from '../damage.ts';
import type { Image } from '../image.ts';
import { createTally, type FaultRow, spread } from '../row.ts';

const BATCHES_CUT = 2;
/** Of a file that is no log. */
const BYTES_CUT = 48;
const ENDS: readonly End[] = ['kill', 'clean stop'];

export const tornTail: FaultRow = {
  row: 'F4',
  promise: 'a tail that is cut at any byte is cut off, and everything acknowledged before it is kept',
  quickCycles: 40,
  async run({ seed, breakage, cyclesMax, onCycle }) {
    const tally = createTally();
    let done = 0;
    for (const end of ENDS) {
      const specimen = await createSpecimen(seed, end, breakage);
      const cuts = spread([...tornIn(specimen.image)], cyclesMax && Math.ceil(cyclesMax / ENDS.length), seed);
      tally.add(end, specimen.history);
      for (const cut of cuts) {
        const { history, verdicts } = await specimen.examine(cut);
        const name = `${end}, ${cut.path} cut to ${cut.content.length} bytes`;
        tally.add(name, history, new Set());
        for (const verdict of verdicts) tally.verdict(name, verdict);
        onCycle?.(++done, cuts.length * ENDS.length);
      }
    }
    return tally.report('F4', seed);
  },
};

/** Each file's end, at every byte of it. */
function* tornIn(image: Image): Generator<Damage> {
  for (const [path, content] of image) {
    if (content.length === 0) continue;
    if (path.endsWith('.log')) {
      if (isLast(path, image)) yield* tornLog(path, content);
      continue;
    }
    for (let size = Math.max(0, content.length - BYTES_CUT); size < content.length; size++) {
      yield { path, content: content.subarray(0, size), wholeBelow: Infinity };
    }
  }
}

function* tornLog(path: string, content: Buffer): Generator<Damage> {
  const positions: number[] = [];
  for (let at = 0; at < content.length; at += batchSizeBytes(content, at)) positions.push(at);
  const first = positions.at(-BATCHES_CUT) ?? 0;
  for (let size = first; size < content.length; size++) {
    const torn = positions.findLast((position) => position <= size) ?? 0;
    const wholeBelow = baseOffset(content, torn);
    yield { path, content: content.subarray(0, size), wholeBelow, isSeamless: torn === size };
  }
}

/** Of its partition. */
function isLast(path: string, image: Image): boolean {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  const logs = [...image.keys()].filter((other) => other.startsWith(directory) && other.endsWith('.log'));
  return logs.sort().at(-1) === path;
}
