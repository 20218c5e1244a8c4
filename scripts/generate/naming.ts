export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `DescribeTopicPartitionsRequest` → `describe-topic-partitions-request`. */
export function kebab(name: string): string {
  return name
    .replace(/^KRaft/, 'Kraft')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}

export function codecName(message: string): string {
  return `${lowerFirst(message)}Codec`;
}
