/** About what V8 keeps for a decoded value, the bytes that views refer to aside. */
export function retainedBytes(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length * 2;
  if (Buffer.isBuffer(value)) return value.length === 0 ? 0 : 104;
  if (typeof value !== 'object' || value === null) return 0;
  // Arrays that grow by pushing have up to half as much again in reserve.
  if (Array.isArray(value)) return 48 + value.reduce((sum, item) => sum + 12 + retainedBytes(item), 0);
  return Object.values(value).reduce((sum, field) => sum + 8 + retainedBytes(field), 24);
}
