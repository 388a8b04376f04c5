// Errors of the test commands: what was asked for cannot be tested. How a test ended is data, not an error.
import { defineErrors, row } from '../../base/index.ts';

export const testErrors = defineErrors('TST', {
  noTests: row<{ where: string }>({
    number: 1,
    message: ({ where }) => `there are no tests in ${where}`,
    hint: 'a test is a pipeline whose name begins with test_, or a pipeline or function with @test before it',
  }),
  noneSelected: row<{ filter: string; count: number }>({
    number: 2,
    message: ({ filter, count }) => `--filter ${filter} fits none of ${count} tests`,
    hint: 'a part of a name, names with * and ?, several separated by |, or re: and a regular expression',
  }),
  noSuchPath: row<{ path: string }>({
    number: 3,
    message: ({ path }) => `there is nothing at ${path}`,
    hint: 'name a .harn file or a directory',
  }),
  noCases: row<{ where: string }>({
    number: 4,
    message: ({ where }) => `there are no conformance cases in ${where}`,
    hint: 'a case is a .harn file with .expected or .error beside it',
  }),
  networkIsOff: row<{ url: string }>({
    number: 5,
    message: ({ url }) => `tests have no network: ${url} was not asked`,
    hint: 'prepare the answer with a mock, or run with --allow-net',
  }),
  timedOut: row<{ limit: string }>({
    number: 6,
    message: ({ limit }) => `the test was still running after ${limit}`,
    hint: 'give it more time with --timeout, or look for what it waits for',
  }),
  waitsForPeople: row<{ reason: string }>({
    number: 7,
    message: ({ reason }) => `the test came to no end: ${reason}`,
    hint: 'nobody answers in a test; prepare the answer with a mock',
  }),
  badMocks: row<{ path: string; line: number; reason: string }>({
    number: 8,
    message: ({ path, line, reason }) => `line ${line} of ${path} is not JSON: ${reason}`,
    hint: 'it holds one prepared answer of a model per line',
  }),
  badMock: row<{ path: string; line: number; reason: string }>({
    number: 14,
    message: ({ path, line, reason }) => `line ${line} of ${path}: ${reason}`,
    hint: 'it holds one prepared answer of a model per line',
  }),
  noScenario: row<{ path: string }>({
    number: 9,
    message: ({ path }) => `there is no scenario at ${path}`,
  }),
  badPlan: row<{ file: string; test: string; detail: string }>({
    number: 10,
    message: ({ file, test, detail }) => `@test of ${test} in ${file}: ${detail}`,
    hint: '@test(cases: [{name: "one", args: [1, 2]}], fixture: make), with @test_fixture(scope: file) before the function make',
  }),
  fixtureFailed: row<{ fixture: string; reason: string }>({
    number: 11,
    message: ({ fixture, reason }) => `the fixture ${fixture} failed: ${reason}`,
  }),
  differs: row<{ what: string }>({
    number: 12,
    message: ({ what }) => `the second run of the test differs from the first: ${what}`,
    hint: 'what depends on time, chance or order makes a run differ; script it with a scenario, or take it from an effect',
  }),
  noRecording: row<{ path: string }>({
    number: 13,
    message: ({ path }) => `no answers of models are kept in ${path}`,
    hint: 'record them with harn test --record',
  }),
});
