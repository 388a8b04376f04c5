// What a harn.toml is told, completed and explained with.
import { describe, expect, it } from 'vitest';
import { completeManifest, diagnoseManifest, hoverManifest } from './manifest-tools.ts';

/** Findings as `severity code text-at-the-place message`. */
async function told(text: string): Promise<readonly string[]> {
  const found = await diagnoseManifest({ id: 'harn.toml', text });
  return found.map(({ severity, code, message, span }) => {
    const piece = text.slice(span.start, span.end);
    return `${severity} ${code.slice(-3)} ${piece}: ${message}`;
  });
}

const PERSONA = `[[personas]]
name = "captain"
description = "Leads."
entry_workflow = "a.harn#run"
tools = ["git"]
autonomy = "suggest"
receipt_policy = "required"
`;

describe('a manifest', () => {
  it('that is right has no findings, with all that other tools put into it', async () => {
    const text = `[package]
name = "x"
authors = ["me"]
[dependencies]
a = { git = "https://example.com/a", rev = "1" }
[check]
host_capabilities = { fs = ["read"] }
[[hooks]]
event = "PreToolUse"
handler = "rules::no_writes"
[[mcp]]
name = "files"
command = ["files", "--fast"]
[llm.providers.mine]
base_url = "https://example.com"
auth_env = ["A", "B"]
[[capabilities.provider.mine]]
model_match = "*"
anything = 1
[[triggers]]
id = "t"
[lint]
disabled = ["unused-variable"]
[mine]
free = 1
${PERSONA}`;
    expect(await told(text)).toEqual([]);
  });

  it.each([
    [
      '[check]\nstrict_types = "yes"',
      'error 008 "yes": `strict_types` of [check] must be true or false, not "yes"',
    ],
    [
      '[fmt]\nline_width = 0',
      'error 008 0: `line_width` of [fmt] must be a whole number from 1, not 0',
    ],
    ['fmt = 3', 'error 008 3: `fmt` of harn.toml must be a table, not 3'],
    [
      '[package]\nedition = "2025"',
      'error 008 "2025": `edition` of [package] must be "0.7" or "2026", not "2025" (did you mean "2026"?)',
    ],
    [
      '[redaction]\nenv = ["A", 1]',
      'error 008 1: what is in `env` of [redaction] must be a text, not 1',
    ],
    ['[redaction]\nenvs = []', 'error 006 envs: [redaction] has no `envs` (did you mean `env`?)'],
    [
      '[telemetry]\notlp_endpoint = "collector"',
      'error 008 "collector": `otlp_endpoint` of [telemetry] must be an http address, not "collector"',
    ],
    [
      '[lint]\ndisabled = ["dead-code", "unused-varable"]',
      'error 008 "unused-varable": what is in `disabled` of [lint] must be a rule of harn lint, not "unused-varable" (did you mean `unused-variable`?)',
    ],
    [
      '[[mcp]]\nname = "a"\ntimout_ms = 1',
      'warning 006 timout_ms: [[mcp]] has no `timout_ms` (did you mean `timeout_ms`?)',
    ],
    [
      'mcp = { name = "a" }',
      'error 008 { name = "a" }: `mcp` of harn.toml must be a list of tables, each below a header in double brackets, not a table',
    ],
    [
      '[[hooks]]\nevent = "Before"\nhandler = "a b"',
      'error 008 "Before": `event` of [[hooks]] must be an event of hooks, not "Before"',
      'error 008 "a b": `handler` of [[hooks]] must be "function" or "module::function", not "a b"',
    ],
    [
      '[llm.providers.mine]\nwire = "soap"\nbase_ur = "x"',
      'error 008 "soap": `wire` of [llm.providers.mine] must be "anthropic", "openai", "google" or "openai-compatible", not "soap"',
      'error 006 base_ur: [llm.providers.mine] has no `base_ur` (did you mean `base_url`?)',
    ],
    [
      '[package]\nname = ',
      'error 005 : the manifest harn.toml cannot be read: unexpected end of input',
    ],
  ])('that is %j is told what is wrong, where', async (text, ...expected) => {
    const found = await told(text);
    if (expected[0]?.includes('005')) expect(found).toHaveLength(1);
    else expect(found).toEqual(expected);
  });

  it('is warned of what personas lack, of what they cannot have, of handoffs to nobody', async () => {
    const text = `${PERSONA}handoffs = ["captan", "a_human"]
autonomy_tier = "free"
capabilities = ["git.diff", "git"]
[[personas]]
name = "mate"
budget = { daily_usd = -1 }
rollout_policy = { percentage = 120 }
color = "red"
`;
    expect(await told(text)).toEqual([
      'warning 008 "captan": what is in `handoffs` of [[personas]] must be a persona (did you mean "captain"?), not "captan"',
      'warning 008 "free": `autonomy_tier` of [[personas]] must be "shadow", "suggest", "act_with_approval" or "act_auto", not "free"',
      'warning 008 "git": what is in `capabilities` of [[personas]] must be "capability.operation", not "git"',
      'warning 009 personas: [[personas]] needs `description`',
      'warning 009 personas: [[personas]] needs `entry_workflow`',
      'warning 009 personas: [[personas]] needs `tools` or `capabilities`',
      'warning 009 personas: [[personas]] needs `autonomy_tier` or `autonomy`',
      'warning 009 personas: [[personas]] needs `receipt_policy` or `receipts`',
      'warning 008 -1: `daily_usd` of [personas.budget] must be a number from 0, not -1',
      'warning 008 120: `percentage` of [personas.rollout_policy] must be a number from 0 to 100, not 120',
      'warning 006 color: [[personas]] has no `color`',
    ]);
  });

  it('is warned of fixtures of connectors that the package does not have', async () => {
    const text = `[[providers]]
id = "echo"
connector = { harn = "./echo.harn" }
[connector_contract]
version = 1
[[connector_contract.fixtures]]
provider = "ehco"
expect_type = "events"
[[connector_contract.fixtures]]
name = "none"
`;
    expect(await told(text)).toEqual([
      'warning 008 "ehco": `provider` of [[connector_contract.fixtures]] must be the id of one of the [[providers]], not "ehco"',
      'warning 008 "events": `expect_type` of [[connector_contract.fixtures]] must be "event", "batch", "immediate_response" or "reject", not "events" (did you mean "event"?)',
      'warning 009 fixtures: [[connector_contract.fixtures]] needs `provider`',
    ]);
  });
});

