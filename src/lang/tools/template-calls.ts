// Where a program fills a prompt template whose file it names: `render("hi.prompt", {name: x})`. What is only known while
// running is left out.
import type { Span } from '../../base/index.ts';
import type { CheckedModule } from '../2-check/checked-module.ts';
import type { DictLiteral, Expression } from '../ast.ts';
import { walk } from './walk.ts';

/** A name that a template is given. */
export interface TemplateBinding {
  readonly name: string;
  readonly span: Span;
  readonly value: Expression;
  /** Its place among the entries of the dict. */
  readonly index: number;
}

/** What a template is given, as far as it is written. */
export interface TemplateBindings {
  readonly node: DictLiteral;
  readonly names: readonly TemplateBinding[];
  /** Whether these are all names that there are. */
  readonly isWhole: boolean;
}

export interface TemplateCall {
  readonly path: string;
  readonly span: Span;
  /** Undefined: the dict is not written here, or there is none. */
  readonly bindings: TemplateBindings | undefined;
}

const RENDER = 'fs.render_prompt';

/** The calls of a module that name their template. */
export function templateCalls({ module, calls }: CheckedModule): readonly TemplateCall[] {
  const found: TemplateCall[] = [];
  walk(module, (node) => {
    if (node.kind !== 'Call' && node.kind !== 'MethodCall') return;
    const target = calls.get(node)?.target;
    if (target?.kind !== 'builtin' && target?.kind !== 'capability') return;
    if (target.spec.name !== RENDER) return;
    const [path, bindings] = node.args;
    if (path?.kind !== 'StringLiteral') return;
    found.push({ path: path.value, span: path.span, bindings: bindingsOf(bindings) });
  });
  return found;
}

function bindingsOf(node: { readonly kind: string } | undefined): TemplateBindings | undefined {
  if (node?.kind !== 'DictLiteral') return undefined;
  const dict = node as DictLiteral;
  let isWhole = true;
  const names = dict.entries.flatMap((entry, index): readonly TemplateBinding[] => {
    if (entry.kind === 'DictEntry' && entry.key.kind === 'StringLiteral') {
      const { key, value } = entry;
      return [{ name: key.value, span: key.span, value, index }];
    }
    isWhole = false;
    return [];
  });
  return { node: dict, names, isWhole };
}
