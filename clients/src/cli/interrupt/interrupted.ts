import { CommandError } from '../errors.js';
import { EXIT } from '../exit-codes.js';

/** `detach` leaves the download to the server, `cancel` ends it. */
export type Leaving = 'detach' | 'cancel';

/** Ctrl-C or a request to stop. */
export class Interrupted extends CommandError {
  override readonly name = 'Interrupted';

  constructor(readonly leaving: Leaving) {
    super(EXIT.interrupted, 'Interrupted.');
  }
}
