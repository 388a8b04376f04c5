// A text as a string literal of the language.

/** With the escapes that the lexer reads back. */
export function quoteText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replaceAll('$', '\\$');
  return `"${escaped}"`;
}
