import { CliFailure } from '../../failure.ts';

/** A line longer than this is refused: no broker takes a record of that size. */
export const LINE_SIZE_BYTES_MAX = 64 * 1024 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The lines that each chunk completes, without their ends (`\n` or `\r\n`); what follows the last end is a line too. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer[] = [];
  let restSizeBytes = 0;
  for await (const chunk of chunks) {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const tail = chunk.subarray(start, end);
      lines.push(withoutReturn(rest.length === 0 ? tail : Buffer.concat([...rest, tail])));
      rest = [];
      restSizeBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      restSizeBytes += chunk.length - start;
    }
    if (restSizeBytes > LINE_SIZE_BYTES_MAX) {
      throw new CliFailure('failed', 'a line is longer than 64 MiB', 'records are separated by line ends');
    }
    if (lines.length > 0) yield lines;
  }
  if (restSizeBytes > 0) yield [withoutReturn(Buffer.concat(rest))];
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
