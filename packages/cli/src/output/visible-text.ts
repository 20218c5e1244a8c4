/** Characters by which a text could steer the terminal; tab and line end are left alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what must be found
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** For a terminal: what others wrote (records, names of groups and clients) must not steer it. */
export function visibleText(text: string): string {
  return text.replace(CONTROL, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
