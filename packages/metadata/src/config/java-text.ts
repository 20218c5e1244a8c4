/*
 * Texts as the Java that Kafka runs on reads and writes them: what it accepts, clients send, and what it prints,
 * clients compare.
 */

/** Java's `String.trim`: everything up to the space, at both ends. */
export function trimAscii(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end -= 1;
  return text.slice(start, end);
}

const integerBits = { SHORT: 16n, INT: 32n, LONG: 64n } as const;

/** Decimal digits with an optional sign, within the type's bits; `undefined` if it is none. */
export function parseInteger(type: keyof typeof integerBits, text: string): bigint | undefined {
  if (!/^[+-]?[0-9]{1,64}$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  const bound = 1n << (integerBits[type] - 1n);
  return value >= -bound && value < bound ? value : undefined;
}

/** A decimal number with an optional exponent and type letter, NaN or Infinity. (Java's hexadecimal floats are not.) */
export function parseDouble(text: string): number | undefined {
  const match = /^([+-]?)(?:(NaN)|(Infinity)|((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?)$/.exec(text);
  if (match === null) return undefined;
  const [, sign, notANumber, infinity, digits] = match;
  if (notANumber !== undefined) return Number.NaN;
  const magnitude = infinity === undefined ? Number(digits) : Number.POSITIVE_INFINITY;
  return sign === '-' ? -magnitude : magnitude;
}

/** Java's `Double.toString`: always with a fraction, in scientific form outside of 10^-3 to 10^7. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const magnitude = Math.abs(value);
  if (magnitude === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (magnitude >= 1e-3 && magnitude < 1e7) return withFraction(value.toString());
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${withFraction(digits)}E${Number(exponent)}`;
}

function withFraction(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}
