import { Admin } from '@platformatic/kafka';
import { Sluice } from 'sluice';
import { expect, it } from 'vitest';

it('sees nothing of the topics of other files', async () => {
  await using sluice = await Sluice.start({ topics: [{ name: 'payments' }] });
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [sluice.bootstrap] });
  try {
    expect(await admin.listTopics()).toEqual(['payments']);
  } finally {
    await admin.close();
  }
});
