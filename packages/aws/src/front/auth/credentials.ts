/** An access key that requests may be signed with. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Requests must bring it where it is there. */
  readonly sessionToken?: string;
  readonly accountId?: string;
}

export type AccessKeys = ReadonlyMap<string, AccessKey>;

/** Whose everything is when nothing tells; as the emulators have it. */
export const DEFAULT_ACCOUNT_ID = '000000000000';
const ACCOUNT_ID = /^\d{12}$/;
/** More keys than anybody has; a file with more is something else. */
const ACCESS_KEYS_MAX = 10_000;

export type ReadKeys =
  | { readonly ok: true; readonly keys: AccessKeys }
  | { readonly ok: false; readonly problem: string };

/**
 * Access keys from a file in the form of `~/.aws/credentials`: sections with `aws_access_key_id`, `aws_secret_access_key`,
 * and where they are wanted `aws_session_token` and `aws_account_id`. Problems name lines, never what stands in them.
 */
export function readKeysFile(text: string): ReadKeys {
  const sections: { readonly line: number; readonly values: Map<string, string> }[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    if (/^\[[^\]]+\]$/.test(line)) {
      sections.push({ line: index + 1, values: new Map() });
      continue;
    }
    const at = line.indexOf('=');
    const section = sections.at(-1);
    if (at === -1 || section === undefined)
      return { ok: false, problem: `line ${index + 1} is no [section] and no name = value` };
    section.values.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  if (sections.length > ACCESS_KEYS_MAX) return { ok: false, problem: `it has more than ${ACCESS_KEYS_MAX} keys` };
  const keys = new Map<string, AccessKey>();
  for (const { line, values } of sections) {
    const read = keyOf(
      (name) => values.get(name),
      (name) => `the section in line ${line} has no ${name}`,
    );
    if (typeof read === 'string') return { ok: false, problem: read };
    keys.set(read.accessKeyId, read);
  }
  return keys.size === 0 ? { ok: false, problem: 'it has no keys' } : { ok: true, keys };
}

/** The access key in `AWS_ACCESS_KEY_ID` and its companions. */
export function readKeysFromEnvironment(environment: Readonly<Record<string, string | undefined>>): ReadKeys {
  const read = keyOf(
    (name) => environment[name.toUpperCase()],
    (name) => `${name.toUpperCase()} is not set`,
  );
  return typeof read === 'string'
    ? { ok: false, problem: read }
    : { ok: true, keys: new Map([[read.accessKeyId, read]]) };
}

function keyOf(value: (name: string) => string | undefined, missing: (name: string) => string): AccessKey | string {
  const accessKeyId = value('aws_access_key_id') ?? '';
  const secretAccessKey = value('aws_secret_access_key') ?? '';
  const sessionToken = value('aws_session_token') ?? '';
  const accountId = value('aws_account_id') ?? '';
  if (accessKeyId === '') return missing('aws_access_key_id');
  if (secretAccessKey === '') return missing('aws_secret_access_key');
  if (accountId !== '' && !ACCOUNT_ID.test(accountId)) return `the account of the key ${accessKeyId} is not 12 digits`;
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === '' ? {} : { sessionToken }),
    ...(accountId === '' ? {} : { accountId }),
  };
}

/** The account of a key: as configured, the key itself where it is 12 digits (as emulators have it), else the default. */
export function accountOf(accessKeyId: string, key: AccessKey | undefined): string {
  return key?.accountId ?? (ACCOUNT_ID.test(accessKeyId) ? accessKeyId : DEFAULT_ACCOUNT_ID);
}
