// Finding tests: pipelines named `test_…`, and pipelines with `@test` before them.
import { LineIndex, type Source, type Span } from '../../base/index.ts';
import { parse } from '../../lang/index.ts';

/** A test as it stands in its file. */
export interface TestPipeline {
  readonly name: string;
  /** Where its name is; counted from 1. */
  readonly line: number;
  /** The whole declaration. */
  readonly span: Span;
}

/** The tests of a source, in its order. A source that cannot be read to its end has those before the mistake. */
export function testsIn(source: Source): TestPipeline[] {
  if (!/\btest_|@test\b/.test(source.text)) return [];
  const { body } = parse(source).module;
  const index = new LineIndex(source.text);
  return body.flatMap((node): TestPipeline[] => {
    if (node.kind !== 'PipelineDeclaration') return [];
    const { name, nameSpan, attributes, span } = node;
    const isTest = name.startsWith('test_') || attributes.some((each) => each.name === 'test');
    return isTest ? [{ name, line: index.positionOf(nameSpan.start).line, span }] : [];
  });
}
