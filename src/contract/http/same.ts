/**
 * `true` where both are the same type, optional members included; anything else does not compile. Keeps the schema of an
 * answer and the interface that the code is written against together: `true satisfies Same<…>`.
 */
export type Same<A, B> = Fits<[A, Required<A>], [B, Required<B>]> & Fits<[B, Required<B>], [A, Required<A>]>;

type Fits<A, B> = A extends B ? true : { lacks: [A, B] };
