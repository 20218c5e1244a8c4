/** A uuid as text, or anything shorter. */
const MEMBER_ID_LENGTH_MAX = 36;

export function isMemberId(memberId: string | null): memberId is string {
  return memberId !== null && memberId !== '' && memberId.length <= MEMBER_ID_LENGTH_MAX;
}
