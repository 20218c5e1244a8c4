import type { ConfigResourceType } from '../image/cluster-image.ts';

/** Resource types by their code on the wire; a broker's loggers (8) are not kept in the metadata. */
export const ResourceTypeCode = { TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8, CLIENT_METRICS: 16, GROUP: 32 } as const;

export function resourceTypeOf(code: number): ConfigResourceType | undefined {
  switch (code) {
    case ResourceTypeCode.TOPIC:
      return 'topic';
    case ResourceTypeCode.BROKER:
      return 'broker';
    case ResourceTypeCode.CLIENT_METRICS:
      return 'client-metrics';
    case ResourceTypeCode.GROUP:
      return 'group';
    default:
      return undefined;
  }
}
