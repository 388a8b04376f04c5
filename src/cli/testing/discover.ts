// Finding tests: pipelines named `test_…`, and pipelines and functions with `@test` before them.
import { LineIndex, type Source, type Span } from '../../base/index.ts';
import { parse } from '../../lang/index.ts';
import { planOf, type TestPlan } from './cases.ts';

/** A test as it stands in its file. */
export interface TestPipeline {
  readonly name: string;
  /** Where its name is; counted from 1. */
  readonly line: number;
  /** The whole declaration. */
  readonly span: Span;
  readonly kind: 'pipeline' | 'function';
  /** Cases and a fixture, when its attribute names any. */
  readonly plan: TestPlan | undefined;
}

/** The tests of a source, in its order. A source that cannot be read to its end has those before the mistake. */
export function testsIn(source: Source): TestPipeline[] {
  if (!/\btest_|@test\b/.test(source.text)) return [];
  const { body } = parse(source).module;
  const index = new LineIndex(source.text);
  return body.flatMap((node): TestPipeline[] => {
    if (node.kind !== 'PipelineDeclaration' && node.kind !== 'FunctionDeclaration') return [];
    const { name, nameSpan, attributes, span } = node;
    const kind = node.kind === 'PipelineDeclaration' ? 'pipeline' : 'function';
    const isNamed = kind === 'pipeline' && name.startsWith('test_');
    const isTest = isNamed || attributes.some((each) => each.name === 'test');
    if (!isTest) return [];
    const { line } = index.positionOf(nameSpan.start);
    return [{ name, kind, line, span, plan: planOf(node, body, source.id) }];
  });
}
