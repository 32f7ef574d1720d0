import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { isPublicAddress } from './addresses.js';
import { addressRefused } from './outbound-error.js';

/** `OutboundHttp` limits the requests. A limit here as well would count the wait for a socket as silence of the server. */
const CONNECTIONS = { keepAlive: true, maxSockets: Infinity };

/**
 * Creates the agent for untrusted hosts. It checks the addresses on every connection, because a name that was public
 * may resolve to a private address later (DNS rebinding). Two independent checks must agree: `isPublicAddress` and
 * request-filtering-agent.
 */
export function guardedAgent(lookup: LookupFunction = systemLookup): HttpsAgent {
  return new RequestFilteringHttpsAgent({ ...CONNECTIONS, lookup: publicOnly(lookup) });
}

/** Creates the agents for hosts that the operator configured; they may connect to any address. */
export function trustedAgents(): { http: HttpAgent; https: HttpsAgent } {
  return { http: new HttpAgent(CONNECTIONS), https: new HttpsAgent(CONNECTIONS) };
}

/** Refuses a name when any of its addresses is not public, because Node chooses the address to connect to. */
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
