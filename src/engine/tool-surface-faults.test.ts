// Tool surfaces that are written down whole are judged by a check; what is only known while running is not.
import { expect, it } from 'vitest';
import { createChecker } from './checker-load.ts';
import type { SourceFs } from './loader.ts';

async function told(text: string): Promise<readonly string[]> {
  const fs: SourceFs = {
    kind: (file) => (file === '/p/main.harn' ? 'file' : undefined),
    read: () => new TextEncoder().encode(text),
    realPath: (file) => file,
  };
  const checker = await createChecker({ cwd: '/p', fs });
  const { diagnostics, latent } = await checker.check('main.harn');
  expect(latent).toEqual([]);
  return diagnostics.map(({ severity, code, span }) => {
    const piece = text.slice(span.start, span.end).slice(0, 14);
    return `${severity} ${code.replace('TOOL_SURFACE_', '')} ${piece}`;
  });
}

const LOOK = '{name: "look", parameters: {path: "string"}, handler: { args -> args }}';
const RUN =
  '{name: "run", parameters: {}, handler: { args -> 1 }, annotations: {kind: "execute", side_effect_level: "process_exec", emits_artifacts: true}}';

it.each<[string, readonly string[]]>([
  [`log(tool_surface_validate({tools: [${LOOK}], system: "Use look({path: 1})."}))`, []],
  [
    `log(tool_surface_validate({tools: [${LOOK}], system: "Use find({path: 1})."}))`,
    ['warning UNKNOWN_PROMPT_TOOL {tools: [{name'],
  ],
  [`log(agent_loop("go", nil, {tools: [${RUN}]}))`, ['error MISSING_RESULT_READER {name: "run", ']],
  [
    `const tools = [${LOOK}]\nconst SYSTEM = "Use find({a: 1})."\nlog(agent_loop("go", SYSTEM, {tools: tools, approval_policy: {auto_deny: ["lok"]}}))`,
    [
      'warning APPROVAL_PATTERN_NO_MATCH {tools: tools,',
      'warning UNKNOWN_PROMPT_TOOL {tools: tools,',
    ],
  ],
  [
    `log(agent_loop("go", "Use \`look\`.", {tools: [${LOOK}], policy: {tools: ["other"]}}))`,
    ['warning PROMPT_TOOL_NOT_IN_POLICY {name: "look",'],
  ],
  [
    'log(agent_loop("go", "<!-- harn-tool-surface: ignore-next-line -->\\nfind({a: 1})", {tools: []}))',
    [],
  ],
])('%s', async (text, expected) => {
  expect(await told(text)).toEqual(expected);
});

it.each([
  // Tools that are made while running, servers that bring some, prompts and policies that are computed.
  `let more = [${LOOK}]\nlog(agent_loop("go", "Use find({a: 1}).", {tools: more}))\nmore = []`,
  `log(agent_loop("go", "Use find({a: 1}).", {tools: [${LOOK}], mcp_servers: []}))`,
  `fn f() { return ${LOOK} }\nlog(tool_surface_validate({tools: [f()], system: "find({a: 1})"}))`,
  `fn f() { return {} }\nlog(agent_loop("go", nil, {tools: [${RUN}], ...f()}))`,
  `fn f() { return {} }\nlog(agent_loop("go", "find({a: 1})", {tools: [${LOOK}], policy: f()}))`,
])('is silent about what is not known: %s', async (text) => {
  expect(await told(text)).toEqual([]);
});
