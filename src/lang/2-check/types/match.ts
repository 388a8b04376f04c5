// Match: what each arm knows of the subject, and whether the arms cover a closed set of cases.
import type { Expression, Match, MatchArm, MatchPattern } from '../../ast.ts';
import { literalText } from './display.ts';
import { matchErrors } from './errors.ts';
import { alternatives, expand } from './expand.ts';
import type { Changes } from './flow.ts';
import { propertyType } from './members.ts';
import { byTag, literalOf, refine, refineLiteral } from './narrow.ts';
import { narrowPlace, typeOfPlace } from './references.ts';
import { isNil, type LiteralType, literal, NIL, type Type } from './type.ts';
import { filterUnion, membersOf, unionOf } from './union.ts';
import type { Walk } from './walk.ts';

/** The value of whichever arm ran. A match that covers everything leaves when all its arms leave. */
export function inferMatch(walk: Walk, node: Match): Type {
  const { flow } = walk;
  const subject = walk.infer(node.subject);
  const cases = casesOf(walk, node.subject, subject);
  const start = flow.mark();
  const types: Type[] = [];
  const open: Changes[] = [];
  for (const arm of node.arms) {
    const mark = flow.mark();
    const matched = narrowSubject(walk, node.subject, subject, arm.pattern);
    walk.bindMatch(arm.pattern, matched);
    if (arm.guard !== undefined) {
      walk.infer(arm.guard);
      refine(walk, arm.guard, true);
    }
    const type = walk.block(arm.body);
    const changes = flow.take(mark);
    types.push(type);
    if (type.kind !== 'never') open.push(changes);
    if (arm.guard === undefined) excludePattern(walk, node.subject, arm.pattern);
  }
  const isTotal = checkCoverage(walk, node, cases);
  reportDuplicates(walk, node);
  const value = unionOf(types);
  flow.undo(start);
  // When no arm matches, a run stops; but only a match that is known to be total promises not to go on.
  if (!isTotal) open.push(new Map());
  flow.join(open);
  return value.kind === 'never' && !isTotal ? NIL : value;
}

/** Takes into the flow that the subject matched; gives its type in the arm. */
function narrowSubject(walk: Walk, node: Expression, type: Type, pattern: MatchPattern): Type {
  const values = literalsOf(pattern);
  if (values !== undefined) {
    narrowToLiterals(walk, node, values);
    return type;
  }
  if (pattern.kind === 'ValuePattern' && pattern.value.kind === 'NilLiteral') {
    if (alternatives(type).some(isNil)) narrowPlace(walk, node, NIL);
    return NIL;
  }
  if (pattern.kind === 'DictMatchPattern') {
    let narrowed = type;
    for (const { key, pattern: inner } of pattern.fields) {
      const [value, ...others] = literalsOf(inner) ?? [];
      if (value !== undefined && others.length === 0) narrowed = byTag(narrowed, key, value, true);
    }
    if (narrowed !== type) narrowPlace(walk, node, narrowed);
    return narrowed;
  }
  return typeOfSubject(walk, node, type);
}

/** A place may be known better by now than when the subject was evaluated: earlier arms have excluded cases. */
function typeOfSubject(walk: Walk, node: Expression, type: Type): Type {
  const now = typeOfPlace(walk, node);
  return now.kind === 'any' ? type : now;
}

/** Several alternatives: the union of what each of them leaves. */
function narrowToLiterals(walk: Walk, node: Expression, values: readonly LiteralType[]): void {
  const { flow } = walk;
  const branches = values.map((value) => {
    const mark = flow.mark();
    refineLiteral(walk, node, value, true);
    return flow.take(mark);
  });
  flow.join(branches);
}

/** Later arms only see what this one did not take. */
function excludePattern(walk: Walk, node: Expression, pattern: MatchPattern): void {
  for (const value of literalsOf(pattern) ?? []) refineLiteral(walk, node, value, false);
  if (pattern.kind === 'ValuePattern' && pattern.value.kind === 'NilLiteral') {
    const type = typeOfPlace(walk, node);
    if (alternatives(type).some(isNil))
      narrowPlace(
        walk,
        node,
        filterUnion(expand(type), (member) => !isNil(member)),
      );
  }
}

/** The literals that a pattern consists of; undefined when it has other parts. */
function literalsOf(pattern: MatchPattern): readonly LiteralType[] | undefined {
  if (pattern.kind === 'ValuePattern') {
    const value = literalOf(pattern.value);
    return value === undefined ? undefined : [value];
  }
  if (pattern.kind !== 'OrPattern') return undefined;
  const all = pattern.alternatives.map(literalsOf);
  return all.some((each) => each === undefined) ? undefined : all.flatMap((each) => each ?? []);
}

// -------------------------------------------------------------- exhaustiveness

