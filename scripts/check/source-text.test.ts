import assert from 'node:assert/strict';
import { it } from 'node:test';
import { importsOf } from './imports.ts';
import { maskCode } from './source-text.ts';

it('blanks comments, strings and regular expressions, and leaves code where it was', () => {
  const samples: [string, string][] = [
    ["a('Date.now()') // Date.now()", "a('          ')              "],
    ['b /* x\ny */ + 1', 'b     \n     + 1'],
    [`c("it's", 'a"b')`, `c("    ", '   ')`],
    ['d = /[/"]x\\/y/g; e = f / g / h', 'd = /        /g; e = f / g / h'],
    ['return /"/.test(i)', 'return / /.test(i)'],
    ["j('\\'k') + l", "j('   ') + l"],
  ];
  for (const [text, masked] of samples) assert.equal(maskCode(text), masked);
});

it('keeps the code within template literals, however deep', () => {
  const template = (text: string) => text.replaceAll('#', '$');
  assert.equal(maskCode(template('`a #{b({ c: `d #{e} f` })} g` + h // i')), '`   {b({ c: `   {e}  ` })}  ` + h     ');
});

it('finds imports of every kind and nothing that only looks like one', () => {
  const text = `
import a from 'a';
import type { B } from "b/c";
import 'side-effect';
export { d } from './d.ts';
export * from '../e.ts';
const f = await import('@f/g/h');
// import x from 'x';
const y = "import z from 'z'";
Buffer.from('buffer');
`;
  assert.deepEqual(
    importsOf(text).map(({ specifier, line, isTypeOnly }) => `${line} ${specifier}${isTypeOnly ? ' (type)' : ''}`),
    ['2 a', '3 b/c (type)', '4 side-effect', '5 ./d.ts', '6 ../e.ts', '7 @f/g/h'],
  );
});
