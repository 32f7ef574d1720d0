/** Characters that move the cursor or color the terminal. The output contains text of users and other servers. */
// eslint-disable-next-line no-control-regex -- the pattern exists to match control characters
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Replaces control characters with spaces, so that the text stays on one line. */
export function oneLine(text: string): string {
  return text.replace(CONTROL_CHARACTERS, ' ');
}
