/** Anything that would move the cursor or colour the terminal: what is printed comes from users and from other servers. */
// eslint-disable-next-line no-control-regex -- control characters are what is replaced
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/g;

/** A text that can be printed within a line. */
export function oneLine(text: string): string {
  return text.replace(CONTROL_CHARACTERS, ' ');
}
