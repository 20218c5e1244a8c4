import type { RequestContext } from '@sluice/coordinator/group/group-environment';
import type { RequestInfo } from '../request.ts';

const MAPPED_IPV4 = '::ffff:';
const IPV6_GROUP_COUNT = 8;

/** Who asks, as groups keep it of their members. */
export function requestContext({ apiVersion, clientId, peer }: RequestInfo): RequestContext {
  return { apiVersion, clientId: clientId ?? '', clientHost: `/${javaAddress(peer.address)}` };
}

/** As Java writes an address: an IPv6 address with all of its zeros, one that stands for IPv4 as that. */
export function javaAddress(address: string): string {
  if (!address.includes(':')) return address;
  if (address.startsWith(MAPPED_IPV4) && address.includes('.')) return address.slice(MAPPED_IPV4.length);
  const [plain = '', zone] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const first = groupsOf(head);
  const last = groupsOf(tail ?? '');
  const zeros = Array<string>(tail === undefined ? 0 : IPV6_GROUP_COUNT - first.length - last.length).fill('0');
  const whole = [...first, ...zeros, ...last].map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':');
  return zone === undefined ? whole : `${whole}%${zone}`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
