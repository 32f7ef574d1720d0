import type { Me } from 'longhaul/client';

/** What an operator may see. */
export type Operator = NonNullable<Me['operator']>;
