import {
  AcknowledgementError,
  ProtocolError,
  ShareConsumer,
  ShareConsumerError,
  type ShareMessage,
} from 'sluice/client';
import type { Fault, ShareFate, ShareNote } from '../runner/contract.ts';
import { type Handlers, pause, type Request, share } from './serve.ts';

/** @platformatic/kafka has no share consumer: its members of share groups are those of `sluice/client`. */
const workers = new Map<string, readonly Member[]>();
/** What is there already is polled together with the first. */
const pollMs = 10;

type Member = { readonly consumer: ShareConsumer; readonly work: Promise<void> };

export function shareMemberOps(bootstrap: string): Handlers {
  return {
    async shareWork(request) {
      const members = await Promise.all(
        Array.from({ length: request.members }, (_, index) => startMember(bootstrap, request, index)),
      );
      workers.set(request.worker, members);
      return {};
    },
    async shareStop({ worker }) {
      const members = workers.get(worker) ?? [];
      await Promise.all(
        members.map(async ({ consumer, work }) => {
          await consumer.close();
          await work;
        }),
      );
      return {};
    },
  };
}

function startMember(bootstrap: string, request: Request, index: number): Member {
  const member = `${request.worker}/${index}`;
  const consumer = new ShareConsumer({
    clientId: 'interop',
    groupId: request.group,
    topics: [request.topic],
    bootstrapBrokers: bootstrap.split(','),
    acknowledgementMode: 'explicit',
    acquireMode: 'record_limit',
    maxRecords: request.batch,
    timeout: 60_000,
    retryDelay: 100,
  });
  const note = (what: NoteOf) => share({ member, atMs: Date.now(), ...what });
  consumer.on('consumer:error', ({ error }) => note({ failed: shareFault(error) }));
  const work = run(consumer, request, note).catch((cause) => note({ failed: shareFault(cause) }));
  return { consumer, work };
}

type Distributed<Note> = Note extends ShareNote ? Omit<Note, 'member' | 'atMs'> : never;
type NoteOf = Distributed<ShareNote>;

async function run(consumer: ShareConsumer, { batch, pauseMs }: Request, note: (what: NoteOf) => void): Promise<void> {
  const iterator = consumer[Symbol.asyncIterator]();
  let next = iterator.next();
  for (;;) {
    const first = await next;
    if (first.done === true) return;
    const messages = [first.value];
    next = iterator.next();
    while (messages.length < batch) {
      const more = await Promise.race([next, pause(pollMs)]);
      if (more === undefined || more.done === true) break;
      messages.push(more.value);
      next = iterator.next();
    }
    note({ took: messages.map((message) => [placeOf(message), message.deliveryCount] as const) });
    await pause(pauseMs);
    for (const message of messages) message[fateOf(message)]();
    const acked = await Promise.all(
      messages.map(async (message) => {
        const code = await message.settled().then(() => 0, codeOf);
        return [placeOf(message), fateOf(message), code] as const;
      }),
    );
    note({ acked });
  }
}

const placeOf = ({ partition, offset }: ShareMessage) => `${partition}-${offset}` as const;

function fateOf({ offset, deliveryCount }: ShareMessage): ShareFate {
  if (offset % 50n === 7n) return 'reject';
  return offset % 10n === 3n && deliveryCount === 1 ? 'release' : 'accept';
}

function codeOf(cause: unknown): number {
  const inner = cause instanceof AcknowledgementError ? cause.failures[0]?.error : cause;
  return inner instanceof ProtocolError ? inner.apiCode : -1;
}

export function shareFault(cause: unknown): Fault {
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  const type = cause instanceof ShareConsumerError ? `${name} ${cause.code}` : name;
  return { type, code: codeOf(cause), message };
}
