import { Agent, request } from 'node:http';

/** What the service said no with. */
export class Refusal extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export interface Caller {
  /**
   * One request in JSON over HTTP/1.1; `Answer` is what the operation answers, blobs in base64. Fails with a `Refusal`, or with
   * what the connection failed of.
   */
  call<Answer>(operation: string, input: object): Promise<Answer>;
  close(): void;
}

const CONNECTIONS_MAX = 32;

/** Requests as SDKs send them, but for the signature: without configured keys the door believes any. */
export function connect(endpoint: string): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  const { hostname, port } = new URL(endpoint);
  return {
    call<Answer>(operation: string, input: object) {
      const body = JSON.stringify(input);
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const sent = request({ hostname, port, agent, method: 'POST', path: '/', headers: headersOf(operation, body) });
      sent.on('error', reject).on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('error', reject).on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          try {
            const text = Buffer.concat(chunks).toString();
            const answer = text === '' ? {} : JSON.parse(text);
            if (response.statusCode === 200) resolve(answer);
            else reject(new Refusal(String(answer.__type), String(answer.message ?? answer.Message)));
          } catch (error) {
            reject(error);
          }
        });
      });
      sent.end(body);
      return promise;
    },
    close: () => agent.destroy(),
  };
}

function headersOf(operation: string, body: string): Record<string, string | number> {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `123456789012/${date.slice(0, 8)}/eu-central-1/kinesis/aws4_request`;
  return {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body),
    'x-amz-target': `Kinesis_20131202.${operation}`,
    'x-amz-date': date,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  };
}
