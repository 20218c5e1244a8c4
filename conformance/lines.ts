import type { Answer } from './case.ts';
import { type Connection, openConnection } from './wire/connection.ts';
import { decodeAnswer } from './wire/frame.ts';

/** What is known of a request whose answer is still to come. */
type Asked = { readonly api: string; readonly version: number; readonly name: string | undefined };

/** The connections of one case, by name; each is opened on first use. */
export type Lines = {
  /** Sends a frame made for the next correlation id; with `asked`, an answer is due. */
  send(line: string, frame: (correlationId: number) => Buffer, asked: Asked | undefined): Promise<void>;
  /** The next answer that is due on this line. */
  answerOn(line: string, silenceMs: number): Promise<{ answer: Answer; name: string | undefined }>;
  raw(line: string, bytes: Buffer, silenceMs: number): Promise<Answer>;
  close(): void;
};

type Line = { readonly connection: Connection; readonly due: (Asked & { correlationId: number })[]; sent: number };

export function openLines(host: string, port: number): Lines {
  const lines = new Map<string, Line>();
  const lineOf = async (name: string): Promise<Line> => {
    const known = lines.get(name);
    if (known !== undefined) return known;
    const line = { connection: await openConnection(host, port), due: [], sent: 0 };
    lines.set(name, line);
    return line;
  };
  return {
    send: async (name, frame, asked) => {
      const line = await lineOf(name);
      const correlationId = ++line.sent;
      if (asked !== undefined) line.due.push({ ...asked, correlationId });
      line.connection.send(frame(correlationId));
    },
    answerOn: async (name, silenceMs) => {
      const line = await lineOf(name);
      const asked = line.due[0];
      if (asked === undefined) throw new Error(`nothing was asked on ${name}`);
      const reply = await line.connection.receive(silenceMs);
      if (reply !== 'silent') line.due.shift();
      if (typeof reply === 'string') return { answer: { _instead: reply }, name: asked.name };
      return { answer: decodeAnswer(asked.api, asked.version, asked.correlationId, reply), name: asked.name };
    },
    raw: async (name, bytes, silenceMs): Promise<Answer> => {
      const { connection } = await lineOf(name);
      connection.send(bytes);
      const reply = await connection.receive(silenceMs);
      if (typeof reply === 'string') return { _instead: reply };
      return { _hex: reply.toString('hex') };
    },
    close: () => {
      for (const { connection } of lines.values()) connection.close();
    },
  };
}
