import { ZERO_UUID } from '@sluice/kernel/ids';
import type { SimRandom } from '@sluice/kernel/sim/random';
import { pick } from './attack.ts';

type Container = Record<string, unknown> | unknown[];

/** Around the edges of every width; which fit the field, its encoder says. */
const NUMBERS = [
  0,
  -1,
  1,
  2,
  127,
  -128,
  32767,
  -32768,
  65535,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 32 - 1,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
];
const STRINGS = [
  '',
  ' ',
  '.',
  '..',
  '../../etc/passwd',
  '\u0000',
  '\ufffd\u{1f6bf}',
  // Not __consumer_offsets: whoever may delete topics may delete that, and then a guarded offset is gone for a good reason.
  '__transaction_state',
  '__cluster_metadata',
  '*',
  'x'.repeat(249),
  'x'.repeat(250),
  'x'.repeat(32_767),
  '(a+)+$',
];
const UUIDS = [ZERO_UUID, 'AAAAAAAAAAAAAAAAAAAAAQ', '_____________________w'];
/** Element copies that an array is blown up to. */
const ARRAY_COUNTS = [0, 2, 3, 50, 2000];
const UUID_TEXT = /^[A-Za-z0-9_-]{22}$/;

/** Changes one field somewhere inside a decoded message, in place. False if there is none. */
export function mutateOneField(message: unknown, random: SimRandom): boolean {
  const places = placesIn(message);
  if (places.length === 0) return false;
  const { container, key } = pick(random, places);
  const old = Reflect.get(container, key);
  Reflect.set(container, key, mutated(old, random));
  return true;
}

/** Gives every topic name and id in the message a topic that exists, so that the request gets past the look-up. */
export function nameTopic(message: unknown, topic: { readonly name: string; readonly id: string }): void {
  for (const { container, key } of placesIn(message)) {
    const old = Reflect.get(container, key);
    if (typeof old !== 'string') continue;
    if (key === 'topicId') Reflect.set(container, key, topic.id);
    else if (key === 'topic' || key === 'name' || key === 'topicName') Reflect.set(container, key, topic.name);
  }
}

function placesIn(value: unknown): { container: Container; key: string }[] {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return [];
  const container = value as Container;
  return Object.keys(container).flatMap((key) => [{ container, key }, ...placesIn(Reflect.get(container, key))]);
}

function mutated(old: unknown, random: SimRandom): unknown {
  if (random.chance(0.1)) return null;
  if (typeof old === 'number') return random.chance(0.2) ? old + random.below(9) - 4 : pick(random, NUMBERS);
  if (typeof old === 'boolean') return !old;
  if (typeof old === 'string') return pick(random, UUID_TEXT.test(old) ? UUIDS : STRINGS);
  if (Buffer.isBuffer(old)) return random.bytes(pick(random, [0, 1, 61, 1000]));
  if (Array.isArray(old)) {
    const count = pick(random, ARRAY_COUNTS);
    return old.length === 0 ? old : Array.from({ length: count }, (_, index) => old[index % old.length]);
  }
  return old === null ? pick(random, ['', 'x', 0, []]) : old;
}
