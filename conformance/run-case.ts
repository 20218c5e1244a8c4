import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ApiCases, ApiExchange, Case, CaseContext, Exchange } from './case.ts';
import { isApiExchange, isLaterAnswer, isPause, isRawExchange } from './case.ts';
import { type Lines, openLines } from './lines.ts';
import { newNormaliser } from './normalise.ts';
import type { Session } from './session.ts';
import type { Json } from './wire/decode.ts';
import type { Body } from './wire/encode.ts';
import { requestFrame } from './wire/frame.ts';
import { batch } from './wire/record-batch.ts';

const answerTimeoutMs = 8_000;
const settlePauseMs = 10;
const settleAttemptsMax = 300;
const mainLine = 'main';

/** Runs one case at one version and returns its normalised answers. */
export async function runCase(
  session: Session,
  { api, opaqueFields }: ApiCases,
  testCase: Case,
  version: number,
): Promise<Json[]> {
  const tag = session.nextTag();
  const answers: Answer[] = [];
  const named = new Map<string, Answer>();
  const context: CaseContext = {
    api,
    version,
    nodeId: session.nodeId,
    answers,
    answer: (name) => named.get(name) ?? {},
    name: (base) => base + tag,
    topicId: (base) => session.topicId(base + tag),
    time: (offsetMs) => session.timeBase + offsetMs,
    logDir: (index) => session.logDirs[index] ?? `there is no log directory ${index}`,
  };
  const normaliser = newNormaliser(session, tag, opaqueFields ?? []);
  await session.createTopics(
    Object.entries(testCase.topics ?? {}).map(([base, setup]) => ({ name: base + tag, ...setup })),
  );
  for (const { topic, partition, batch: spec } of testCase.produce?.(context) ?? []) {
    await session.produce(topic + tag, partition ?? 0, batch(spec));
  }
  const lines = openLines(session.host, session.port);
  try {
    const normalised: Json[] = [];
    for (const exchange of testCase.exchanges(context)) {
      const { answer, name } = await perform(lines, api, exchange, context);
      if (answer === undefined || ('$isUnrecorded' in exchange && exchange.$isUnrecorded === true)) continue;
      answers.push(answer);
      if (name !== undefined) named.set(name, answer);
      session.learn(answer);
      normalised.push(normaliser.normalise(answer));
    }
    return normalised;
  } finally {
    lines.close();
    await session.deleteTopics(tag);
  }
}

type Outcome = { readonly answer?: Answer | undefined; readonly name?: string | undefined };

async function perform(lines: Lines, api: string, exchange: Exchange, context: CaseContext): Promise<Outcome> {
  if (isPause(exchange)) {
    await sleep(exchange.$pauseMs);
    return {};
  }
  if (isLaterAnswer(exchange)) return lines.answerOn(exchange.$answerOn, exchange.$silenceMs ?? answerTimeoutMs);
  if (isRawExchange(exchange)) {
    return { answer: await lines.raw(mainLine, exchange.$raw, exchange.$silenceMs ?? answerTimeoutMs) };
  }
  const request: ApiExchange = isApiExchange(exchange) ? exchange : { $body: exchange as Body };
  const isEnough = request.$until ?? (() => true);
  for (let attempt = 0; ; attempt++) {
    const answer = await ask(lines, api, request, context);
    if (answer === undefined || isEnough(answer) || attempt >= settleAttemptsMax) return { answer, name: request.$as };
    await sleep(settlePauseMs);
  }
}

async function ask(lines: Lines, api: string, request: ApiExchange, context: CaseContext): Promise<Answer | undefined> {
  const target = request.$api ?? api;
  const version = request.$version ?? context.version;
  const line = request.$on ?? mainLine;
  const body = typeof request.$body === 'function' ? request.$body(context) : (request.$body ?? {});
  const isAnswered = request.$expectsNone !== true;
  await lines.send(
    line,
    (correlationId) => requestFrame(target, version, correlationId, body, request.$trailer),
    isAnswered ? { api: target, version: request.$answerVersion ?? version, name: request.$as } : undefined,
  );
  if (!isAnswered || request.$isAnsweredLater === true) return undefined;
  return (await lines.answerOn(line, request.$silenceMs ?? answerTimeoutMs)).answer;
}
