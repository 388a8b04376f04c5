// Examples of builtins: checkpoints-and-task-values.
import type { Examples } from './example.ts';

export const CHECKPOINTS_AND_TASK_VALUES_EXAMPLES: Examples = {
  'runtime.checkpoint': {
    source: 'checkpoint("fetched", {rows: 3})\nprintln(checkpoint_get("fetched").rows)',
    prints: '3',
  },
  'runtime.checkpoint_clear': {
    source:
      'checkpoint("a", 1)\ncheckpoint("b", 2)\ncheckpoint_clear()\nprintln(checkpoint_list())',
    prints: '[]',
  },
  'runtime.checkpoint_delete': {
    source:
      'checkpoint("a", 1)\ncheckpoint("b", 2)\ncheckpoint_delete("a")\nprintln(checkpoint_list())',
    prints: '[b]',
  },
  'runtime.checkpoint_exists': {
    source:
      'checkpoint("seen", nil)\nprintln([checkpoint_exists("seen"), checkpoint_exists("other")])',
    prints: '[true, false]',
  },
  'runtime.checkpoint_get': {
    source:
      'if checkpoint_get("page") == nil {\n  checkpoint("page", 2)\n}\nprintln(checkpoint_get("page"))',
    prints: '2',
  },
  'runtime.checkpoint_list': {
    source: 'checkpoint("load", 1)\ncheckpoint("clean", 2)\nprintln(checkpoint_list())',
    prints: '[clean, load]',
  },
  'runtime.context_set': {
    source:
      'println(runtime_context_set("user", "ann"))\nprintln(runtime_context_set("user", "bob"))',
    prints: 'nil\nann',
  },
  'runtime.context_get': {
    source:
      'runtime_context_set("user", "ann")\nconst task = spawn { runtime_context_get("user") }\nprintln([await(task), runtime_context_get("role", "guest")])',
    prints: '[ann, guest]',
  },
  'runtime.context_clear': {
    source:
      'runtime_context_set("user", "ann")\nprintln(runtime_context_clear("user"))\nprintln(runtime_context_get("user"))',
    prints: 'ann\nnil',
  },
  'runtime.context_values': {
    source:
      'runtime_context_set("user", "ann")\nruntime_context_set("role", "admin")\nprintln(runtime_context_values())',
    prints: '{role: admin, user: ann}',
  },
  'runtime.exit': {
    source: 'println("before")\nexit(0)\nprintln("never")',
    prints: 'before',
  },
};
