// Test results as JUnit XML, the format that build servers read.

/** One test, for a report. */
export interface JunitCase {
  /** The file it stands in. */
  readonly suite: string;
  readonly name: string;
  readonly ms: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What went wrong; undefined when it passed. */
  readonly failure: { readonly message: string; readonly text: string } | undefined;
}

/** The report: one suite for each file, in the order of the cases. */
export function junitXml(cases: readonly JunitCase[]): string {
  const suites = new Map<string, JunitCase[]>();
  for (const each of cases) {
    const members = suites.get(each.suite) ?? [];
    suites.set(each.suite, members);
    members.push(each);
  }
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="harn"${counts(cases)}>`,
    ...[...suites].flatMap(([name, members]) => suiteLines(name, members)),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function suiteLines(name: string, cases: readonly JunitCase[]): string[] {
  return [
    `  <testsuite name="${xml(name)}"${counts(cases)}>`,
    ...cases.flatMap(caseLines),
    '  </testsuite>',
  ];
}

function counts(cases: readonly JunitCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const ms = cases.reduce((sum, each) => sum + each.ms, 0);
  return ` tests="${cases.length}" failures="${failures}" errors="0" time="${seconds(ms)}"`;
}

function caseLines({ suite, name, ms, failure, stdout, stderr }: JunitCase): string[] {
  const head = `    <testcase classname="${xml(suite)}" name="${xml(name)}" time="${seconds(ms)}"`;
  const inner = [
    ...(failure === undefined
      ? []
      : [`      <failure message="${xml(failure.message)}">${xml(failure.text)}</failure>`]),
    ...(stdout === '' ? [] : [`      <system-out>${xml(stdout)}</system-out>`]),
    ...(stderr === '' ? [] : [`      <system-err>${xml(stderr)}</system-err>`]),
  ];
  return inner.length === 0 ? [`${head}/>`] : [`${head}>`, ...inner, '    </testcase>'];
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

/** Characters that XML 1.0 cannot hold at all, halves of pairs among them; built from numbers, as control characters in a literal look wrong. */
const FORBIDDEN = new RegExp(
  `[${[
    [0, 8],
    [11, 12],
    [14, 31],
    [0xd800, 0xdfff],
    [0xfffe, 0xffff],
  ]
    .map(
      ([from, to]) => `${String.fromCharCode(from as number)}-${String.fromCharCode(to as number)}`,
    )
    .join('')}]`,
  'gu',
);

function xml(text: string): string {
  return text
    .replaceAll(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
