import { invalidArgument } from './errors.ts';
import type { EncryptionType } from './generated/types.ts';

const UUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const KEY = new RegExp(`^(?:mrk-[0-9a-f]{32}|${UUID})$`);
const ALIAS = /^alias\/[a-zA-Z0-9/_-]+$/;
const ARN = /^arn:aws[^:]*:kms:[^:]*:\d{12}:(?:key\/(.+)|(alias\/.+))$/;

/** A key, an alias, or the ARN of one. */
export function requireKeyId(type: EncryptionType, keyId: string): string {
  if (type !== 'KMS') throw invalidArgument('KMS is the only valid EncryptionType for this request.');
  const [isArn, key, alias] = ARN.exec(keyId) ?? [];
  const named = isArn === undefined ? keyId : (key ?? alias ?? '');
  if (!KEY.test(named) && !ALIAS.test(named))
    throw invalidArgument(`KeyId ${keyId} is not a key, an alias or the ARN of one.`);
  return keyId;
}
