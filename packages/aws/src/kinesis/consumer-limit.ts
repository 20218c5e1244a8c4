/** What the service allows a stream with enhanced fan-out: registered consumers, and queues. */
export const CONSUMERS_MAX = 50;
