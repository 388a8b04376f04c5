// Names coloured by what they mean, which a grammar of regular expressions cannot know.

import type { Binding, CheckedModule } from '../2-check/checked-module.ts';
import type { Node } from '../ast.ts';
import { type Occurrence, occurrencesIn } from './occurrences.ts';
import { childrenOf } from './tree.ts';

/** The order is the numbering that the protocol uses. */
export const TOKEN_TYPES = [
  'function',
  'method',
  'parameter',
  'variable',
  'property',
  'struct',
  'enum',
  'enumMember',
  'interface',
  'type',
  'decorator',
  'class',
] as const;

export const TOKEN_MODIFIERS = ['declaration', 'readonly', 'defaultLibrary'] as const;

export interface SemanticToken {
  readonly start: number;
  readonly length: number;
  readonly type: (typeof TOKEN_TYPES)[number];
  readonly modifiers: readonly (typeof TOKEN_MODIFIERS)[number][];
}

/** In source order, without overlaps. */
export function semanticTokens(module: CheckedModule): SemanticToken[] {
  const found = occurrencesIn(module).map(tokenOf);
  collect(module, module.module, found);
  found.sort((a, b) => a.start - b.start || b.length - a.length);
  let end = -1;
  return found.filter((token) => {
    if (token.start < end || token.length === 0) return false;
    end = token.start + token.length;
    return true;
  });
}

const TYPE_OF: { readonly [K in Binding['kind']]: SemanticToken['type'] } = {
  param: 'parameter',
  local: 'variable',
  moduleVar: 'variable',
  fn: 'function',
  tool: 'function',
  skill: 'class',
  evalPack: 'class',
  pipeline: 'function',
  struct: 'struct',
  enum: 'enum',
  interface: 'interface',
  typeAlias: 'type',
  builtin: 'function',
  harnessGlobal: 'variable',
  hostGlobal: 'variable',
};

const LIBRARY: ReadonlySet<Binding['kind']> = new Set(['builtin', 'harnessGlobal', 'hostGlobal']);

function tokenOf({ binding, span, role }: Occurrence): SemanticToken {
  const modifiers: SemanticToken['modifiers'][number][] = [];
  if (role === 'declaration') modifiers.push('declaration');
  const isVariable = binding.kind === 'local' || binding.kind === 'moduleVar';
  if (isVariable && !binding.mutable) modifiers.push('readonly');
  if (LIBRARY.has(binding.kind)) modifiers.push('defaultLibrary');
  const { start, end } = span;
  return { start, length: end - start, type: TYPE_OF[binding.kind], modifiers };
}

/** Members, fields and attributes: names without bindings. */
function collect(module: CheckedModule, node: Node, found: SemanticToken[]): void {
  const add = (
    { start, end }: { readonly start: number; readonly end: number },
    type: SemanticToken['type'],
    modifiers: SemanticToken['modifiers'] = [],
  ) => found.push({ start, length: end - start, type, modifiers });
  switch (node.kind) {
    case 'Member':
      add(node.nameSpan, isEnum(module, node.object) ? 'enumMember' : 'property');
      break;
    case 'MethodCall': {
      const target = module.calls.get(node)?.target.kind;
      const isLibrary = target === 'capability' || target === 'builtin';
      const type = target === 'enumVariant' ? 'enumMember' : 'method';
      add(node.nameSpan, type, isLibrary ? ['defaultLibrary'] : []);
      break;
    }
    case 'StructField':
      add(node.nameSpan, 'property', ['declaration']);
      break;
    case 'EnumVariant':
      add(node.nameSpan, 'enumMember', ['declaration']);
      break;
    case 'InterfaceMethod':
      add(node.nameSpan, 'method', ['declaration']);
      break;
    case 'Attribute':
      add(node.nameSpan, 'decorator');
      break;
    case 'ImplDeclaration':
      for (const method of node.methods) add(method.nameSpan, 'method', ['declaration']);
      break;
    default:
  }
  for (const child of childrenOf(node)) collect(module, child, found);
}

function isEnum(module: CheckedModule, node: Node): boolean {
  return module.uses.get(node)?.kind === 'enum';
}
