import type { ApiCases, CaseContext } from '../case.ts';

const library = (c: CaseContext) =>
  c.version < 3 ? {} : { clientSoftwareName: 'apache-kafka-java', clientSoftwareVersion: '4.3.1' };

export const cases: ApiCases = {
  api: 'ApiVersions',
  cases: [
    { name: 'plain', exchanges: (c) => [library(c)] },
    { name: 'without the name and version of the client library', versions: { min: 3 }, exchanges: () => [{}] },
    {
      name: 'an invalid name of the client library',
      versions: { min: 3 },
      exchanges: () => [
        { clientSoftwareName: '', clientSoftwareVersion: '1' },
        { clientSoftwareName: 'with space', clientSoftwareVersion: '1' },
        { clientSoftwareName: '-leading', clientSoftwareVersion: '1' },
        { clientSoftwareName: 'good.name-1', clientSoftwareVersion: '' },
      ],
    },
    {
      name: 'an unsupported version is answered in the form of version 0, and the connection goes on',
      versions: { min: 4 },
      exchanges: (c) => [
        { $version: 5, $answerVersion: 0 },
        { $version: 99, $answerVersion: 0, $body: Buffer.from('anything') },
        { $version: -1, $answerVersion: 0, $body: Buffer.alloc(0) },
        library(c),
      ],
    },
    {
      name: 'bytes after the body are ignored',
      exchanges: (c) => [{ $body: library(c), $trailer: Buffer.from('left over') }],
    },
    {
      name: 'tags that no version knows are ignored',
      versions: { min: 3 },
      exchanges: () => [{ clientSoftwareName: 'x', clientSoftwareVersion: '1', _tags: { 1000: Buffer.from('tag') } }],
    },
  ],
};
