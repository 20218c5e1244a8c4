import { after, describe } from 'node:test';
import { describeModel } from './conformance/against-model.ts';
import type { ConformanceHarness, OpenStore } from './conformance/harness.ts';
import { describeKeys } from './conformance/keys.ts';
import { describeLeases } from './conformance/leases.ts';
import { describeLimits } from './conformance/limits.ts';
import { describeTransactions } from './conformance/transactions.ts';
import { describeWatches } from './conformance/watches.ts';
import type { MetadataStore } from './metadata-store.ts';

/** What every `MetadataStore` must do: the suite that each kind of store runs in its own test file. */
export function describeMetadataStore(kind: string, harness: ConformanceHarness): void {
  describe(`metadata store: ${kind}`, () => {
    const opened: MetadataStore[] = [];
    after(async () => {
      for (const store of opened) await store.close();
    });
    const open: OpenStore = async () => {
      const store = await harness.open();
      opened.push(store);
      return store;
    };

    describeKeys(open);
    describeTransactions(open);
    describeLimits(open);
    describeLeases(open, harness);
    describeWatches(open, harness);
    describeModel(open);
  });
}
