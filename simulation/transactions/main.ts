import { runSeedsCommand } from '../machine/seeds-command.ts';
import { TRANSACTION_CANARIES } from './canaries.ts';
import { formatRuns } from './report.ts';
import { TRANSACTION_RULES } from './rules.ts';
import { runTransactions } from './run-seed.ts';

await runSeedsCommand({
  script: 'simulation/transactions/main.ts',
  about: `Transactions on virtual time: producers of both transaction versions that repeat, stall, go away and send their end too
    late, zombies with their transactional ids, and a program that copies, on a broker that dies.`,
  rules: TRANSACTION_RULES,
  canaries: TRANSACTION_CANARIES,
  run: runTransactions,
  format: formatRuns,
});
