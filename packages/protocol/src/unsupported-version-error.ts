/**
 * A message cannot be put into the version that was asked for: the version is unknown, or a field holds a value
 * that the version has no place for (Kafka's UnsupportedVersionException). Raised while encoding, by our own side.
 */
export class UnsupportedVersionError extends Error {
  override readonly name = 'UnsupportedVersionError';
}

/** `field` is not in this version, cannot be left out silently, and is not at its default. */
export function unsupportedField(struct: string, field: string, version: number): UnsupportedVersionError {
  return new UnsupportedVersionError(`${struct}.${field} is set, and version ${version} does not have it`);
}

/** `field` is null, which only other versions allow. */
export function nullField(struct: string, field: string, version: number): UnsupportedVersionError {
  return new UnsupportedVersionError(`${struct}.${field} is null, and version ${version} forbids it`);
}

export function notNull<T>(value: T | null, struct: string, field: string, version: number): T {
  if (value === null) throw nullField(struct, field, version);
  return value;
}

export function checkVersion(
  codec: { readonly name: string; readonly versionMin: number; readonly versionMax: number },
  version: number,
): void {
  if (version >= codec.versionMin && version <= codec.versionMax) return;
  throw new UnsupportedVersionError(
    `${codec.name} has versions ${codec.versionMin} to ${codec.versionMax}, not ${version}`,
  );
}
