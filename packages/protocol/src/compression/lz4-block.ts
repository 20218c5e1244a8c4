/*
 * The LZ4 block format: sequences of a token (literal length and match length, 4 bits each, 15 goes on in bytes of up to
 * 255), literals, a 2-byte little-endian distance back, and the match, which may overlap itself. The last sequence has
 * literals only.
 */

/** The shortest match; the token holds the length beyond it. */
const MATCH_SIZE_BYTES_MIN = 4;
/** Up to here a loop beats the call of a bulk copy. */
const LOOP_COPY_SIZE_BYTES_MAX = 24;

/** How a block ended: with the next free position in the output, or why it cannot be. */
export type BlockResult = number | 'corrupt' | 'output-full';

/**
 * Decodes `input[start, end)` into `output` from `outputStart`. Matches may reach back to `historyStart`: the start of
 * this block, or of the frame when its blocks are linked. Never reads or writes outside what it was given.
 */
export function decompressBlock(
  input: Buffer,
  start: number,
  end: number,
  output: Buffer,
  outputStart: number,
  outputEnd: number,
  historyStart: number,
): BlockResult {
  let from = start;
  let to = outputStart;
  while (from < end) {
    const token = input[from++] as number;

    let literals = token >>> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (from >= end) return 'corrupt';
        more = input[from++] as number;
        literals += more;
      } while (more === 255);
    }
    if (literals > end - from) return 'corrupt';
    if (literals > outputEnd - to) return 'output-full';
    if (literals <= LOOP_COPY_SIZE_BYTES_MAX) {
      for (let count = literals; count > 0; count--) output[to++] = input[from++] as number;
    } else {
      input.copy(output, to, from, from + literals);
      from += literals;
      to += literals;
    }
    if (from === end) return to;

    if (end - from < 2) return 'corrupt';
    const distance = (input[from] as number) | ((input[from + 1] as number) << 8);
    from += 2;
    let length = (token & 15) + MATCH_SIZE_BYTES_MIN;
    if (length === 15 + MATCH_SIZE_BYTES_MIN) {
      let more: number;
      do {
        if (from >= end) return 'corrupt';
        more = input[from++] as number;
        length += more;
      } while (more === 255);
    }
    if (distance === 0 || distance > to - historyStart) return 'corrupt';
    if (length > outputEnd - to) return 'output-full';
    to = copyMatch(output, to, distance, length);
  }
  return 'corrupt';
}

/** Bytes repeat with period `distance` when the match overlaps itself. */
function copyMatch(output: Buffer, position: number, distance: number, length: number): number {
  const end = position + length;
  let to = position;
  if (length <= LOOP_COPY_SIZE_BYTES_MAX) {
    while (to < end) {
      output[to] = output[to - distance] as number;
      to++;
    }
    return end;
  }
  // Each turn copies all that is known since the match began, so an overlapping one doubles.
  const from = position - distance;
  while (to < end) {
    const count = Math.min(to - from, end - to);
    output.copyWithin(to, from, from + count);
    to += count;
  }
  return end;
}
