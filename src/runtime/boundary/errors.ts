// Errors of the host boundary (HOS): operations that nobody serves, arguments that do not fit, mocks, command policies.
import { defineErrors, row } from '../../base/index.ts';

export const boundaryErrors = defineErrors('HOS', {
  unknownOperation: row<{ operation: string; known: string }>({
    number: 1,
    message: ({ operation }) => `host_call: unsupported operation ${operation}`,
    hint: ({ known }) =>
      `${known}; further ones come from the embedding program (createRuntime({ hostCapabilities })) or, in tests, from host_mock`,
  }),
  badName: row<{ name: string }>({
    number: 2,
    message: ({ name }) =>
      `host_call: ${JSON.stringify(name)} is not the name of an operation (capability.operation)`,
  }),
  badParams: row<{ operation: string; detail: string }>({
    number: 3,
    message: ({ operation, detail }) => `${operation}: ${detail}`,
  }),
  mocked: row<{ text: string }>({ number: 4, message: ({ text }) => text }),
  badMock: row<{ detail: string }>({ number: 5, message: ({ detail }) => `host_mock: ${detail}` }),
  noMockScope: row<Record<string, never>>({
    number: 6,
    message: () => 'host_mock_pop_scope: no scope to pop',
    hint: 'every host_mock_pop_scope needs a host_mock_push_scope before it',
  }),
  unknownTool: row<{ name: string; known: string }>({
    number: 7,
    message: ({ name }) => `host_tool_call: the host has no tool ${JSON.stringify(name)}`,
    hint: ({ known }) =>
      known === '' ? 'this host has no tools; host_tool_list() is empty' : `it has ${known}`,
  }),
  noShell: row<{ asked: string; known: string }>({
    number: 8,
    message: ({ asked }) => `there is no shell ${JSON.stringify(asked)} on this machine`,
    hint: ({ known }) => `process.list_shells knows ${known === '' ? 'none' : known}`,
  }),
  beyondPolicy: row<{ operation: string }>({
    number: 9,
    message: ({ operation }) => `${operation} is outside of the capabilities of this policy`,
  }),
  badPolicy: row<{ detail: string }>({
    number: 10,
    message: ({ detail }) => `command_policy: ${detail}`,
  }),
  noPolicy: row<Record<string, never>>({
    number: 11,
    message: () => 'command_policy_pop: there is no policy to pop',
    hint: 'what was installed outside of this task is not taken away inside of it',
  }),
  badHook: row<{ hook: string; detail: string }>({
    number: 12,
    message: ({ hook, detail }) => `the ${hook} hook of a command policy ${detail}`,
  }),
  recursive: row<Record<string, never>>({
    number: 13,
    message: () => 'a hook of a command policy started a command',
    hint: 'declare `allow_recursive: true` where that is meant',
  }),
});
