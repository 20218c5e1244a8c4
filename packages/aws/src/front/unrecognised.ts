import type { HttpRequest, HttpResponse } from '@sluice/kernel/http-server';
import { routeByTarget } from './protocols/target.ts';

/** The answer to a request in no protocol that is spoken here: a little XML, as Kinesis gives it. */
export function unrecognised(request: HttpRequest, headers: Readonly<Record<string, string>>): HttpResponse {
  const isUnknownOperation = request.method === 'POST' && routeByTarget(request) !== undefined;
  const body = Buffer.from(
    isUnknownOperation
      ? '<UnknownOperationException/>\n'
      : '<AccessDeniedException>\n' +
          '  <Message>Unable to determine service/operation name to be authorized</Message>\n' +
          '</AccessDeniedException>\n',
  );
  return {
    status: isUnknownOperation ? 404 : 403,
    headers: { 'content-length': String(body.length), ...headers },
    body,
  };
}
