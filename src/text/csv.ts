// Comma-separated values (RFC 4180).

/** The rows of a CSV text. Quoted cells may hold separators, line ends and doubled quotes. Lines with nothing on them are no rows. */
export function parseCsv(text: string, separator = ','): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  /** Whether this cell had quotes: an empty cell in quotes makes a row, an empty line does not. */
  let wasQuoted = false;
  const endCell = () => {
    row.push(cell);
    cell = '';
  };
  const endRow = () => {
    if (row.length > 0 || cell !== '' || wasQuoted) {
      endCell();
      rows.push(row);
    }
    row = [];
    wasQuoted = false;
  };
  // Spreadsheets put a byte order mark in front.
  for (let i = text.startsWith('\u{feff}') ? 1 : 0; i < text.length; i += 1) {
    const char = text[i] as string;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (char === '"' && cell === '') {
      quoted = true;
      wasQuoted = true;
    } else if (text.startsWith(separator, i)) {
      endCell();
      i += separator.length - 1;
    } else if (char === '\n') endRow();
    else if (char !== '\r' || text[i + 1] !== '\n') cell += char;
  }
  endRow();
  return rows;
}

/** Rows as CSV; every row ends with a line break, cells are quoted where they must be. */
export function formatCsv(rows: readonly (readonly string[])[], separator = ','): string {
  const mustQuote = (text: string) => /["\r\n]/.test(text) || text.includes(separator);
  const cell = (text: string) => (mustQuote(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const line = (row: readonly string[]) =>
    row.length === 1 && row[0] === '' ? '""' : row.map(cell).join(separator);
  return rows.map((row) => `${line(row)}\n`).join('');
}
