import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { examplesFor } from './commands/examples.ts';
import { EXIT_CODES } from './failure.ts';
import { allCommands, buildProgram } from './program.ts';
import { createTestShell, runCommand } from './testing/test-shell.ts';

describe('the command line', () => {
  it('has examples for every command that does something', () => {
    const doing = allCommands(buildProgram(createTestShell(), '0.0.0')).filter(({ commands }) => commands.length === 0);
    assert(doing.length > 10);
    for (const command of doing) assert(examplesFor(command).length > 0, command.name());
  });

  it('has only examples that it would understand', async () => {
    for (const command of allCommands(buildProgram(createTestShell(), '0.0.0'))) {
      for (const { line } of examplesFor(command)) {
        const words = /sluice ([^|'>]*)/.exec(line)?.[1]?.trim().split(' ') ?? [];
        const program = buildProgram(createTestShell(), '0.0.0');
        for (const each of allCommands(program)) each.action(() => {});
        await assert.doesNotReject(program.parseAsync(words, { from: 'user' }), line);
      }
    }
  });

  it('shows help with the exit codes, and ends with 0', async () => {
    const shell = createTestShell();
    assert.equal(await runCommand(shell, '--help'), EXIT_CODES.ok.code);
    assert.match(shell.out, /sluice start/);
    for (const { code, meaning } of Object.values(EXIT_CODES)) assert(shell.out.includes(`${code}  ${meaning}`));
  });

  it('keeps help within the terminal', async () => {
    for (const command of allCommands(buildProgram(createTestShell(), '0.0.0'))) {
      const shell = createTestShell({ columns: 80 });
      const path = [];
      for (let at = command; at.parent !== null; at = at.parent) path.unshift(at.name());
      await runCommand(shell, ...path, '--help');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are taken out
      const lines = shell.out.replace(/\u001b\[\d+m/g, '').split('\n');
      for (const line of lines) assert(line.length <= 80, `${path.join(' ')}: ${line}`);
    }
  });

  const wrong: readonly [string, readonly string[], RegExp][] = [
    ['an unknown command', ['topics'], /unknown command 'topics'; did you mean topic\?/],
    ['an unknown option', ['topic', 'list', '--jsn'], /unknown option '--jsn'; did you mean --json\?/],
    ['a missing argument', ['topic', 'create'], /missing required argument 'name'; see --help/],
    ['a bad number', ['topic', 'create', 'x', '-p', '0'], /'0' is invalid.*whole number from 1/],
    [
      'a port without a host',
      ['start', '--listen', '9092'],
      /Write it as host:port, for example 127\.0\.0\.1:9092; see/,
    ],
    ['a bad address', ['topic', 'list', '-b', 'a:b:c'], /Write host:port/],
    ['a bad duration', ['topic', 'list', '--timeout', '10'], /number and a unit/],
    ['a bad position', ['consume', 'x', '--from', 'yesterday'], /Write beginning, end, an offset/],
    [
      'a bad setting',
      ['config', 'set', 'topic', 'x', 'retention.ms'],
      /^error: 'retention\.ms': Write it as name=value; see/,
    ],
    ['a bad kind', ['config', 'describe', 'user', 'x'], /Allowed choices are topic, broker, group/],
    ['nothing to alter', ['topic', 'alter', 'x'], /nothing to change; give --partitions, --set or --unset/],
  ];
  for (const [name, args, message] of wrong) {
    it(`answers ${name} with one line and exit code 2`, async () => {
      const shell = createTestShell();
      assert.equal(await runCommand(shell, ...args), EXIT_CODES.usage.code);
      assert.match(shell.err, message);
      assert.equal(shell.err.trim().split('\n').length, 1);
      assert.equal(shell.out, '');
    });
  }

  it('answers a missing command with help on stderr and exit code 2', async () => {
    for (const args of [[], ['topic']]) {
      const shell = createTestShell();
      assert.equal(await runCommand(shell, ...args), EXIT_CODES.usage.code);
      assert.match(shell.err, /^Usage: sluice/);
      assert.equal(shell.out, '');
    }
  });

  it('says at once, and how to go on, that nothing listens', async () => {
    for (const line of ['topic list', 'consume x', 'produce x', 'config describe broker 1', 'cluster describe']) {
      const shell = createTestShell({ input: 'a\n' });
      const args = [...line.split(' '), '-b', '127.0.0.1:1', '--timeout', '1d'];
      assert.equal(await runCommand(shell, ...args), EXIT_CODES.unreachable.code);
      assert.match(
        shell.err,
        /^error: nothing listens on 127\.0\.0\.1:1: is the broker running\? start one with `sluice/,
      );
    }
  });

  it('tells failures as JSON when JSON was asked for', async () => {
    const shell = createTestShell();
    assert.equal(await runCommand(shell, 'topic', 'list', '--json', '-b', '127.0.0.1:1'), EXIT_CODES.unreachable.code);
    const { error } = JSON.parse(shell.err);
    assert.equal(error.reason, 'unreachable');
    assert.match(error.message, /nothing listens on 127\.0\.0\.1:1/);
    assert.match(error.hint, /sluice start/);
  });
});
