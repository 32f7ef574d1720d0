import { describe, expect, test } from '@jest/globals';
import type { ServerProgram } from './locate-program.js';

/**
 * Declares a suite that needs programs and passes it their paths. Without one of them the suite is skipped with one
 * line of output. In CI it fails instead, otherwise a missing program would go unnoticed.
 */
export function describeWith(
  programs: ServerProgram | readonly ServerProgram[],
  title: string,
  suite: (...paths: string[]) => void,
): void {
  const needed = [programs].flat();
  const lacking = needed.flatMap((program) => ('missing' in program ? [program] : []));
  const why = lacking.map((program) => `${program.name} is missing: ${program.missing}`);
  if (lacking.length > 0 && process.env['CI']) {
    describe(title, () => test('has its programs', () => expect(why).toEqual([])));
    return;
  }
  for (const line of why) process.stderr.write(`skipped “${title}”: ${line}\n`);
  const run = lacking.length > 0 ? describe.skip : describe;
  run(title, () => suite(...needed.map((program) => ('path' in program ? program.path : ''))));
}
