const PAGE = { width: 595, height: 842, margin: 72, leading: 20 };

/**
 * A PDF 1.4 (ISO 32000) of one A4 page with the given lines; the first is the heading. Letters beyond
 * Latin-1 cannot be shown, for no font is embedded.
 */
export function pdf(lines: readonly string[]): Buffer {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Contents 5 0 R ` +
      '/Resources << /Font << /F1 4 0 R >> >> >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    stream(pageContent(lines)),
  ];
  // The four letters beyond ASCII tell programs that guess from the first bytes that this is binary.
  let file = '%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n${crossReferences(offsets)}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  // One byte per letter: the offsets counted above are bytes.
  return Buffer.from(file, 'latin1');
}

/** Every entry is exactly twenty bytes, its line end included: readers compute where the n-th one is. */
function crossReferences(offsets: readonly number[]): string {
  const used = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
  return `0000000000 65535 f \n${used.join('')}`;
}

function pageContent([heading = '', ...lines]: readonly string[]): string {
  const shown = lines.map((line) => `T* (${escape(line)}) Tj`);
  const top = PAGE.height - PAGE.margin;
  return [
    `BT /F1 24 Tf ${PAGE.margin} ${top} Td ${PAGE.leading} TL (${escape(heading)}) Tj`,
    `/F1 12 Tf T* ${shown.join(' ')} ET`,
  ].join('\n');
}

function stream(content: string): string {
  return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\()]/g, (letter) => `\\${letter}`);
}
