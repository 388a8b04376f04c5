// The builtin that reads what test runners write: JUnit XML.
import { decodeUtf8, parseXml, type XmlElement } from '../text/index.ts';
import { type Dict, display, isBytes, type Value } from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';

/** The test cases of a report; none when it is no XML. */
function casesOf(input: Value): readonly Dict[] {
  const text = isBytes(input) ? decodeUtf8(input, { lossy: true }) : display(input);
  const root = parseXml((text ?? '').replace(/^\uFEFF/, ''));
  return root === undefined ? [] : elementsOf(root, 'testcase').map(caseOf);
}

function elementsOf(element: XmlElement, name: string): XmlElement[] {
  if (element.name === name) return [element];
  return element.children.flatMap((child) => elementsOf(child, name));
}

function caseOf(element: XmlElement): Dict {
  const of = (name: string) => element.children.filter((child) => child.name === name);
  const text = (name: string) =>
    of(name)
      .map((child) => child.text.trim())
      .join('\n');
  const problems = [...of('failure'), ...of('error')];
  const name = element.attributes.get('name') ?? '';
  const suite = element.attributes.get('classname') ?? '';
  const seconds = Number(element.attributes.get('time')?.replaceAll(',', '') ?? 0);
  return {
    duration_ms: Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 1000)) : 0,
    message: orNil(problems.map(problemOf).join('\n')),
    name: suite === '' ? name : `${suite}::${name}`,
    status: statusOf((kind) => of(kind).length > 0),
    stderr: orNil(text('system-err')),
    stdout: orNil(text('system-out')),
  };
}

function statusOf(has: (kind: string) => boolean): string {
  if (has('error')) return 'errored';
  if (has('failure')) return 'failed';
  return has('skipped') ? 'skipped' : 'passed';
}

function problemOf({ attributes, text }: XmlElement): string {
  return [attributes.get('message') ?? '', text.trim()].filter((part) => part !== '').join('\n');
}

function orNil(text: string): string | null {
  return text === '' ? null : text;
}

export function junitRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'parse_junit_xml(input: any) -> list<dict>',
      {
        doc: 'The cases of a JUnit report as `{name, status, duration_ms, message, stdout, stderr}`; none when it is no XML.',
      },
      (_, input) => casesOf(input),
    ),
  ];
}
