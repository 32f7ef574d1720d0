/** Characters of one event. Those of Longhaul are far shorter, but a broken proxy may send lines without end. */
const MAX_EVENT = 1_000_000;

/**
 * Parses server-sent events (HTML standard, section 9.2.6).
 * @returns a function that takes the text as it arrives, cut anywhere. @throws RangeError for an event without end.
 */
export function eventParser(onEvent: (data: string) => void): (text: string) => void {
  let rest = '';
  let data = '';
  return (text) => {
    // A line feed may follow in the next part, so a last carriage return stays in the rest.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      const field = /^data(?:: ?(.*))?$/s.exec(line);
      if (field) data += `${field[1] ?? ''}\n`;
      else if (line === '') {
        if (data) onEvent(data.slice(0, -1));
        data = '';
      }
    }
    if (rest.length + data.length > MAX_EVENT) throw new RangeError();
  };
}
