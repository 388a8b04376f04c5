// Examples of builtins: agent artifacts.
import type { Examples } from './example.ts';

export const AGENT_ARTIFACT_EXAMPLES: Examples = {
  'agent.artifact': {
    source: `let note = artifact({kind: "note", title: "Naming", text: "Names are kebab-case."})
println("\${note.kind}: \${note.title}, about \${note.estimated_tokens} tokens")`,
    prints: 'note: Naming, about 6 tokens',
  },
  'agent.artifact_apply_intent': {
    source: `let diff = artifact_diff("a.txt", "one", "two")
let intent = artifact_apply_intent(diff, "apply")
println([intent.kind, intent.data.intent, intent.lineage == [diff.id]])`,
    prints: '[apply_intent, apply, true]',
  },
  'agent.artifact_command_result': {
    source: `let result = artifact_command_result("npm test", {status: 1, stdout: "1 failed"})
say([result.kind, result.title])
println(result.data)`,
    prints: `command_result npm test
{status: 1, stdout: 1 failed}`,
  },
  'agent.artifact_context': {
    source: 'println(artifact_context([artifact_workspace_file("a.txt", "alpha")]))',
    prints: `[a.txt] kind=workspace_file source=workspace freshness=fresh priority=65
alpha`,
  },
  'agent.artifact_derive': {
    source: `let file = artifact_workspace_file("a.txt", "a long text")
let short = artifact_derive(file, "summary", {text: "short"})
println([short.kind, short.text, short.lineage == [file.id]])`,
    prints: '[summary, short, true]',
  },
  'agent.artifact_diff': {
    source: `println(artifact_diff("a.txt", "one\\ntwo", "one\\n2").text)`,
    prints: `--- a/a.txt
+++ b/a.txt
 one
-two
+2`,
  },
  'agent.artifact_diff_review': {
    source: `let diff = artifact_diff("a.txt", "one", "two")
let review = artifact_diff_review(diff, "Looks right")
println([review.kind, review.text, review.lineage == [diff.id]])`,
    prints: '[diff_review, Looks right, true]',
  },
  'agent.artifact_editor_selection': {
    source: `let selected = artifact_editor_selection("src/a.ts", "let x = 1")
println("\${selected.title}: \${selected.text}")`,
    prints: 'selection src/a.ts: let x = 1',
  },
  'agent.artifact_git_diff': {
    source: `let diff = artifact_git_diff("--- a/x\\n+++ b/x\\n@@ -1 +1 @@\\n-one\\n+two")
println([diff.kind, diff.title, len(split(diff.text, "\\n"))])`,
    prints: '[git_diff, git diff, 5]',
  },
  'agent.artifact_patch_proposal': {
    source: `let file = artifact_workspace_file("a.txt", "one")
let proposal = artifact_patch_proposal(file, "-one\\n+two")
println([proposal.kind, proposal.title, proposal.lineage == [file.id]])`,
    prints: '[patch_proposal, patch: a.txt, true]',
  },
  'agent.artifact_review_decision': {
    source: `let diff = artifact_diff("a.txt", "one", "two")
let decision = artifact_review_decision(diff, "accepted")
println([decision.kind, decision.data.decision])`,
    prints: '[review_decision, accepted]',
  },
  'agent.artifact_select': {
    source: `let notes = [artifact({kind: "note", title: "b", text: "b"}), artifact({kind: "note", title: "a", text: "a", priority: 90})]
println(artifact_select(notes, {max_artifacts: 1}).map({ n -> n.title }))`,
    prints: '[a]',
  },
  'agent.artifact_test_result': {
    source: `let result = artifact_test_result("unit tests", "3 passed")
println([result.kind, result.title, result.text])`,
    prints: '[test_result, unit tests, 3 passed]',
  },
  'agent.artifact_verification_bundle': {
    source: `let bundle = artifact_verification_bundle("release", [{title: "types", status: "pass"}, {title: "lint", status: "pass"}])
println([bundle.kind, bundle.title, len(bundle.data.checks)])`,
    prints: '[verification_bundle, release, 2]',
  },
  'agent.artifact_verification_result': {
    source: `let result = artifact_verification_result("types", "no errors")
println([result.kind, result.title, result.text])`,
    prints: '[verification_result, types, no errors]',
  },
  'agent.artifact_workspace_file': {
    source: `let file = artifact_workspace_file("src/a.ts", "let x = 1")
println([file.kind, file.title, file.source])`,
    prints: '[workspace_file, src/a.ts, workspace]',
  },
  'agent.artifact_workspace_snapshot': {
    source: `let snapshot = artifact_workspace_snapshot(["a.ts", "b.ts"], "Two modules")
println("\${snapshot.title}: \${snapshot.text}")`,
    prints: 'workspace snapshot (2 paths): Two modules',
  },
  'agent.assemble_context': {
    source: `let notes = [artifact({kind: "note", title: "a", text: "short"}), artifact({kind: "note", title: "b", text: "long " * 400})]
let packed = assemble_context({artifacts: notes, budget_tokens: 50})
say([len(packed.included), len(packed.dropped), packed.total_tokens <= 50])`,
    prints: '1 1 true',
  },
  'agent.handoff': {
    source: `let over = handoff({source_persona: "coder", target_persona_or_human: "reviewer", task: "Review the parser", reason: "the grammar changed"})
println([over.source_persona, over.task, over.reason])`,
    prints: '[coder, Review the parser, the grammar changed]',
  },
  'agent.handoff_artifact': {
    source: `let note = handoff_artifact(handoff({source_persona: "coder", target_persona_or_human: "reviewer", task: "Review the parser", reason: "the grammar changed"}))
println([note.kind, note.title])`,
    prints: '[handoff, Handoff to reviewer]',
  },
  'agent.handoff_context': {
    source:
      'println(handoff_context(handoff({source_persona: "coder", target_persona_or_human: "reviewer", task: "Review the parser", reason: "the grammar changed"})))',
    prints: `<handoff>
<source>coder</source>
<target>reviewer</target>
<task>Review the parser</task>
<reason>the grammar changed</reason>
</handoff>`,
  },
  'agent.select_artifacts_adaptive': {
    source: `let notes = [artifact({kind: "note", title: "a", text: "same"}), artifact({kind: "note", title: "b", text: "same"})]
println(len(select_artifacts_adaptive(notes)))`,
    prints: '1',
  },
};
