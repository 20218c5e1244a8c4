/** Clients choose texts of up to 32,767 bytes: a message that quotes one whole could not be sent. */
export const SHOWN_CHARS_MAX = 256;

/** A client's text as a message quotes it. */
export function shown(text: string): string {
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`;
}
