import type { HttpHandler } from '@sluice/kernel/http-server';
import { createFront } from './front/front.ts';
import { openKafkaLog } from './kafka/open-kafka-log.ts';
import { KINESIS_CONTRACT } from './kinesis/generated/contract.ts';
import { createKinesis } from './kinesis/kinesis.ts';
import type { DoorOptions } from './open-door.ts';

/** The services behind a door. Nothing is dialled before the first request. */
export interface Services {
  readonly handler: HttpHandler;
  close(): Promise<void>;
}

export function openServices(options: DoorOptions): Services {
  const { bootstrap, keys, network, clock, random, logger } = options;
  const log = openKafkaLog({ bootstrap, network, clock, random });
  const kinesis = createKinesis({
    log,
    clock,
    random,
    logger,
    ...(options.kinesis === undefined ? {} : { settings: options.kinesis }),
  });
  const services = [{ contract: KINESIS_CONTRACT, operations: kinesis.operations }];
  return {
    handler: createFront({ services, keys, clock, random, logger }),
    async close() {
      kinesis.close();
      await log.close();
    },
  };
}