/** The labels at the mark `|`, and the text after the first of them is taken. */
async function completed(marked: string) {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const found = await completeManifest(text, offset);
  const labels = found.map(({ label }) => label);
  const taken = (label: string) => {
    const one = found.find((each) => each.label === label);
    return one && text.slice(0, one.replaces.start) + one.text + text.slice(one.replaces.end);
  };
  return { labels, taken };
}

describe('completion in a manifest', () => {
  it('offers tables in headers: lists of them in double brackets', async () => {
    const { labels, taken } = await completed('[ch|');
    expect(labels).toEqual(expect.arrayContaining(['package', 'check', 'llm.providers']));
    expect(labels).not.toContain('mcp');
    expect(taken('check')).toBe('[check');
    expect((await completed('[[|')).labels).toEqual(
      expect.arrayContaining(['hooks', 'mcp', 'personas', 'llm.tier_rules']),
    );
  });

  it('offers the keys that a table does not have yet', async () => {
    const { labels, taken } = await completed('[lint]\ndisabled = []\nre|\n[fmt]\n');
    expect(labels).toEqual([
      'require_file_header',
      'complexity_threshold',
      'persona_step_allowlist',
    ]);
    expect(taken('require_file_header')).toBe(
      '[lint]\ndisabled = []\nrequire_file_header = \n[fmt]\n',
    );
    expect((await completed('[[mcp]]\nname = "a"\n[[mcp]]\n|')).labels).toContain('name');
    expect((await completed('[llm]\nproviders.mine.|')).labels).toContain('base_url');
  });

  it.each([
    ['[package]\nedition = |', '"2026"', '[package]\nedition = "2026"'],
    ['[package]\nedition = "20|', '"2026"', '[package]\nedition = "2026"'],
    ['[check]\nstrict_types = t|', 'true', '[check]\nstrict_types = true'],
    [
      '[lint]\ndisabled = ["dead-code", |',
      '"unused-variable"',
      '[lint]\ndisabled = ["dead-code", "unused-variable"',
    ],
    [
      '[lint]\ndisabled = [\n  "unu|',
      '"unused-variable"',
      '[lint]\ndisabled = [\n  "unused-variable"',
    ],
  ])('offers the values at %j', async (text, label, after) => {
    const { labels, taken } = await completed(text);
    expect(labels).toContain(label);
    expect(taken(label)).toBe(after);
  });

  it.each(['# [|', '[package]\nname = "|', '[mine]\n|', '[package] # |'])(
    'offers nothing at %j',
    async (text) => {
      expect((await completed(text)).labels).toEqual([]);
    },
  );
});

describe('hover in a manifest', () => {
  const text = '[lint]\ndisabled = []\n[[mcp]]\ntimeout_ms = 1\n[mine]\nfree = 1\n';
  const at = (piece: string) => hoverManifest(text, text.indexOf(piece) + 1);

  it('says what a key is for and what it may be', () => {
    expect(at('disabled')).toMatchObject({
      code: 'disabled = a list of texts',
      doc: 'Names of rules that are off.',
    });
    expect(at('timeout_ms')?.code).toBe('timeout_ms = a whole number from 0');
    expect(at('lint')?.code).toBe('[lint]');
    expect(at('mcp')?.code).toBe('[[mcp]]');
  });

  it('is silent about what is not known', () => {
    expect(at('free')).toBeUndefined();
    expect(hoverManifest(text, text.length)).toBeUndefined();
  });
});
