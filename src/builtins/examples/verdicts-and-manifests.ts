// Examples of builtins: verdicts over changes, friction, and the manifests of packs and suites.
import type { Examples } from './example.ts';

export const VERDICT_EXAMPLES: Examples = {
  flow_invariant_allow: {
    source: 'println(flow_invariant_kind(flow_invariant_allow()))',
    prints: 'allow',
  },
  flow_invariant_block: {
    source: 'println(flow_invariant_block("no_tests", "Tests are missing").verdict)',
    prints: '{error: {code: no_tests, message: Tests are missing}, kind: block}',
  },
  flow_invariant_warn: {
    source: 'println(flow_invariant_warn("a long function").verdict)',
    prints: '{kind: warn, reason: a long function}',
  },
  flow_invariant_require_approval: {
    source: 'println(flow_invariant_require_approval("role", "security").verdict.approver)',
    prints: '{kind: role, name: security}',
  },
  flow_invariant_kind: {
    source: 'println(flow_invariant_kind(flow_invariant_warn("a long function")))',
    prints: 'warn',
  },
  flow_invariant_is_blocking: {
    source:
      'let verdicts = [flow_invariant_warn("long"), flow_invariant_block("no_tests", "Tests are missing")]\nprintln(verdicts.map({ v -> flow_invariant_is_blocking(v) }))',
    prints: '[false, true]',
  },
  flow_invariant_confidence: {
    source:
      'println(flow_invariant_confidence(flow_with_confidence(flow_invariant_warn("long"), 0.8)))',
    prints: '0.8',
  },
  flow_with_confidence: {
    source: 'println(flow_with_confidence(flow_invariant_allow(), 1.7).confidence)',
    prints: '1.0',
  },
  flow_with_evidence: {
    source:
      'let rests_on = flow_evidence_transcript("t1", 0, 40)\nprintln(flow_with_evidence(flow_invariant_allow(), [rests_on]).evidence[0].kind)',
    prints: 'transcript_excerpt',
  },
  flow_with_remediation: {
    source:
      'let blocked = flow_invariant_block("no_tests", "Tests are missing")\nprintln(flow_with_remediation(blocked, flow_remediation("Add a test")).remediation.description)',
    prints: 'Add a test',
  },
  flow_remediation: {
    source: 'println(flow_remediation("Add a test"))',
    prints: '{description: Add a test}',
  },
  flow_evidence_atom: {
    source: 'println(flow_evidence_atom("ab".repeat(32), 10, 25).diff_span)',
    prints: '{end: 25, start: 10}',
  },
  flow_evidence_citation: {
    source:
      'let cited = flow_evidence_citation("https://a.b/rfc", "MUST close", "2024-02-29T00:00:00Z")\nprintln("${cited.kind}: ${cited.quote}")',
    prints: 'external_citation: MUST close',
  },
  flow_evidence_metadata: {
    source: 'println(flow_evidence_metadata("src/api", "owners", "team"))',
    prints: '{directory: src/api, key: team, kind: metadata_path, namespace: owners}',
  },
  flow_evidence_transcript: {
    source: 'println(flow_evidence_transcript("t1", 0, 40))',
    prints: '{kind: transcript_excerpt, span: {end: 40, start: 0}, transcript_id: t1}',
  },
  friction_event: {
    source:
      'let event = friction_event({kind: "tool_gap", redacted_summary: "No refund tool; token=abc"})\nprintln(event.redacted_summary)',
    prints: 'No refund tool; token=[redacted]',
  },
  friction_eval_fixture: {
    source:
      'let report = {kind: "tool_gap", source: "shop", redacted_summary: "No refund tool"}\nlet held = friction_eval_fixture({events: [report, report], expected_suggestions: [{min_suggestions: 1}]})\nprintln([held.pass, held.suggestion_count])',
    prints: '[true, 1]',
  },
  context_pack_manifest: {
    source: 'println(context_pack_manifest({name: "Refund rules"}).id)',
    prints: 'refund_rules',
  },
  context_pack_manifest_parse: {
    source:
      'println(context_pack_manifest_parse("name = \\"Refund rules\\"\\nowner = \\"shop\\"").owner)',
    prints: 'shop',
  },
  eval_pack_manifest: {
    source:
      'println(len(eval_pack_manifest({id: "refunds", cases: [{run: "runs/one.json"}]}).cases))',
    prints: '1',
  },
  eval_suite_manifest: {
    source:
      'println(eval_suite_manifest({id: "nightly", cases: [{run_path: "runs/one.json"}]}).cases[0].run_path)',
    prints: 'runs/one.json',
  },
};
