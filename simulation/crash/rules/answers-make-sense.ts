import { createInspection, type Rule } from '../rule.ts';

/** What cannot be explained by a crash: a request refused that was right, a start that failed. */
export const answersMakeSense: Rule = {
  row: 'F1',
  promise: 'every start succeeds, and no right request is refused',
  check({ events }) {
    const inspection = createInspection();
    for (const event of events) {
      if (event.kind === 'odd') inspection.check(false, () => event.what);
      else if (event.kind === 'started') inspection.check(true, () => '');
      else if (event.kind === 'answered') {
        const { sent, errorCode, outcome } = event;
        const name = `${sent.producer}:${sent.firstNumber} in ${sent.partition}`;
        inspection.check(outcome !== 'refused', () => `${name} was refused with ${errorCode}`);
      } else if (event.kind === 'changed') {
        const { topic, change, outcome } = event;
        inspection.check(outcome !== 'refused', () => `${change.type} of ${topic} was refused`);
      } else if (event.kind === 'deleted') {
        const { partition, belowOffset, outcome } = event;
        inspection.check(outcome !== 'refused', () => `DeleteRecords of ${partition} below ${belowOffset} was refused`);
      }
    }
    return inspection.verdict();
  },
};
