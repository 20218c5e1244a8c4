import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ApiCases, ApiExchange, Case, CaseContext, Exchange } from './case.ts';
import { isApiExchange, isRawExchange } from './case.ts';
import { newNormaliser } from './normalise.ts';
import type { Session } from './session.ts';
import { type Connection, openConnection } from './wire/connection.ts';
import type { Json } from './wire/decode.ts';
import type { Body } from './wire/encode.ts';
import { decodeAnswer, requestFrame } from './wire/frame.ts';
import { batch } from './wire/record-batch.ts';

const answerTimeoutMs = 15_000;
const settlePauseMs = 10;
const settleAttemptsMax = 300;

/** Runs one case at one version and returns its normalised answers. */
export async function runCase(
  session: Session,
  { api, opaqueFields }: ApiCases,
  testCase: Case,
  version: number,
): Promise<Json[]> {
  const tag = session.nextTag();
  const answers: Answer[] = [];
  const context: CaseContext = {
    version,
    nodeId: session.nodeId,
    answers,
    name: (base) => base + tag,
    topicId: (base) => session.topicId(base + tag),
    time: (offsetMs) => session.timeBase + offsetMs,
  };
  const normaliser = newNormaliser(session, tag, opaqueFields ?? []);
  await session.createTopics(
    Object.entries(testCase.topics ?? {}).map(([base, setup]) => ({ name: base + tag, ...setup })),
  );
  for (const { topic, partition, batch: spec } of testCase.produce?.(context) ?? []) {
    await session.produce(topic + tag, partition ?? 0, batch(spec));
  }
  const connection = await openConnection(session.host, session.port);
  try {
    const normalised: Json[] = [];
    for (const [index, exchange] of testCase.exchanges(context).entries()) {
      const answer = await perform(connection, api, exchange, context, index + 1);
      if (answer === undefined) continue;
      answers.push(answer);
      session.learn(answer);
      normalised.push(normaliser.normalise(answer));
    }
    return normalised;
  } finally {
    connection.close();
    await session.deleteTopics(tag);
  }
}

async function perform(
  connection: Connection,
  api: string,
  exchange: Exchange,
  context: CaseContext,
  correlationId: number,
): Promise<Answer | undefined> {
  if (isRawExchange(exchange)) {
    connection.send(exchange.$raw);
    const reply = await connection.receive(exchange.$silenceMs ?? answerTimeoutMs);
    return typeof reply === 'string' ? { _instead: reply } : { _hex: reply.toString('hex') };
  }
  const request: ApiExchange = isApiExchange(exchange) ? exchange : { $body: exchange as Body };
  const isEnough = request.$until ?? (() => true);
  for (let attempt = 0; ; attempt++) {
    const answer = await ask(connection, api, request, context, correlationId);
    if (answer === undefined || isEnough(answer) || attempt >= settleAttemptsMax) return answer;
    await sleep(settlePauseMs);
  }
}

async function ask(
  connection: Connection,
  api: string,
  request: ApiExchange,
  context: CaseContext,
  correlationId: number,
): Promise<Answer | undefined> {
  const target = request.$api ?? api;
  const version = request.$version ?? context.version;
  const body = typeof request.$body === 'function' ? request.$body(context) : (request.$body ?? {});
  connection.send(requestFrame(target, version, correlationId, body, request.$trailer));
  if (request.$expectsNone === true) return undefined;
  const reply = await connection.receive(request.$silenceMs ?? answerTimeoutMs);
  if (typeof reply === 'string') return { _instead: reply };
  return decodeAnswer(target, request.$answerVersion ?? version, correlationId, reply);
}
