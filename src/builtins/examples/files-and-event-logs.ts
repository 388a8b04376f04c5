// Examples of builtins: files and event logs.
import type { Examples } from './example.ts';

export const FILE_AND_EVENT_LOG_EXAMPLES: Examples = {
  'event_log.emit': {
    source:
      'let first = event_log.emit("builds", "done", {n: 7})\nprintln([first, event_log.emit("builds", "failed", {n: 8})])',
    prints: '[1, 2]',
  },
  'event_log.latest': {
    source:
      'println(event_log.latest("builds"))\nevent_log.emit("builds", "done", {n: 7})\nprintln(event_log.latest("builds"))',
    prints: '0\n1',
  },
  'event_log.subscribe': {
    source:
      'event_log.emit("builds", "done", {n: 7})\nlet seen = event_log.latest("builds")\nevent_log.emit("builds", "failed", {n: 8})\nprintln(event_log.subscribe({topic: "builds", from_cursor: seen}).next().value.kind)',
    prints: 'failed',
  },
  'fs.append': {
    source:
      'append_file("log.txt", "one\\n")\nappend_file("log.txt", "two\\n")\nprintln(read_lines("log.txt"))',
    prints: '[one, two]',
  },
  'fs.copy': {
    source:
      'write_file("a.txt", "alpha")\ncopy_file("a.txt", "b.txt")\nprintln(read_file("b.txt"))',
    prints: 'alpha',
  },
  'fs.cwd': {
    source: 'println(cwd())\nprintln(path_join(cwd(), "notes.txt"))',
    prints: '/work\n/work/notes.txt',
  },
  'fs.delete': {
    source:
      'mkdir("out")\nwrite_file("out/a.txt", "alpha")\ndelete_file("out")\nprintln(file_exists("out/a.txt"))',
    prints: 'false',
  },
  'fs.eval_pack_run': {
    source:
      'run_record_save(run_record({workflow_id: "w", status: "completed"}), "records/one.json")\nprintln(eval_pack_run(eval_pack_manifest({id: "p", cases: [{run: "one.json"}]}), "records").pass)',
    prints: 'true',
  },
  'fs.eval_suite_run': {
    source:
      'run_record_save(run_record({workflow_id: "w", status: "completed"}), "records/one.json")\nlet report = eval_suite_run({cases: [{run_path: "one.json"}]}, "records")\nprintln("${report.passed} of ${report.total} passed")',
    prints: '1 of 1 passed',
  },
  'fs.execution_root': {
    source:
      'write_file("a.txt", "alpha")\nprintln(read_file(path_join(execution_root(), "a.txt")))',
    prints: 'alpha',
  },
  'fs.exists': {
    source: 'write_file("a.txt", "alpha")\nprintln([file_exists("a.txt"), file_exists("b.txt")])',
    prints: '[true, false]',
  },
  'fs.glob': {
    source:
      'mkdir("src/deep")\nfor name in ["a.ts", "notes.md", "deep/b.ts"] { write_file("src/" + name, "") }\nprintln(glob("src/**/*.ts"))',
    prints: '[src/a.ts, src/deep/b.ts]',
  },
  'fs.home_dir': {
    source: 'println(path_join(home_dir(), ".config"))',
    prints: '/home/user/.config',
  },
  'fs.list_dir': {
    source:
      'mkdir("notes/old")\nwrite_file("notes/b.txt", "")\nwrite_file("notes/a.txt", "")\nprintln(list_dir("notes"))',
    prints: '[a.txt, b.txt, old]',
  },
  'fs.load_run_tree': {
    source:
      'run_record_save(run_record({workflow_id: "w", status: "completed"}), "run.json")\nlet tree = load_run_tree("run.json")\nprintln([tree.run.workflow_id, len(tree.children)])',
    prints: '[w, 0]',
  },
  'fs.mkdir': {
    source: 'mkdir("build/out")\nprintln(stat("build/out").is_dir)',
    prints: 'true',
  },
  'fs.mkdtemp': {
    source:
      'let dir = mkdtemp("job-")\nwrite_file(path_join(dir, "a.txt"), "alpha")\nprintln(list_dir(dir))',
    prints: '[a.txt]',
  },
  'fs.project_root': {
    source: 'println(project_root())\nwrite_file("harn.toml", "")\nprintln(project_root())',
    prints: 'nil\n/work',
  },
  'fs.read_bytes': {
    source: 'write_file("a.txt", "añb")\nprintln(bytes_to_hex(read_file_bytes("a.txt")))',
    prints: '61c3b162',
  },
  'fs.read_lines': {
    source: 'write_file("a.txt", "one\\ntwo\\r\\nthree\\n")\nprintln(read_lines("a.txt"))',
    prints: '[one, two, three]',
  },
  'fs.read_text': {
    source: 'write_file("a.txt", "alpha")\nprintln(read_file("a.txt"))',
    prints: 'alpha',
  },
  'fs.read_text_result': {
    source:
      'write_file("a.txt", "alpha")\nprintln(read_file_result("a.txt"))\nprintln(is_err(read_file_result("b.txt")))',
    prints: 'Result.Ok(alpha)\ntrue',
  },
  'fs.rename': {
    source:
      'write_file("draft.txt", "alpha")\nmove_file("draft.txt", "report.txt")\nprintln([file_exists("draft.txt"), read_file("report.txt")])',
    prints: '[false, alpha]',
  },
  'fs.render_prompt': {
    source:
      'write_file("greet.harn.prompt", "Hello {{ name }}{{ if formal }}, welcome{{ end }}!")\nprintln(render_prompt("greet.harn.prompt", {name: "Ada", formal: true}))',
    prints: 'Hello Ada, welcome!',
  },
  'fs.run_record': {
    source:
      'let run = run_record({workflow_id: "triage", status: "completed"})\nprintln([run.workflow_id, run.status, run.stages])',
    prints: '[triage, completed, []]',
  },
  'fs.run_record_eval_suite': {
    source:
      'let good = run_record({workflow_id: "w", status: "completed"})\nlet bad = run_record({workflow_id: "w", status: "failed"})\nlet report = run_record_eval_suite([good, {run: bad, fixture: run_record_fixture(good)}])\nprintln([report.total, report.passed, report.failed])',
    prints: '[2, 1, 1]',
  },
  'fs.run_record_load': {
    source:
      'run_record_save(run_record({workflow_id: "w", status: "completed"}), "run.json")\nprintln(run_record_load("run.json").status)',
    prints: 'completed',
  },
  'fs.run_record_save': {
    source:
      'let saved = run_record_save(run_record({workflow_id: "w", status: "completed"}), "runs/one.json")\nprintln(saved.path)\nprintln(saved.run.status)',
    prints: 'runs/one.json\ncompleted',
  },
  'fs.runtime_paths': {
    source:
      'let paths = runtime_paths()\nprintln([paths.execution_root, paths.run_root, paths.state_root])',
    prints: '[/work, /work/.harn-runs, /work/.harn]',
  },
  'fs.source_dir': {
    source:
      'write_file(path_join(source_dir(), "hi.harn.prompt"), "Hi {{ who }}!")\nprintln(render_prompt("hi.harn.prompt", {who: "Ada"}))',
    prints: 'Hi Ada!',
  },
  'fs.stat': {
    source:
      'write_file("a.txt", "alpha")\nlet about = stat("a.txt")\nprintln([about.kind, about.size, about.is_dir])',
    prints: '[file, 5, false]',
  },
  'fs.temp_dir': {
    source: 'println(starts_with(mkdtemp(), temp_dir()))',
    prints: 'true',
  },
  'fs.walk': {
    source:
      'mkdir("notes/2026")\nwrite_file("notes/2026/may.txt", "")\nwrite_file("notes/index.txt", "")\nprintln(walk_dir("notes").map({ e -> [e.name, e.depth] }))',
    prints: '[[notes, 0], [2026, 1], [may.txt, 2], [index.txt, 1]]',
  },
  'fs.workspace_info': {
    source:
      'println(path_workspace_info("src/a.ts", "/work").kind)\nprintln(path_workspace_info("/work/src/a.ts", "/work").workspace_path)\nprintln(path_workspace_info("../secret", "/work").kind)',
    prints: 'workspace_relative\nsrc/a.ts\ninvalid',
  },
  'fs.write_text': {
    source:
      'write_file("a.txt", "first")\nwrite_file("a.txt", "second")\nprintln(read_file("a.txt"))',
    prints: 'second',
  },
};
