import type { HttpRequest, HttpResponse } from '@sluice/kernel/http-server';

const AGE_MAX_SECONDS = 172_800;
const EXPOSED = 'x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date';

/** The answer to a browser that asks before it sends: a page may use any service. */
export function preflight({ headers }: HttpRequest, requestId: string): HttpResponse {
  const wantedHeaders = headers['access-control-request-headers'];
  const wantedMethod = headers['access-control-request-method'];
  return {
    status: 200,
    headers: {
      'x-amzn-requestid': requestId,
      'access-control-allow-origin': '*',
      ...(wantedHeaders === undefined ? {} : { 'access-control-allow-headers': wantedHeaders }),
      ...(wantedMethod === undefined ? {} : { 'access-control-allow-methods': wantedMethod }),
      'access-control-max-age': String(AGE_MAX_SECONDS),
      'content-length': '0',
    },
    body: Buffer.alloc(0),
  };
}

/** What an answer to a page carries besides. */
export function corsHeaders(): Readonly<Record<string, string>> {
  return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };
}
