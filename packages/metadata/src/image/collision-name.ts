/**
 * The spelling under which topics' names collide, or `undefined` if this one cannot: metrics write `.` as `_`.
 */
export function collisionName(name: string): string | undefined {
  return /[._]/.test(name) ? name.replaceAll('.', '_') : undefined;
}
