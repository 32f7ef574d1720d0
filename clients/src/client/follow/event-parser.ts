/**
 * Parses server-sent events (HTML standard, section 9.2.6).
 * @returns a function that takes the text as it arrives, cut anywhere.
 */
export function eventParser(onEvent: (data: string, id: string) => void): (text: string) => void {
  let rest = '';
  let id = '';
  let data: string[] = [];
  return (text) => {
    // A line feed may follow in the next part, so a last carriage return stays in the rest.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line)!;
      if (field === 'data') data.push(value);
      else if (field === 'id') id = value;
      else if (line === '') {
        if (data.length > 0) onEvent(data.join('\n'), id);
        data = [];
      }
    }
  };
}
