const PAGE = { width: 595, height: 842, margin: 72, leading: 20 };

/**
 * Creates a PDF 1.4 (ISO 32000) of one A4 page. The first line is the heading. Supports only Latin-1, because no font
 * is embedded.
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
  // Four non-ASCII characters in the header mark the file as binary (ISO 32000, 7.5.2).
  let file = '%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n${crossReferences(offsets)}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  // Latin-1 has one byte per character, so the offsets above are byte offsets.
  return Buffer.from(file, 'latin1');
}

/** Each entry is exactly 20 bytes with its line end, because readers compute the position of the n-th entry. */
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
  return text.replaceAll(/[\\()]/g, (character) => `\\${character}`);
}
