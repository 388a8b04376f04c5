// Examples of builtins: agent runs.
import type { Examples } from './example.ts';

export const AGENT_RUN_EXAMPLES: Examples = {
  'agent.pipeline_on_finish': {
    source: `pipeline_on_finish({ _harness, value ->
  println("ended with \${value}")
  value
})
return 42`,
    prints: 'ended with 42',
  },
  'agent.register_session_hook': {
    source: `register_session_hook("PostFinish", { event -> println("ended with \${event.return_value}") })
return 42`,
    prints: 'ended with 42',
  },
  'agent.clear_session_hooks': {
    source: `register_session_hook("PostFinish", { event -> println("never called") })
clear_session_hooks()
println("no hooks")`,
    prints: 'no hooks',
  },
  'agent.workflow_execute': {
    source: `let graph = workflow_graph({name: "greet", entry: "hello", nodes: {hello: {kind: "stage", handler: { stage -> "hello, " + stage.task }}}})
let result = workflow_execute("Ada", graph)
say([result.status, result.run.stages[0].visible_text])`,
    prints: 'completed hello, Ada',
  },
};