/** A closed set of cases, by what messages call it. */
interface Cases {
  readonly on: string;
  readonly names: readonly string[];
  /** The case that a pattern covers. */
  covers(pattern: MatchPattern): string | undefined;
}

/** Reports missing cases; whether the arms are known to cover everything. */
function checkCoverage(walk: Walk, node: Match, cases: Cases | undefined): boolean {
  if (node.arms.some(isCatchAll)) return true;
  if (cases === undefined) return false;
  const covered = new Set<string>();
  for (const arm of node.arms) {
    if (arm.guard !== undefined) continue;
    const patterns = arm.pattern.kind === 'OrPattern' ? arm.pattern.alternatives : [arm.pattern];
    for (const pattern of patterns) {
      const name = cases.covers(pattern);
      if (name !== undefined) covered.add(name);
    }
  }
  const missing = cases.names.filter((name) => !covered.has(name));
  if (missing.length === 0) return true;
  const texts = missing.map((name) => (name.startsWith('=') ? name.slice(1) : `"${name}"`));
  const problem = { on: cases.on, missing: texts.join(', ') };
  walk.error(matchErrors.missingVariants(problem, { span: node.subject.span }));
  return true;
}

/** A literal that an earlier arm takes whatever happens. */
function reportDuplicates(walk: Walk, { arms }: Match): void {
  const taken = new Set<string>();
  for (const { pattern, guard } of arms) {
    const values = (literalsOf(pattern) ?? []).map(literalText);
    if (values.length > 0 && values.every((value) => taken.has(value)))
      walk.warn(matchErrors.duplicateArm({ pattern: values.join(' | ') }, { span: pattern.span }));
    if (guard === undefined) for (const value of values) taken.add(value);
  }
}

function isCatchAll({ pattern, guard }: MatchArm): boolean {
  return (
    guard === undefined && (pattern.kind === 'WildcardPattern' || pattern.kind === 'BindPattern')
  );
}

function casesOf(walk: Walk, node: Expression, subject: Type): Cases | undefined {
  const open = expand(subject);
  if (open.kind === 'nominal' && open.decl.node.kind === 'EnumDeclaration')
    return enumCases(open.decl.name, open.decl.members?.variants.map((each) => each.name) ?? []);
  if (open.kind === 'container' && open.name === 'Result')
    return enumCases('Result', ['Ok', 'Err']);
  return taggedCases(walk, node) ?? literalCases(open);
}

function enumCases(name: string, variants: readonly string[]): Cases | undefined {
  if (variants.length === 0) return undefined;
  return {
    on: `enum ${name}`,
    names: variants,
    covers: (pattern) =>
      pattern.kind === 'VariantPattern' && coversPayload(pattern) ? pattern.variant : undefined,
  };
}

/** A variant is covered when its payload patterns take anything. */
function coversPayload(pattern: Extract<MatchPattern, { kind: 'VariantPattern' }>): boolean {
  return (pattern.args ?? []).every(
    (arg) => arg.kind === 'BindPattern' || arg.kind === 'WildcardPattern',
  );
}

/** `match value.tag` where the tag tells the members of the value's union apart, or is an enum's variant. */
function taggedCases(walk: Walk, node: Expression): Cases | undefined {
  if (node.kind !== 'Member') return undefined;
  const object = expand(typeOfPlace(walk, node.object));
  if (object.kind === 'nominal' && object.decl.node.kind === 'EnumDeclaration') {
    if (node.name !== 'variant') return undefined;
    const names = object.decl.members?.variants.map((each) => each.name) ?? [];
    return { on: `enum ${object.decl.name}`, names, covers: coveredText };
  }
  if (object.kind !== 'union') return undefined;
  const tags = object.members.map((member) => propertyType(expand(member), node.name));
  const isTagged = tags.every((tag) => tag?.kind === 'literal');
  if (!isTagged) return undefined;
  const names = tags.map((tag) => caseName(tag as LiteralType));
  return { on: 'tagged shape union', names, covers: coveredText };
}

function literalCases(type: Type): Cases | undefined {
  const members = membersOf(type);
  if (members.length < 2 || !members.every((m) => m.kind === 'literal' || isNil(m)))
    return undefined;
  const names = members.map((m) => (m.kind === 'literal' ? caseName(m) : '=nil'));
  return { on: 'literal union', names, covers: coveredText };
}

/** Strings by themselves; other literals with a mark, because they are shown without quotes. */
function caseName(value: LiteralType): string {
  return typeof value.value === 'string' ? value.value : `=${literalText(value)}`;
}

function coveredText(pattern: MatchPattern): string | undefined {
  if (pattern.kind !== 'ValuePattern') return undefined;
  if (pattern.value.kind === 'NilLiteral') return '=nil';
  const value = literalOf(pattern.value);
  return value === undefined ? undefined : caseName(literal(value.value));
}
