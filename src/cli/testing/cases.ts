// The cases and fixtures of tests, from attributes: `@test(cases: [{name, args}], fixture: make)` is one test per case, whose
// arguments stand behind the harness and what the fixture gives; `@test_fixture(scope: file | case)` marks a fixture.
import type { Json } from '../../base/index.ts';
import type { FunctionCall } from '../../engine/index.ts';
import type { Node } from '../../lang/index.ts';
import {
  dictFrom,
  encodeValue,
  HarnDuration,
  makeFloat,
  makeInt,
  type Value,
} from '../../values/index.ts';
import { testErrors } from './errors.ts';

/** A function that tests are given the value of. */
export interface Fixture {
  readonly fn: string;
  readonly harness: boolean;
  /** `case`: made in the run of each test; `file`: made once, in a run of its own, and given as data. */
  readonly scope: 'case' | 'file';
}

/** One way to call a test. */
export interface TestCase {
  /** Undefined for the only one. */
  readonly name: string | undefined;
  readonly args: readonly Json[];
}

/** What the attribute of a test asks for; undefined when it is a plain one. */
export interface TestPlan {
  readonly harness: boolean;
  readonly fixture: Fixture | undefined;
  readonly cases: readonly TestCase[];
}

type Callable = Extract<Node, { readonly kind: 'PipelineDeclaration' | 'FunctionDeclaration' }>;
type Attribute = Callable['attributes'][number];
type AttributeValue = Attribute['args'][number]['value'];
type Param = Callable['params'][number];

/** Reads the plan of a test. What does not fit is an error that names the test. */
export function planOf(node: Callable, body: readonly Node[], file: string): TestPlan | undefined {
  const test = node.attributes.find(({ name }) => name === 'test');
  const cases = argumentOf(test, 'cases');
  const fixture = argumentOf(test, 'fixture');
  if (cases === undefined && fixture === undefined) return undefined;
  const refuse = (detail: string): never => {
    throw testErrors.badPlan({ file, test: node.name, detail });
  };
  const params = takesHarness(node.params) ? node.params.slice(1) : node.params;
  const own = fixture === undefined ? params : params.slice(1);
  return {
    harness: takesHarness(node.params),
    fixture: fixture === undefined ? undefined : fixtureOf(fixture, body, refuse),
    cases: cases === undefined ? [{ name: undefined, args: [] }] : casesOf(cases, own, refuse),
  };
}

/** How a test is called; `made` is the value of a fixture of the whole file. */
export function callOf(plan: TestPlan, { args }: TestCase, made?: Json): FunctionCall {
  const { harness, fixture } = plan;
  if (fixture === undefined) return { harness, args };
  if (fixture.scope === 'file') return { harness, args: [made ?? null, ...args] };
  return { harness, setup: { fn: fixture.fn, harness: fixture.harness }, args };
}

function argumentOf(attribute: Attribute | undefined, name: string): AttributeValue | undefined {
  return attribute?.args.find((each) => each.name === name)?.value;
}

function takesHarness([first]: readonly Param[]): boolean {
  if (first === undefined) return false;
  const { name, type } = first;
  return (
    (type?.kind === 'NamedType' && type.name === 'Harness') ||
    name === 'harness' ||
    name === '_harness'
  );
}

type Refuse = (detail: string) => never;

function fixtureOf(value: AttributeValue, body: readonly Node[], refuse: Refuse): Fixture {
  const name = nameIn(value) ?? refuse('the fixture must be the name of a function');
  const found = body.find(
    (node): node is Callable => node.kind === 'FunctionDeclaration' && node.name === name,
  );
  const mark = found?.attributes.find((each) => each.name === 'test_fixture');
  if (found === undefined || mark === undefined) {
    return refuse(`the file has no function ${name} with @test_fixture before it`);
  }
  const asked = argumentOf(mark, 'scope');
  const scope = asked === undefined ? 'case' : nameIn(asked);
  if (scope !== 'case' && scope !== 'file') {
    return refuse(`the scope of ${name} must be file or case`);
  }
  return { fn: name, harness: found.params.length > 0, scope };
}

function nameIn(value: AttributeValue): string | undefined {
  if (value.kind === 'path') return value.name;
  const text = value.kind === 'literal' ? value.value : undefined;
  return text?.kind === 'StringLiteral' ? text.value : undefined;
}

function casesOf(value: AttributeValue, params: readonly Param[], refuse: Refuse): TestCase[] {
  if (value.kind !== 'list' || value.items.length === 0)
    return refuse('cases must be a list that is not empty');
  const names = new Set<string>();
  return value.items.map((item, i) => {
    if (item.kind !== 'dict') return refuse(`case ${i + 1} must be {name, args}`);
    const entry = (key: string) => item.entries.find((each) => each.name === key)?.value;
    const given = entry('name');
    const name =
      given === undefined
        ? `${i + 1}`
        : (nameIn(given) ?? refuse(`the name of case ${i + 1} must be text`));
    if (names.has(name)) refuse(`there are two cases ${name}`);
    names.add(name);
    return { name, args: argsOf(entry('args'), params, name, refuse) };
  });
}

/** The arguments of a case: a list in the order of the parameters, or a dict by their names. */
function argsOf(
  value: AttributeValue | undefined,
  params: readonly Param[],
  name: string,
  refuse: Refuse,
): Json[] {
  if (value === undefined) return [];
  if (value.kind === 'list') {
    if (value.items.length > params.length && !params.some(({ rest }) => rest)) {
      refuse(`case ${name} has ${value.items.length} arguments for ${params.length} parameters`);
    }
    return value.items.map((item) => encodeValue(attributeData(item, refuse)));
  }
  if (value.kind !== 'dict')
    return refuse(`the arguments of case ${name} must be a list, or a dict by parameter`);
  const byName = new Map(value.entries.map((each) => [each.name, each.value]));
  const stranger = [...byName.keys()].find((key) => !params.some((param) => param.name === key));
  if (stranger !== undefined) refuse(`case ${name} names ${stranger}, which is no parameter`);
  return params.map((param) => {
    const given = byName.get(param.name);
    return given === undefined ? null : encodeValue(attributeData(given, refuse));
  });
}

/** What an attribute says, as a value. */
function attributeData(value: AttributeValue, refuse: Refuse): Value {
  switch (value.kind) {
    case 'literal':
      return literalOf(value.value);
    case 'list':
      return value.items.map((item) => attributeData(item, refuse));
    case 'dict':
      return dictFrom(
        value.entries.map((each) => [each.name ?? '', attributeData(each.value, refuse)]),
      );
    default:
      return refuse(`${value.name} is not a value; arguments are literals, lists and dicts`);
  }
}

function literalOf(literal: Extract<AttributeValue, { readonly kind: 'literal' }>['value']): Value {
  switch (literal.kind) {
    case 'IntLiteral':
      return makeInt(literal.value);
    case 'FloatLiteral':
      return makeFloat(literal.value);
    case 'DurationLiteral':
      return new HarnDuration(literal.ms);
    case 'NilLiteral':
      return null;
    default:
      return literal.value;
  }
}
