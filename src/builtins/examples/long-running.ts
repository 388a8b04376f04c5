// Examples of builtins: tools that run on beside their caller.
import type { Examples } from './example.ts';

const STARTED = 'write_file("a.md", "")\nconst handle = glob("*.md", {long_running: true})\n';
const DENY = 'command_policy_push(command_policy({deny_patterns: ["*--force*"]}))\n';

export const LONG_RUNNING_EXAMPLES: Examples = {
  'tools.cancel_handle': {
    source: `${STARTED}println(harness.tools.cancel_handle(handle).cancelled)\nprintln(harness.tools.cancel_handle(handle).status)`,
    prints: 'true\ncancelled',
  },
  'tools.handles': {
    source: `${STARTED}println(harness.tools.handles().map({ h -> h.command_or_op_descriptor }))`,
    prints: '[glob *.md]',
  },
  'tools.run_build_command': {
    source: `${DENY}println(harness.tools.run_build_command({argv: ["make", "--force"]}).status)`,
    prints: 'blocked',
  },
  'tools.run_command': {
    source: `${DENY}const r = harness.tools.run_command({argv: ["git", "push", "--force"], long_running: true})\nprintln(r.stderr)`,
    prints: 'command not run (status: blocked): it fits the pattern "*--force*"',
  },
  'tools.run_test': {
    source:
      'write_file("Cargo.toml", "[package]")\ncommand_policy_push(command_policy({deny_patterns: ["cargo test"]}))\nprintln(harness.tools.run_test().stderr)',
    prints: 'command not run (status: blocked): it fits the pattern "cargo test"',
  },
  'tools.wait_handle': {
    source: `${STARTED}const done = harness.tools.wait_handle(handle)\nprintln([done.status, done.operation, done.result])`,
    prints: '[completed, glob, [a.md]]',
  },
};
