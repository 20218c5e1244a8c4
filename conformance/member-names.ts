/** Ids that the server made up for members, numbered as they come up. */
export type MemberNames = { nameOf(text: string, field: string): string | undefined };

/** Of a classic member: its client's or its own instance's id, and a UUID. */
const classicPattern = /^(.*)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
/** Of a member of a consumer group: a UUID in Kafka's form. */
const consumerPattern = /^[-\w]{22}$/;
const idFields = new Set(['memberId', 'leader']);

export function newMemberNames(): MemberNames {
  const seen: string[] = [];
  const numberOf = (id: string): number => {
    if (!seen.includes(id)) seen.push(id);
    return seen.indexOf(id) + 1;
  };
  return {
    nameOf: (text, field) => {
      if (!idFields.has(field)) return undefined;
      const owner = classicPattern.exec(text)?.[1];
      if (owner !== undefined) return `<member ${numberOf(text)} of ${owner}>`;
      return consumerPattern.test(text) ? `<member ${numberOf(text)}>` : undefined;
    },
  };
}
