#!/usr/bin/env node
// Plain syntax and no static imports: an older Node must get as far as the message.
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `error: sluice needs Node.js 24 or newer, and this is ${process.versions.node}; ` +
      'install a newer one, or `npm install node@24` beside sluice\n',
  );
  process.exitCode = 1;
} else {
  await import('../lib/cli.js');
}
