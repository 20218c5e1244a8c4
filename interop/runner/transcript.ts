/** What a tool said, what was typed to make it, and the code with which it ended. */
export type Entry = { readonly typed: string; readonly code: number; readonly lines: readonly string[] };
export type Transcript = Entry[];

const prompt = '$ ';

/** As it is kept in a file: the command, its output, and its exit code. */
export function record(transcript: readonly Entry[]): string {
  return transcript
    .map(({ typed, code, lines }) => [`${prompt}${typed}`, ...lines, `exit ${code}`, ''].join('\n'))
    .join('\n');
}

export function recorded(text: string): Entry[] {
  const entries: Entry[] = [];
  for (const block of text.split(`\n${prompt}`)) {
    const [first = '', ...rest] = block.trimEnd().split('\n');
    const typed = first.startsWith(prompt) ? first.slice(prompt.length) : first;
    const exit = rest.pop() ?? '';
    entries.push({ typed, code: Number(exit.slice('exit '.length)), lines: rest });
  }
  return entries;
}

/** What differs from run to run: who is asked, when, and what was made up. */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/\b(?:127\.0\.0\.1|localhost):\d+ +\(\d+\)/g, 'COORDINATOR'],
  [/consumer-[\w.-]+-\d+-[0-9a-f]{8}-[0-9a-f-]{27}/g, 'MEMBER'],
  [/the-one-[0-9a-f]{8}-[0-9a-f-]{27}/g, 'the-one-ID'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'UUID'],
  [/(?<![\w-])[\w-]{22}(?= \/)/g, 'MEMBER'],
  [/consumer-(tools\.[\w.]+)-\d+/g, 'consumer-$1-N'],
  [/"(commitTimestamp|expireTimestamp|currentStateTimestamp)":\d+/g, '"$1":0'],
  [/"topicId":"[\w-]{22}"/g, '"topicId":"ID"'],
  [/\/tmp\/\S+/g, 'FILE'],
  // The formatters end no lines, and how often a member commits is its own affair.
  [/\}(\{"key"|Processed)/g, '}\n$1'],
  [/Processed a total of \d+ messages/g, 'Processed a total of N messages'],
  [/(Valid \w+ are): .*/g, '$1 …'],
  // How a tool is used is the tool's affair.
  [/^Option +Description[\s\S]*/gm, ''],
];

/**
 * The lines of an output without what differs from run to run. They are sorted: the tools print what they keep in maps
 * in no order. Columns are as wide as their longest entry, so that spaces say nothing.
 */
export function tidy(output: string): string[] {
  let text = output;
  for (const [pattern, by] of replacements) text = text.replaceAll(pattern, by);
  return text
    .split('\n')
    .map((line) => line.replaceAll(/[ \t]+/g, ' ').trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !/^\.\.\. \d+ more$/.test(line))
    .sort();
}

const offsetsPartitions = 50;

/** Where `__consumer_offsets` keeps a group: Java's hash of its id. */
export function offsetsPartitionOf(group: string): number {
  let hash = 0;
  for (let index = 0; index < group.length; index += 1) hash = (Math.imul(hash, 31) + group.charCodeAt(index)) | 0;
  return (hash === -(2 ** 31) ? 0 : Math.abs(hash)) % offsetsPartitions;
}
