// What a file offers to others, said by `pub`: the older edition offers every function of a file that marks none, and
// every type.
import type { CheckedModule } from '../../2-check/checked-module.ts';
import type { Node, Statement } from '../../ast.ts';
import type { Edit } from '../edits.ts';

const WORDS: { readonly [kind: string]: string } = {
  FunctionDeclaration: 'fn',
  ToolDeclaration: 'tool',
  SkillDeclaration: 'skill',
  EvalPackDeclaration: 'eval_pack',
  PipelineDeclaration: 'pipeline',
  StructDeclaration: 'struct',
  EnumDeclaration: 'enum',
  InterfaceDeclaration: 'interface',
  TypeDeclaration: 'type',
};

/** The names that must be `pub` in the later edition: all of a library, of a program those that others use. */
export function namesToExport(
  checked: CheckedModule,
  usedByOthers: ReadonlySet<string>,
): ReadonlySet<string> {
  const own = [...checked.topLevel.keys()].filter((name) => {
    if (usedByOthers.has(name)) return true;
    return !isProgram(checked) && checked.exports.get(name)?.moduleId === checked.source.id;
  });
  return new Set(own);
}

/** Whether running the file would do something. */
export function isProgram({ entry, module }: CheckedModule): boolean {
  return (
    entry.kind !== 'script' ||
    module.body.some(({ kind }) => !kind.endsWith('Declaration') && kind !== 'LetStatement')
  );
}

export function exportEdits(checked: CheckedModule, wanted: ReadonlySet<string>): Edit[] {
  return checked.module.body.flatMap((statement) => {
    if (!('pub' in statement) || statement.pub || !('name' in statement)) return [];
    if (!wanted.has(statement.name)) return [];
    const start = wordOf(statement, checked.source.text);
    return start === undefined ? [] : [{ start, end: start, text: 'pub ' }];
  });
}

/** Where the word of a declaration begins; attributes and comments stand before it. */
function wordOf(statement: Statement & { readonly nameSpan: Node['span'] }, text: string) {
  const word = WORDS[statement.kind];
  if (word === undefined) return undefined;
  const at = text.lastIndexOf(word, statement.nameSpan.start - 1);
  const isGenerator = statement.kind === 'FunctionDeclaration' && statement.generator;
  const start = isGenerator ? text.lastIndexOf('gen', at) : at;
  return start < statement.span.start ? undefined : start;
}
