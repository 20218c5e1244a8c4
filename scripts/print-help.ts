/** For a script that begins its work when it is run: with --help it says what that is, and ends. */
export function printHelp(usage: string): void {
  if (!process.argv.slice(2).some((each) => each === '--help' || each === '-h')) return;
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
