// Examples of builtins: transcripts, descriptions of agents, and receipts of their lives.
import type { Examples } from './example.ts';

export const AGENT_EXAMPLES: Examples = {
  add_user: {
    source: 'let said = add_user(transcript(), "Hello")\nprintln(transcript_messages(said))',
    prints: '[{content: Hello, role: user}]',
  },
  add_assistant: {
    source:
      'let said = add_assistant(add_user(transcript(), "2 + 2?"), "4")\nprintln(transcript_messages(said).map({ m -> m.role }))',
    prints: '[user, assistant]',
  },
  add_message: {
    source:
      'let said = add_message(transcript(), "system", "Be brief.")\nprintln(transcript_messages(said)[0].role)',
    prints: 'system',
  },
  agent: {
    source: 'println(agent("reviewer", {system: "You review code.", model: "small"}))',
    prints: '{_type: agent, model: small, name: reviewer, system: You review code.}',
  },
  agent_name: {
    source: 'println(agent_name(agent("reviewer", {model: "small"})))',
    prints: 'reviewer',
  },
  agent_config: {
    source:
      'let reviewer = agent("reviewer", {system: "You review code.", model: "small"})\nprintln(agent_config(reviewer, "Look at main.ts"))',
    prints: '{options: {model: small}, prompt: Look at main.ts, system: You review code.}',
  },
  agent_await_resumption: {
    source: 'println(agent_await_resumption("waiting for the build", nil, "ci"))',
    prints: '{conditions: nil, reason: waiting for the build, resume_by: ci}',
  },
  estimate_tokens: {
    source: 'println(estimate_tokens([{role: "user", content: "12345678"}]))',
    prints: '2',
  },
  lifecycle_resume_input_hash: {
    source:
      'println(lifecycle_resume_input_hash({a: 1, b: 2}) == lifecycle_resume_input_hash({b: 2, a: 1}))',
    prints: 'true',
  },
  lifecycle_drain_decision_prompt_hash: {
    source:
      'println(lifecycle_drain_decision_prompt_hash("settle") == lifecycle_drain_decision_prompt_hash("settle!"))',
    prints: 'false',
  },
  lifecycle_replay_resume_input: {
    source:
      'let receipt = {input_hash: lifecycle_resume_input_hash("go on")}\nprintln(lifecycle_replay_resume_input(receipt, "go on"))\nprintln(is_err(try { lifecycle_replay_resume_input(receipt, "stop") }))',
    prints: 'go on\ntrue',
  },
  lifecycle_replay_drain_decision: {
    source:
      'let receipt = {prompt_hash: lifecycle_drain_decision_prompt_hash("settle"), action: "cancel"}\nprintln(lifecycle_replay_drain_decision(receipt, "settle"))\nprintln(is_err(try { lifecycle_replay_drain_decision(receipt, "changed") }))',
    prints: 'cancel\ntrue',
  },
};
