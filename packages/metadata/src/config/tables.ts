import { BROKER_CONFIGS } from '@sluice/protocol/generated/configs/broker';
import { DYNAMIC_UPDATE_MODES } from '@sluice/protocol/generated/configs/dynamic-update-modes';
import { GROUP_CONFIGS } from '@sluice/protocol/generated/configs/group';
import { TOPIC_CONFIGS } from '@sluice/protocol/generated/configs/topic';
import { BROKER_DOCUMENTATION } from './broker-documentation.ts';
import { type ConfigTable, configTable } from './definition.ts';
import { GROUP_DOCUMENTATION } from './group-documentation.ts';
import { SLUICE_CONFIGS, SLUICE_DOCUMENTATION } from './sluice-specs.ts';
import { TOPIC_DOCUMENTATION } from './topic-documentation.ts';

export const topicConfigs: ConfigTable = configTable(TOPIC_CONFIGS, { documentation: TOPIC_DOCUMENTATION });

export const groupConfigs: ConfigTable = configTable(GROUP_CONFIGS, { documentation: GROUP_DOCUMENTATION });

/** Kafka's and, with names that start with `sluice.`, our own. */
export const brokerConfigs: ConfigTable = configTable([...BROKER_CONFIGS, ...SLUICE_CONFIGS], {
  updateModes: DYNAMIC_UPDATE_MODES,
  documentation: { ...BROKER_DOCUMENTATION, ...SLUICE_DOCUMENTATION },
});
