// Prompt templates in files: whose folder a path starts from, assets of the project, includes, and what is read again.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { printed, survivesKills } from './scene.ts';

const FILES = {
  '/work/harn.toml': '[asset_roots]\nparts = "common/parts"\nout = "../elsewhere"\n',
  '/work/app/hi.prompt': 'Hi {{ name }}',
  '/work/app/lib/hi.prompt': 'Lib {{ name }}',
  '/work/common/parts/foot.prompt': '-- {{ name }}',
  '/work/app/page.prompt': '{{ include "hi.prompt" }} {{ include "@parts/foot.prompt" }}',
  '/work/app/list.prompt': '{{ for f in files }}{{ include f }};{{ end }}',
  '/work/app/a.prompt': '{{ include "lib/b.prompt" }}',
  '/work/app/lib/b.prompt': '{{ include "../a.prompt" }}',
};
const newHost = () => createMockHost({ files: FILES });
const print = (body: string, modules = {}) =>
  printed({ text: `pipeline main(harness: Harness) {\n${body}\n}`, modules }, newHost());

describe('a template file', () => {
  it('is found beside the file that renders it, imported or not', async () => {
    const text = `import "lib/greet"
pipeline main() {
  println(render("hi.prompt", {name: "Ada"}))
  println(greet("Ada"))
  println(source_dir())
}`;
    const modules = {
      'app/lib/greet.harn':
        'pub fn greet(name) { return render_prompt("hi.prompt", {name: name}) }',
    };
    expect(await printed({ text, modules }, newHost())).toEqual(['Hi Ada', 'Lib Ada', '/work/app']);
  });

  it('is found from the root of the project and from its named roots', async () => {
    const lines = await print(`
  println(render("@/app/hi.prompt", {name: "Ada"}))
  println(harness.fs.render_prompt("@parts/foot.prompt", {name: "Ada"}))
  println(project_root())`);
    expect(lines).toEqual(['Hi Ada', '-- Ada', '/work']);
  });

  it('includes others relative to itself, by a name that is computed too', async () => {
    const lines = await print(`
  println(render("page.prompt", {name: "Ada"}))
  println(render("list.prompt", {name: "Bo", files: ["hi.prompt", "lib/hi.prompt", "hi.prompt"]}))
  println(render_string("{{ include \\"lib/hi.prompt\\" }}", {name: "C"}))`);
    expect(lines).toEqual(['Hi Ada -- Ada', 'Hi Bo;Lib Bo;Hi Bo;', 'Lib C']);
  });

  it('stays as it is without values', async () => {
    expect(await print('println(render("hi.prompt"))')).toEqual(['Hi {{ name }}']);
  });

  it.each([
    ['render("a.prompt", {})', 'circular include detected: /work/app/a.prompt'],
    [
      'render_string("{{ include \\"no.prompt\\" }}", {})',
      'failed to read included template no.prompt',
    ],
    ['render("@/../secret", {})', 'leaves its project'],
    ['render("@out/secret", {})', 'leaves its project'],
    ['render("@nothing/x", {})', 'has no `nothing`'],
  ])('%s is refused with a reason', async (call, reason) => {
    const body = `try { ${call} } catch (e) { println("\${e?.code ?? ""} \${e?.message ?? e}") }`;
    expect((await print(body)).join('\n')).toContain(reason);
  });
});

it('a template that was rendered is not read again by a resumed run', async () => {
  const text = `pipeline main() {
  write_file("/work/begun.txt", "yes")
  let page = render("page.prompt", {name: "Ada"})
  write_file("/work/out.txt", page)
  println(page)
}`;
  const reads = (host: ReturnType<typeof newHost>) =>
    host.calls.filter(({ port, method }) => port === 'fs' && method === 'readText').length;
  const seen: number[] = [];
  const kills = await survivesKills({ text }, newHost, async (host) => {
    seen.push(reads(host));
    return host.fs.readText('/work/out.txt');
  });
  expect(kills).toBeGreaterThan(2);
  // Killed when the reads were kept, it reads nothing any more.
  expect(seen.at(-1)).toBe(seen[0]);
});

it('runtime paths and the workspace are told', async () => {
  const lines = await print(`
  let paths = runtime_paths()
  println([paths.execution_root, paths.asset_root, paths.state_root, paths.run_root, paths.worktree_root])
  let drift = path_workspace_info("/app/hi.prompt", "/work")
  println([drift.kind, drift.workspace_path, drift.recovered_root_drift])
  println(path_workspace_info("/etc/x", "/work").kind)
  println(path_workspace_normalize("/work/app/x", "/work"))
  println(path_workspace_info("../x", "/work").reason)
  println(path_workspace_normalize("../x", "/work"))`);
  expect(lines).toEqual([
    '[/work, /work/app, /work/.harn, /work/.harn-runs, /work/.harn/worktrees]',
    '[workspace_relative, app/hi.prompt, true]',
    'host_absolute',
    'app/x',
    'escapes_workspace',
    'nil',
  ]);
});
