/**
 * What one stranger has: an IPv4 address, or the first 64 bits of an IPv6 address, as everybody is given as many of those
 * as that (RFC 4291, §2.5.4). An IPv4 address in the form of an IPv6 socket is the IPv4 address.
 */
export function networkOf(address: string): string {
  const text = address.toLowerCase();
  if (!text.includes(':')) return text;
  if (text.includes('.')) return text.slice(text.lastIndexOf(':') + 1);
  const [front = '', back] = text.split('%', 1)[0]?.split('::') ?? [];
  const groups = front === '' ? [] : front.split(':');
  const after = back === undefined || back === '' ? [] : back.split(':');
  const zeros = back === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...after];
  return all
    .slice(0, 4)
    .map(group => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/**
 * Of no one party: multicast and broadcast, which reach people who never asked; `0.0.0.0/8` and `::`, which lead back to
 * this machine, whatever listens there.
 */
export const isNobodys = (address: string): boolean => {
  const text = address.toLowerCase();
  if (text.includes(':') && !text.includes('.')) return /^ff|^[0:]+$/.test(text);
  const first = Number(text.slice(text.lastIndexOf(':') + 1).split('.', 1)[0]);
  return first === 0 || first >= 224;
};
