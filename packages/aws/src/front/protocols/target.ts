import type { HttpRequest } from '@sluice/kernel/http-server';
import type { Route } from './protocol.ts';

/** `X-Amz-Target: Kinesis_20131202.PutRecord` */
export function routeByTarget({ headers }: HttpRequest): Route | undefined {
  const target = headers['x-amz-target'];
  const at = target?.indexOf('.') ?? -1;
  if (target === undefined || at <= 0 || at === target.length - 1) return undefined;
  return { target: target.slice(0, at), operation: target.slice(at + 1) };
}
