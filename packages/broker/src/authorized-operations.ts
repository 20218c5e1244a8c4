/** ACL operations as bits (KIP-430): 1 << the operation's code. */
const Operation = {
  READ: 1 << 3,
  WRITE: 1 << 4,
  CREATE: 1 << 5,
  DELETE: 1 << 6,
  ALTER: 1 << 7,
  DESCRIBE: 1 << 8,
  CLUSTER_ACTION: 1 << 9,
  DESCRIBE_CONFIGS: 1 << 10,
  ALTER_CONFIGS: 1 << 11,
  IDEMPOTENT_WRITE: 1 << 12,
} as const;

/** The answer to a client that did not ask. */
export const OPERATIONS_NOT_ASKED = -(2 ** 31);

/** Without an authorizer everybody may do everything that the resource knows. */
export const TOPIC_OPERATIONS =
  Operation.READ |
  Operation.WRITE |
  Operation.CREATE |
  Operation.DELETE |
  Operation.ALTER |
  Operation.DESCRIBE |
  Operation.DESCRIBE_CONFIGS |
  Operation.ALTER_CONFIGS;

export const CLUSTER_OPERATIONS =
  Operation.CREATE |
  Operation.ALTER |
  Operation.DESCRIBE |
  Operation.CLUSTER_ACTION |
  Operation.DESCRIBE_CONFIGS |
  Operation.ALTER_CONFIGS |
  Operation.IDEMPOTENT_WRITE;

export const GROUP_OPERATIONS =
  Operation.READ | Operation.DELETE | Operation.DESCRIBE | Operation.DESCRIBE_CONFIGS | Operation.ALTER_CONFIGS;
