// Types as people write them. What is printed can be read back by the parser of types, handles and literals included.
import { quoteText } from './quote.ts';
import type { FunctionType, LiteralType, ShapeType, Type } from './type.ts';

/** Deeper structure than this is cut: a message is not a data sheet. */
const MAX_DEPTH = 6;

/** `list<int>`, `{name: string, age?: int}`, `int | nil`, `fn(int) -> string`. */
export function typeText(type: Type, depth = 0): string {
  if (depth > MAX_DEPTH) return 'any';
  switch (type.kind) {
    case 'any':
    case 'unknown':
    case 'never':
      return type.kind;
    case 'primitive':
    case 'variable':
      return type.name;
    case 'literal':
      return literalText(type);
    case 'container':
      return withArguments(type.name, type.args, depth);
    case 'nominal':
    case 'alias':
      return withArguments(type.decl.name, type.args, depth);
    case 'shape':
      return shapeText(type, depth);
    case 'function':
      return functionText(type, depth);
    case 'union':
      return joined(type.members, ' | ', depth);
    case 'intersection':
      return joined(type.members, ' & ', depth);
    case 'tuple':
      return `(${type.elements.map((element) => typeText(element, depth + 1)).join(', ')})`;
    case 'handle':
      return handleName(type.path);
    case 'namespace':
      return type.decl.name;
  }
}

export function literalText({ value }: LiteralType): string {
  return typeof value === 'string' ? quoteText(value) : String(value);
}

function withArguments(name: string, args: readonly Type[], depth: number): string {
  if (args.every((arg) => arg.kind === 'any')) return name;
  return `${name}<${args.map((arg) => typeText(arg, depth + 1)).join(', ')}>`;
}

function shapeText({ fields }: ShapeType, depth: number): string {
  const parts = fields.map(({ name, optional, type }) => {
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : quoteText(name);
    return `${key}${optional ? '?' : ''}: ${typeText(type, depth + 1)}`;
  });
  return `{${parts.join(', ')}}`;
}

function functionText({ params, rest, returns }: FunctionType, depth: number): string {
  const parts = params.map(({ name, type, optional }) => {
    const text = typeText(type, depth + 1);
    return optional && name !== undefined ? `${name}?: ${text}` : text;
  });
  if (rest !== undefined) parts.push(`...${typeText(rest, depth + 1)}`);
  return `fn(${parts.join(', ')}) -> ${typeText(returns, depth + 1)}`;
}

/** Members that would read differently without them get parentheses. */
function joined(members: readonly Type[], by: string, depth: number): string {
  const isLoose = (type: Type) =>
    type.kind === 'function' || (by === ' & ' && type.kind === 'union');
  return members
    .map((member) => (isLoose(member) ? `(${typeText(member, depth)})` : typeText(member, depth)))
    .join(by);
}

/** `` → `Harness`, `code_index` → `HarnessCodeIndex`. */
function handleName(path: string): string {
  if (path === 'terminal') return 'HarnessTerminalSession';
  const words = path.split(/[_.]/).filter((word) => word !== '');
  return `Harness${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}
