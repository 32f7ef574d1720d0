import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { isPublicAddress } from './addresses.js';
import { addressRefused } from './outbound-error.js';

const CONNECTIONS = { keepAlive: true, maxSockets: 64 };

/**
 * Connections to hosts that others named. Addresses are looked at when the connection is made, on every one: a name that
 * was public a moment ago may lead home now. Two checks that know nothing of each other must both agree, ours and that
 * of request-filtering-agent.
 */
export function guardedAgent(lookup: LookupFunction = systemLookup): HttpsAgent {
  return new RequestFilteringHttpsAgent({ ...CONNECTIONS, lookup: publicOnly(lookup) });
}

/** Connections to hosts the operator named: anywhere. */
export function trustedAgents(): { http: HttpAgent; https: HttpsAgent } {
  return { http: new HttpAgent(CONNECTIONS), https: new HttpsAgent(CONNECTIONS) };
}

/** One address that is not public spoils all that a name resolves to: which of them is connected to is not ours to say. */
function publicOnly(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      const [first] = addresses;
      if (error || !first) callback(error ?? addressRefused(), []);
      else if (!addresses.every(({ address }) => isPublicAddress(address))) callback(addressRefused(), []);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
