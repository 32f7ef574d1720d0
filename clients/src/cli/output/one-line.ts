/** Characters that move the cursor or color the terminal. The output contains text of users and other servers. */
// eslint-disable-next-line no-control-regex -- the pattern exists to match control characters
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Replaces control characters with spaces, so that the text stays on one line. */
export function oneLine(text: string): string {
  return text.replace(CONTROL_CHARACTERS, ' ');
}

/** Like `oneLine`, but keeps the ends of lines and tabs. */
export function printable(text: string): string {
  return text.replace(CONTROL_CHARACTERS, (letter) => (letter === '\n' || letter === '\t' ? letter : ' '));
}

/** Formats a value as JSON without control characters: they are escaped. @param indent spaces of each level. */
export function jsonText(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  return json.replace(CONTROL_CHARACTERS, (letter) =>
    letter === '\n' ? letter : `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
