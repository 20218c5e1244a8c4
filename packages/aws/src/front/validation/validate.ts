import { AwsError } from '../aws-error.ts';
import type { ListShape, MapShape, ServiceContract, Shape, StructureShape } from '../contract.ts';
import { type Rule, rulesOf } from './bounds.ts';
import { showValue } from './shown-value.ts';

/** The services name no more than this at once. */
const ERRORS_MAX = 10;

type Check = (value: unknown, path: string, errors: string[]) => void;

/** Checks inputs by the model. Fails with a `ValidationException` in the words of the services. */
export function createValidators(contract: ServiceContract): (inputShape: string) => (input: unknown) => void {
  const checks = new Map<string, Check>();
  const checkOf = (name: string): Check => {
    const known = checks.get(name);
    if (known !== undefined) return known;
    const shape = contract.shapes[name];
    if (shape === undefined) throw new Error(`the contract has no shape ${name}`);
    checks.set(name, (value, path, errors) => (checks.get(name) as Check)(value, path, errors));
    const check = createCheck(shape, checkOf, contract);
    checks.set(name, check);
    return check;
  };
  return (inputShape) => {
    const check = checkOf(inputShape);
    return (input) => {
      const errors: string[] = [];
      check(input, '', errors);
      if (errors.length > 0) throw validationError(errors.slice(0, ERRORS_MAX));
    };
  };
}

function validationError(errors: readonly string[]): AwsError {
  const count = `${errors.length} validation error${errors.length > 1 ? 's' : ''} detected: `;
  return new AwsError('ValidationException', `${count}${errors.join('; ')}`, { status: 400 });
}

function createCheck(shape: Shape, checkOf: (name: string) => Check, contract: ServiceContract): Check {
  if (shape.type === 'structure') return structureCheck(shape, checkOf);
  const rules = rulesOf(shape);
  const children = childCheck(shape, checkOf, contract);
  return (value, path, errors) => {
    for (const { says, holds } of rules) {
      if (!holds(value)) errors.push(failure(showValue(value, shape, contract), path, says));
    }
    if (errors.length < ERRORS_MAX) children?.(value, path, errors);
  };
}

function structureCheck({ members, required = [] }: StructureShape, checkOf: (name: string) => Check): Check {
  const needed = new Set(required);
  const checks = Object.entries(members).map(([name, shape]) => ({
    name,
    shown: `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    isRequired: needed.has(name),
    check: checkOf(shape),
  }));
  return (value, path, errors) => {
    const record = value as Readonly<Record<string, unknown>>;
    for (const { name, shown, isRequired, check } of checks) {
      if (errors.length >= ERRORS_MAX) return;
      const member = record[name];
      if (member === undefined) {
        if (isRequired) errors.push(failure('null', join(path, shown), 'Member must not be null'));
      } else check(member, join(path, shown), errors);
    }
  };
}

/** Structures in a list are checked one by one, under their own path; plain values together, under the list's. */
function childCheck(shape: Shape, checkOf: (name: string) => Check, contract: ServiceContract): Check | undefined {
  if (shape.type === 'list') {
    const member = contract.shapes[shape.member];
    return member?.type === 'structure' ? structuresCheck(checkOf(shape.member)) : plainListCheck(shape, contract);
  }
  return shape.type === 'map' ? mapCheck(shape, contract) : undefined;
}

function structuresCheck(check: Check): Check {
  return (value, path, errors) => {
    let number = 0;
    for (const item of value as readonly unknown[]) {
      number += 1;
      if (errors.length >= ERRORS_MAX) return;
      const itemPath = `${path}.${number}.member`;
      if (item === null) errors.push(failure('null', itemPath, 'Member must not be null'));
      else check(item, itemPath, errors);
    }
  };
}

function plainListCheck(shape: ListShape, contract: ServiceContract): Check {
  const rules = rulesOfName(shape.member, contract);
  return (value, path, errors) => {
    const items = value as readonly unknown[];
    if (items.every((item) => item !== null && rules.every(({ holds }) => holds(item)))) return;
    errors.push(failure(showValue(value, shape, contract), path, `Member must satisfy constraint: ${said(rules)}`));
  };
}

function mapCheck(shape: MapShape, contract: ServiceContract): Check {
  const keyRules = rulesOfName(shape.key, contract);
  const valueRules = rulesOfName(shape.value, contract);
  return (value, path, errors) => {
    const shown = (): string => showValue(value, shape, contract);
    if (!Object.keys(value as object).every((key) => keyRules.every(({ holds }) => holds(key))))
      errors.push(failure(shown(), path, `Map keys must satisfy constraint: ${said(keyRules)}`));
    if (!Object.values(value as object).every((item) => item !== null && valueRules.every(({ holds }) => holds(item))))
      errors.push(failure(shown(), path, `Map value must satisfy constraint: ${said(valueRules)}`));
  };
}

function rulesOfName(name: string, { shapes }: ServiceContract): Rule[] {
  const shape = shapes[name];
  return shape === undefined ? [] : rulesOf(shape);
}

function said(rules: readonly Rule[]): string {
  return `[${rules.map(({ says }) => says).join(', ')}]`;
}

function failure(shownValue: string, path: string, says: string): string {
  return `Value ${shownValue} at '${path}' failed to satisfy constraint: ${says}`;
}

function join(path: string, member: string): string {
  return path === '' ? member : `${path}.${member}`;
}
