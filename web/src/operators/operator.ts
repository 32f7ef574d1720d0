import type { Me } from 'longhaul/client';

/** The part of `GET /v1/me` that only operators get. */
export type Operator = NonNullable<Me['operator']>;
