import { BlockList, isIP } from 'node:net';

/**
 * Special-purpose ranges (IANA IPv4 registry, RFC 6890), and the metadata address of Azure, which lies outside of them.
 */
const REFUSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
];

/**
 * Global unicast (RFC 4291). Everything else is refused: loopback, mapped (::ffff:0:0/96) and compatible (::/96) IPv4,
 * NAT64 (64:ff9b::/96), unique local, link-local, multicast.
 */
const GLOBAL_V6 = ['2000::/3'];

/** Refused ranges within global unicast: protocol assignments with Teredo, documentation, 6to4. */
const REFUSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const refusedV4 = blockListOf(REFUSED_V4, 'ipv4');
const globalV6 = blockListOf(GLOBAL_V6, 'ipv6');
const refusedV6 = blockListOf(REFUSED_V6, 'ipv6');

/** Returns true for an address of the public Internet, and false for text that is not an address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refusedV4.check(address, 'ipv4');
  // Only link-local addresses have a zone (`fe80::1%eth0`).
  if (family !== 6 || address.includes('%')) return false;
  return globalV6.check(address, 'ipv6') && !refusedV6.check(address, 'ipv6');
}

function blockListOf(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network, prefix] = range.split('/') as [string, string];
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
