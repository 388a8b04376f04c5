// `let`, `var` and `const` in the later spelling: what never changes is `const`, the rest is `let`. Whether a name may be
// assigned to, and declared again, stays as it was.
import type { CheckedModule } from '../../2-check/checked-module.ts';
import { namesOf } from '../../2-check/patterns.ts';
import type { LetStatement, Node } from '../../ast.ts';
import type { Edit } from '../edits.ts';
import { walk } from '../walk.ts';

interface Variable {
  readonly node: LetStatement;
  /** What it is a statement of: a name may be declared again in the same list. */
  readonly list: Node | undefined;
}

export function bindingEdits(checked: CheckedModule): Edit[] {
  const variables: Variable[] = [];
  walk(checked.module, (node, around) => {
    if (node.kind === 'LetStatement') variables.push({ node, list: around.at(-1) });
  });
  const again = declaredAgain(variables);
  const edits: Edit[] = [];
  for (const { node } of variables) {
    const { binding, span, pub } = node;
    const word = laterWord(checked, node, again);
    if (word === binding) continue;
    const start = pub
      ? checked.source.text.indexOf(binding, span.start + 'pub'.length)
      : span.start;
    edits.push({ start, end: start + binding.length, text: word });
  }
  return edits;
}

function laterWord(
  checked: CheckedModule,
  node: LetStatement,
  again: ReadonlySet<LetStatement>,
): LetStatement['binding'] {
  const isFixed = node.binding === 'const' || (node.binding === 'let' && checked.edition === '0.7');
  if (isFixed) return 'const';
  const names = [...namesOf(node.pattern)].filter(({ name }) => name !== '_');
  const changes = names.some((name) => checked.declares.get(name)?.reassigned !== false);
  return changes || again.has(node) ? 'let' : 'const';
}

/** Statements that share a name with another one of their list. */
function declaredAgain(variables: readonly Variable[]): ReadonlySet<LetStatement> {
  const found = new Set<LetStatement>();
  const byList = new Map<Node | undefined, Map<string, LetStatement>>();
  for (const { node, list } of variables) {
    const known = byList.get(list) ?? new Map<string, LetStatement>();
    byList.set(list, known);
    for (const { name } of namesOf(node.pattern)) {
      const earlier = known.get(name);
      if (earlier !== undefined && earlier !== node && name !== '_') {
        found.add(earlier);
        found.add(node);
      }
      known.set(name, node);
    }
  }
  return found;
}
