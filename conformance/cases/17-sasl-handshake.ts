import type { ApiCases } from '../case.ts';

export const cases: ApiCases = {
  api: 'SaslHandshake',
  cases: [
    {
      name: 'on a listener without SASL the connection stays open',
      exchanges: () => [
        { mechanism: 'PLAIN' },
        { mechanism: '' },
        { $api: 'ListOffsets', $version: 1, $body: { replicaId: -1 } },
      ],
    },
    {
      name: 'authentication on a listener without SASL',
      exchanges: () =>
        [0, 1, 2].map((version) => ({
          $api: 'SaslAuthenticate',
          $version: version,
          $body: { authBytes: Buffer.from('x') },
        })),
    },
  ],
};
