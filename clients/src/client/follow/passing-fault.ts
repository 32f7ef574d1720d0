import { LonghaulError } from '../errors.js';

/**
 * Returns a fault that passes. Throws one that ends a watch: 401, 403 and 404 of the API. While no status was read, also
 * an answer that tells of a wrong address; later such an answer is that of a proxy whose server restarts.
 */
export function passingFault(error: unknown, isKnown: boolean): LonghaulError {
  if (!(error instanceof LonghaulError)) throw error;
  const { status, code, passing } = error;
  const isRefused = status === 401 || (code !== 'BAD_ANSWER' && (status === 403 || status === 404));
  const isWrong = !isKnown && !passing && (status ?? 0) < 500;
  if (isRefused || isWrong) throw error;
  return error;
}
