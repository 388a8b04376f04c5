// Rules about the text of a source file that the linter has no rule for: how it opens, how it is named, and that
// unfinished work points to an issue.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*\.ts$/;
const OPENING = /^(?:#!.*\n)?(?:\/\/|\/\*)/;
const UNTRACKED = /(?:\/\/|\/\*|^\s*\*).*\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))/;

/** Violations in the text of one file, as `{ rule, file, line, message }`. */
export function checkText(root, file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  const found = [];
  const add = (rule, line, message) => found.push({ rule, file, line, message });
  if (!KEBAB.test(path.basename(file))) add('file-name', 1, 'file names are kebab-case');
  // Tests speak through their titles.
  if (!file.endsWith('.test.ts') && !OPENING.test(text))
    add('header', 1, 'a file opens with a comment that says what it owns');
  for (const [i, line] of text.split('\n').entries()) {
    if (UNTRACKED.test(line)) add('todo', i + 1, 'unfinished work names its issue: TODO(#123)');
  }
  return found;
}
