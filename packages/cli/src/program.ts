import { Command, Option } from 'commander';
import { awsCommand } from './commands/aws.ts';
import { clusterCommand } from './commands/cluster.ts';
import { configCommand } from './commands/config.ts';
import { consumeCommand } from './commands/consume.ts';
import { doctorCommand } from './commands/doctor.ts';
import { withExamples } from './commands/examples.ts';
import { groupCommand } from './commands/group.ts';
import { importCommand } from './commands/import.ts';
import { produceCommand } from './commands/produce.ts';
import { shareGroupCommand } from './commands/share-group.ts';
import { startCommand } from './commands/start.ts';
import { topicCommand } from './commands/topic.ts';
import { transactionCommand } from './commands/transaction.ts';
import { EXIT_CODES } from './failure.ts';
import { styleFor } from './output/style.ts';
import type { Shell } from './shell.ts';

/** Help is never set wider than this: long lines are hard to read. */
const HELP_COLUMNS_MAX = 100;
const HELP_COLUMNS_DEFAULT = 80;
/** Texts narrower than this are not wrapped at all. */
const HELP_TEXT_COLUMNS_MIN = 16;

/** All commands and their help. What a command does is loaded when it runs, so that help and start are quick. */
export function buildProgram(shell: Shell, version: string): Command {
  const program = new Command('sluice')
    .description(
      "An event-streaming broker that speaks Kafka's protocol, and the tools to work with any Kafka cluster. Each " +
        'command explains itself: sluice topic create --help, for example.',
    )
    .version(version, '-V, --version', 'print the version')
    .addCommand(startCommand(shell))
    .addCommand(topicCommand(shell))
    .addCommand(produceCommand(shell))
    .addCommand(consumeCommand(shell))
    .addCommand(groupCommand(shell))
    .addCommand(shareGroupCommand(shell))
    .addCommand(transactionCommand(shell))
    .addCommand(configCommand(shell))
    .addCommand(clusterCommand(shell))
    .addCommand(awsCommand(shell))
    .addCommand(importCommand(shell))
    .addCommand(doctorCommand(shell));
  withExamples(program, [
    { what: 'a broker in this terminal', line: 'sluice start' },
    { what: 'then, in another one, a topic with three partitions', line: 'sluice topic create orders --partitions 3' },
    { what: 'write a record', line: 'echo hello | sluice produce orders' },
    { what: 'read it, and wait for more', line: 'sluice consume orders' },
  ]);
  program.addHelpText('after', () => `\n${exitCodesHelp(program)}`);
  for (const command of allCommands(program)) configure(command, shell);
  return program;
}

export function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function exitCodesHelp(program: Command): string {
  const lines = Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${code}  ${meaning}`);
  return `${program.createHelp().styleTitle('Exit codes:')}\n${lines.join('\n')}`;
}

/** Errors are thrown to `main` instead of ending the process; colours and width are the shell's. */
function configure(command: Command, shell: Shell): void {
  const style = styleFor(shell.stdout);
  const columns = Math.min(shell.stdout.columns ?? HELP_COLUMNS_DEFAULT, HELP_COLUMNS_MAX);
  command
    .addHelpOption(new Option('-h, --help', 'print help').helpGroup('Options:'))
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void shell.stdout.write(text),
      // Only the help of a group whose command is missing comes this way.
      writeErr: (text) => void shell.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => shell.stdout.hasColors,
      getErrHasColors: () => shell.stderr.hasColors,
    })
    .configureHelp({
      showGlobalOptions: false,
      // Of a narrow terminal too, texts break between words.
      minWidthToWrap: HELP_TEXT_COLUMNS_MIN,
      // The name alone: arguments and options stand in the command's own help.
      subcommandTerm: (subcommand) => subcommand.name(),
      styleTitle: (text) => style('bold', text),
      styleCommandText: (text) => style('cyan', text),
      styleSubcommandText: (text) => style('cyan', text),
      styleOptionText: (text) => style('cyan', text),
      styleArgumentText: (text) => style('cyan', text),
    });
}
