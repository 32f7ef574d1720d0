import type { RequestHandler } from 'express';
import { strictTransportSecurity } from 'helmet';

/** One year, for this host alone: the operator of the domain decides about the others. */
const setHeader = strictTransportSecurity({ maxAge: 31_536_000, includeSubDomains: false });

/** Asks browsers to use HTTPS from now on (RFC 6797), if the request came by HTTPS. Browsers ignore it over HTTP. */
export const hsts: RequestHandler = (req, res, next) => {
  if (req.secure) setHeader(req, res, next);
  else next();
};
