import type { ApiCases, CaseContext } from '../case.ts';
import type { Body } from '../wire/encode.ts';

const update = (c: CaseContext, feature: string, maxVersionLevel: number, more: Body = {}): Body => ({
  featureUpdates: [{ feature, maxVersionLevel, ...more }],
  ...(c.version >= 1 ? { validateOnly: true } : {}),
});

export const cases: ApiCases = {
  api: 'UpdateFeatures',
  cases: [
    { name: 'no updates', exchanges: () => [{ featureUpdates: [] }] },
    { name: 'of an unknown feature', exchanges: (c) => [update(c, 'no.such.feature', 1), update(c, '', 1)] },
    {
      name: 'to a level that there is not',
      exchanges: (c) => [update(c, 'metadata.version', 9999), update(c, 'metadata.version', -1)],
    },
    {
      name: 'validated only, to the level that it has',
      versions: { min: 1 },
      exchanges: (c) => [
        update(c, 'transaction.version', 2, { upgradeType: 1 }),
        update(c, 'transaction.version', 1, { upgradeType: 1 }),
      ],
    },
    {
      name: 'of an unknown kind',
      versions: { min: 1 },
      exchanges: (c) => [update(c, 'transaction.version', 1, { upgradeType: 9 })],
    },
  ],
};
