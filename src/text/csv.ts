// Comma-separated values (RFC 4180).

/** The rows of a CSV text. Quoted cells may hold separators, line ends and doubled quotes. */
export function parseCsv(text: string, separator = ','): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    cell = '';
    rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] as string;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === separator) {
      row.push(cell);
      cell = '';
    } else if (char === '\n') endRow();
    else if (char !== '\r' || text[i + 1] !== '\n') cell += char;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}

/** Rows as CSV; every row ends with a line break, cells are quoted where they must be. */
export function formatCsv(rows: readonly (readonly string[])[], separator = ','): string {
  const special = new RegExp(`["\\r\\n${separator === '\\' ? '\\\\' : separator}]`);
  const cell = (text: string) => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => `${row.map(cell).join(separator)}\n`).join('');
}
