import type { ConfigDefinition } from './definition.ts';
import { doubleText, parseDouble, parseInteger, trimAscii } from './java-text.ts';
import { listProblem, numberProblem, textProblem, type ValidValues } from './valid-values.ts';

/** A value by its type, and its text as Kafka prints it. */
export type ParsedConfig =
  | { readonly kind: 'boolean'; readonly boolean: boolean; readonly text: string }
  /** `number` is rounded beyond 2^53; `text` is not. */
  | { readonly kind: 'number'; readonly number: number; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly text: string }
  | { readonly kind: 'text'; readonly text: string };

export type ParseResult =
  | { readonly ok: true; readonly value: ParsedConfig }
  | { readonly ok: false; readonly message: string };

/** Reads a value as Kafka's ConfigDef does: trimmed, by type, then checked against what is valid. */
export function parseConfig(definition: ConfigDefinition, raw: string): ParseResult {
  const text = trimAscii(raw);
  const { type, valid } = definition;
  const refuse = (problem: string): ParseResult => {
    const shown = definition.isSensitive ? '[hidden]' : `'${raw}'`;
    return { ok: false, message: `Invalid value ${shown} for configuration ${definition.name}: ${problem}.` };
  };
  const accept = (value: ParsedConfig, problem: string | undefined): ParseResult =>
    problem === undefined ? { ok: true, value } : refuse(problem);

  switch (type) {
    case 'BOOLEAN': {
      const lower = text.toLowerCase();
      if (lower !== 'true' && lower !== 'false') return refuse('it must be true or false');
      return accept({ kind: 'boolean', boolean: lower === 'true', text: lower }, undefined);
    }
    case 'SHORT':
    case 'INT':
    case 'LONG': {
      const integer = parseInteger(type, text);
      if (integer === undefined) return refuse(`it must be a whole number of type ${type}`);
      const number = Number(integer);
      return accept({ kind: 'number', number, text: integer.toString() }, numberProblem(valid, number));
    }
    case 'DOUBLE': {
      const number = parseDouble(text);
      if (number === undefined) return refuse('it must be a number');
      return accept({ kind: 'number', number, text: doubleText(number) }, numberProblem(valid, number));
    }
    case 'LIST': {
      const items = withoutRepeats(valid, parseList(text));
      const shown = items.join(',');
      // What is left of commas alone is the empty list, if an empty item is valid at all.
      return accept({ kind: 'list', items: shown === '' ? [] : items, text: shown }, listProblem(valid, items));
    }
    default:
      return accept({ kind: 'text', text }, textProblem(valid, text));
  }
}

/** Kafka drops repeated items (KIP-1161) wherever its validator is one of lists. */
function withoutRepeats(valid: ValidValues, items: readonly string[]): readonly string[] {
  return valid.kind === 'throttled-replicas' ? items : [...new Set(items)];
}

/** The empty text is the empty list; white space around commas is not part of an item, empty items are kept. */
export function parseList(text: string): readonly string[] {
  const trimmed = trimAscii(text);
  return trimmed === '' ? [] : trimmed.split(/\s*,\s*/);
}
