import { runSeedsCommand } from '../machine/seeds-command.ts';
import { SHARE_CANARIES } from './canaries.ts';
import { formatRuns } from './report.ts';
import { SHARE_RULES } from './rules.ts';
import { runShares } from './run-seed.ts';

await runSeedsCommand({
  script: 'simulation/shares/main.ts',
  about: `Share groups on virtual time: members that acknowledge late, twice and for others, go away and come back, on a broker
    that dies, under producers, transactions, deleted records and compaction.`,
  rules: SHARE_RULES,
  canaries: SHARE_CANARIES,
  run: runShares,
  format: formatRuns,
});
