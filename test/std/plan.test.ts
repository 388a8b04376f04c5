// std/plan and std/hitl in programs, and the verdicts of predicates.
import { describe, expect, it } from 'vitest';
import { printed } from '../agents/program.ts';

describe('a plan that a model shows', () => {
  it('is a line of the history and an event, in its one shape', async () => {
    const lines = await printed(
      `
pipeline main() {
  let id = agent_session_open("planning")
  agent_subscribe(id, { event -> if event.type == "plan" { println("plan of \${len(event.entries)}") } })
  let args = {summary: "Two steps", steps: [{content: "look", status: "completed"}, {content: "mend"}]}
  llm_mock({tool_calls: [{id: "p1", name: "emit_plan", arguments: args}]})
  llm_mock({text: "planned"})
  let result = agent_loop("plan", nil, {tools: plan_tools(), session_id: id})
  let found = transcript_events_by_kind(result.transcript, "plan")
  say([len(found), found[0].metadata.plan.schema_version, contains(found[0].text, "- [x] look")])
  say([result.tools.successful])
}`,
      { imports: 'import "std/plan"' },
    );
    expect(lines).toEqual(['plan of 2', '1 harn.plan.v1 true', '[emit_plan]']);
  });

  it('is read, rendered and approved', async () => {
    const lines = await printed(
      `
pipeline main() {
  let plan = plan_from(["look", {content: "mend", status: "done"}])
  say([len(plan_acp_entries(plan)), plan.steps[1].status, contains(plan_render(plan), "- [ ] look")])
  let approved = plan_with_approval(plan, {approved: true, reviewers: ["lead"]})
  say([plan.approval.state, approved.approval.state, approved.approval.reviewers])
  let tools = plan_tools(tool_define(tool_registry(), "look", "Looks", {parameters: {}, handler: { _a -> 1 }}))
  say([tool_count(tools), tool_find(tools, "update_plan") != nil])
}`,
      { imports: 'import "std/plan"' },
    );
    expect(lines).toEqual(['2 completed true', 'not_requested approved [lead]', '3 true']);
  });

  it('is put before people by name, and a denial is an error', async () => {
    const lines = await printed(
      `
pipeline main() {
  host_mock("hitl", "approval", {approved: true, reviewer: "lead", reason: "ready"})
  let plan = request_plan_approval({summary: "Move it", steps: ["look"]}, {reviewers: ["lead"]})
  say([plan.approval.state, plan.approval.reviewers, plan.approval.reason, host_mock_calls()[0].params.prompt])
  host_mock("hitl", "approval", {approved: false, reviewer: "lead", reason: "no"})
  say([try { request_plan_approval(["look"]) } catch (e) { e.name }])
}`,
      { imports: 'import "std/plan"' },
    );
    expect(lines).toEqual(['approved [lead] ready Move it', 'ApprovalDeniedError']);
  });
});

describe('questions to people', () => {
  it('have types in std/hitl', async () => {
    const lines = await printed(
      `
pipeline main() {
  let rows: list<HitlPendingRequest> = hitl_pending({})
  say([len(rows)])
}`,
      { imports: 'import { HitlPendingRequest } from "std/hitl"' },
    );
    expect(lines).toEqual(['0']);
  });
});

describe('verdicts of predicates', () => {
  it('say what, why, on what grounds and how surely', async () => {
    const lines = await printed(`
pipeline main() {
  let warned = flow_with_confidence(flow_invariant_warn("old"), 0.5)
  let blocked = flow_with_remediation(flow_invariant_block("leak", "a token"), flow_remediation("take it out"))
  let asked = flow_invariant_require_approval("role", "security")
  let grounds = [flow_evidence_transcript("t", 1, 2), flow_evidence_citation("https://x", "q", "now"), flow_evidence_metadata("src", "n", "k"), flow_evidence_atom("\${"0" * 64}", 0, 4)]
  say([flow_invariant_kind(warned), flow_invariant_confidence(warned), flow_invariant_is_blocking(warned)])
  say([blocked.verdict.error.code, blocked.remediation.description, flow_invariant_is_blocking(blocked)])
  say([asked.verdict.approver.name, flow_with_evidence(asked, grounds).evidence.map({ one -> one.kind })])
  say([flow_invariant_confidence(flow_with_confidence(flow_invariant_allow(), -3.0))])
}`);
    expect(lines).toEqual([
      'warn 0.5 false',
      'leak take it out true',
      'security [transcript_excerpt, external_citation, metadata_path, atom_pointer]',
      '0.0',
    ]);
  });

  it.each([
    'flow_invariant_kind({})',
    'flow_invariant_require_approval("team", "x")',
    'flow_evidence_atom("zz", 0, 1)',
    'flow_with_evidence(flow_invariant_allow(), "x")',
  ])('refuse %s', async (call) => {
    await expect(printed(`pipeline main() { ${call} }`)).rejects.toThrow(/^flow_/);
  });
});
