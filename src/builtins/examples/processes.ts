// Examples of builtins: processes.
import type { Examples } from './example.ts';

export const PROCESSES_EXAMPLES: Examples = {
  path_workspace_normalize: {
    source:
      'println(path_workspace_normalize("/work/src/../docs/a.md", "/work"))\nprintln(path_workspace_normalize("/etc/hosts", "/work"))',
    prints: 'docs/a.md\nnil',
  },
  pid: {
    source: 'println(pid() > 0)',
    prints: 'true',
  },
  platform: {
    source: 'println(contains(["linux", "darwin", "windows"], platform()))',
    prints: 'true',
  },
  'process.exec': {
    source:
      'command_policy_push(command_policy({deny_patterns: ["*drop*"]}))\nconst r = exec("db", "drop")\nprintln([r.success, r.stderr])',
    prints: '[false, command not run (status: blocked): it fits the pattern "*drop*"]',
  },
  'process.exec_at': {
    source:
      'command_policy_push(command_policy({deny_patterns: ["*drop*"]}))\nprintln(exec_at("/work", "db", "drop").stderr)',
    prints: 'command not run (status: blocked): it fits the pattern "*drop*"',
  },
  'process.shell': {
    source:
      'command_policy_push(command_policy({deny_patterns: ["rm *"]}))\nconst r = shell("rm -r build")\nprintln([r.success, r.stderr])',
    prints: '[false, command not run (status: blocked): it fits the pattern "rm *"]',
  },
  'process.shell_at': {
    source:
      'command_policy_push(command_policy({deny_patterns: ["rm *"]}))\nprintln(shell_at("/work", "rm -r build").stderr)',
    prints: 'command not run (status: blocked): it fits the pattern "rm *"',
  },
  'process.list_shells': {
    source:
      'mkdir("/bin")\nwrite_file("/bin/sh", "")\nprintln(harness.process.list_shells().shells.map({ shell -> shell.path }))',
    prints: '[/bin/sh]',
  },
  'process.default_shell': {
    source: 'println(harness.process.default_shell())',
    prints: 'nil',
  },
  'process.shell_invocation': {
    source:
      'mkdir("/bin")\nwrite_file("/bin/sh", "")\nconst how = harness.process.shell_invocation({command: "ls | wc -l", login: true})\nprintln([how.program, how.args])',
    prints: '[/bin/sh, [-l, -c, ls | wc -l]]',
  },
  'process.ocr': {
    source:
      'const told = try { vision_ocr({data_url: "data:image/png;base64,"}) }\nprintln(contains(to_string(unwrap_err(told)), "it is empty"))',
    prints: 'true',
  },
  'process.run': {
    source:
      'command_policy_push(command_policy({deny_patterns: ["rm *"]}))\nconst r = harness.process.run({argv: ["rm", "-r", "build"], timeout_ms: 5000})\nprintln([r.success, r.stderr])',
    prints: '[false, command not run (status: blocked): it fits the pattern "rm *"]',
  },
};
