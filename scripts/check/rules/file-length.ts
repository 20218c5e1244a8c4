import type { Rule } from '../rule.ts';
import { sourceFiles } from '../source-files.ts';

const LINES_SMELL = 300;
const LINES_MAX = 800;

export const fileLength: Rule = {
  name: 'file-length',
  promise: `no file is longer than ${LINES_MAX} lines; those over ${LINES_SMELL} are listed`,
  check(repository) {
    return sourceFiles(repository).flatMap(({ path, text }) => {
      const lineCount = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
      if (lineCount <= LINES_SMELL) return [];
      const severity = lineCount > LINES_MAX ? ('error' as const) : ('warning' as const);
      return [{ path, line: 0, severity, message: `${lineCount} lines: split it by concept` }];
    });
  },
};
