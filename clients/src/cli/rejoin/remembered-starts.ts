import { join } from 'node:path';
import { stateFolder } from '../credentials/user-folders.js';
import { RememberedStarts } from './remembered.js';

/** The starts of this user. */
export function rememberedStarts(): RememberedStarts {
  return new RememberedStarts(join(stateFolder(), 'starts'));
}
