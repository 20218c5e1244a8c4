import { styleText } from 'node:util';
import type { OutputStream } from '../shell.ts';

export type Look = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Colours text for one stream; on a stream without colours the text stays as it is. */
export type Style = (look: Look, text: string) => string;

export function styleFor(stream: OutputStream): Style {
  if (!stream.hasColors) return (_look, text) => text;
  return (look, text) => styleText(look, text, { validateStream: false });
}
