/** The parameters of a request target, percent-decoded, in order; `+` stands for itself, as SigV4 has it. */
export function queryOf(target: string): readonly (readonly [string, string])[] {
  const at = target.indexOf('?');
  if (at === -1 || at === target.length - 1) return [];
  return target
    .slice(at + 1)
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals === -1 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
    });
}

export function pathOf(target: string): string {
  const at = target.indexOf('?');
  const path = at === -1 ? target : target.slice(0, at);
  return path === '' ? '/' : path;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
