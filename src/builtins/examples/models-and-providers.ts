// Examples of builtins: models and providers.
import type { Examples } from './example.ts';

export const MODEL_EXAMPLES: Examples = {
  'llm.available_providers': {
    source:
      'let here = llm_available_providers()\nprintln("ollama: ${contains(here, "ollama")}, openai without a key: ${contains(here, "openai")}")',
    prints: 'ollama: true, openai without a key: false',
  },
  'llm.budget': {
    source:
      'llm_budget(0.0001)\nprintln(unwrap_err(try { llm_call("hi", nil, {provider: "mock", model: "gpt-4o"}) }).category)\nllm_budget(nil)\nprintln(llm_call("hi", nil, {provider: "mock", model: "gpt-4o"}).text)',
    prints: 'budget_exceeded\nMock response to 1-word prompt: hi',
  },
  'llm.call': {
    source:
      'llm_mock({text: "Paris"})\nlet answer = llm_call("The capital of France?", "Answer in one word.", {provider: "mock"})\nprintln(answer.text)',
    prints: 'Paris',
  },
  'llm.call_safe': {
    source:
      'llm_mock({error: {category: "rate_limit", message: "slow down"}})\nlet tried = llm_call_safe("hi", nil, {provider: "mock"})\nprintln([tried.ok, tried.error.category])',
    prints: '[false, rate_limit]',
  },
  'llm.call_structured': {
    source:
      'llm_mock({text: "{\\"city\\": \\"Paris\\", \\"people\\": 2}"})\nlet schema = {type: "object", properties: {city: {type: "string"}, people: {type: "integer"}}}\nprintln(llm_call_structured("The capital?", schema, {provider: "mock"}).city)',
    prints: 'Paris',
  },
  'llm.call_structured_result': {
    source:
      'llm_mock({text: "I think it is Paris"})\nllm_mock({text: "{\\"city\\": \\"Paris\\"}"})\nlet r = llm_call_structured_result("The capital?", {type: "object", required: ["city"]}, {provider: "mock"})\nprintln([r.ok, r.data, r.attempts])',
    prints: '[true, {city: Paris}, 2]',
  },
  'llm.call_structured_safe': {
    source:
      'llm_mock({text: "no idea"})\nlet r = llm_call_structured_safe("The capital?", {type: "object"}, {provider: "mock", retries: 0})\nprintln([r.ok, r.data, r.error.category])',
    prints: '[false, nil, schema_validation]',
  },
  'llm.capabilities': {
    source:
      'let can = provider_capabilities("anthropic", "claude-sonnet-4-20250514")\nprintln([can.native_tools, can.vision_supported, can.thinking_modes])',
    prints: '[true, true, [enabled]]',
  },
  'llm.capabilities_clear': {
    source:
      'provider_capabilities_install("[[provider.acme]]\\nmodel_match = \\"*\\"\\nvision_supported = true")\nprovider_capabilities_clear()\nprintln(provider_capabilities("acme", "m1").vision_supported)',
    prints: 'false',
  },
  'llm.capabilities_install': {
    source:
      'println(provider_capabilities("acme", "m1").vision_supported)\nprovider_capabilities_install("[[provider.acme]]\\nmodel_match = \\"*\\"\\nvision_supported = true")\nprintln(provider_capabilities("acme", "m1").vision_supported)',
    prints: 'false\ntrue',
  },
  'llm.config': {
    source: 'println(llm_config("anthropic").base_url)\nprintln(llm_config("anthropic").auth_env)',
    prints: 'https://api.anthropic.com/v1\n[ANTHROPIC_API_KEY]',
  },
  'llm.healthcheck': {
    source: 'println(llm_healthcheck("mock").message)\nprintln(llm_healthcheck("nobody").status)',
    prints: 'answers are prepared\nunknown_provider',
  },
  'llm.infer_provider': {
    source: 'println([llm_infer_provider("claude-sonnet-4"), llm_infer_provider("gpt-4o")])',
    prints: '[anthropic, openai]',
  },
  'llm.info': {
    source: 'let here = llm_info()\nprintln("${here.provider}/${here.model}")',
    prints: 'mock/mock',
  },
  'llm.known_models': {
    source: 'println(llm_known_models())',
    prints: '[frontier, mid, small]',
  },
  'llm.mock_calls': {
    source:
      'llm_mock({text: "hi"})\nllm_call("Say hello", "Be brief.", {provider: "mock"})\nlet [asked] = llm_mock_calls()\nprintln([asked.system, asked.messages[0].content])',
    prints: '[Be brief., Say hello]',
  },
  'llm.mock_clear': {
    source:
      'llm_mock({text: "prepared"})\nllm_mock_clear()\nprintln(llm_call("hi", nil, {provider: "mock"}).text)',
    prints: 'Mock response to 1-word prompt: hi',
  },
  'llm.mock_enqueue': {
    source:
      'llm_mock({text: "It rains", match: "*weather*"})\nllm_mock({text: "Hello"})\nprintln(llm_call("hi", nil, {provider: "mock"}).text)\nprintln(llm_call("The weather?", nil, {provider: "mock"}).text)',
    prints: 'Hello\nIt rains',
  },
  'llm.mock_pop_scope': {
    source:
      'llm_mock({text: "outer"})\nllm_mock_push_scope()\nllm_mock({text: "inner"})\nllm_mock_pop_scope()\nprintln(llm_call("hi", nil, {provider: "mock"}).text)',
    prints: 'outer',
  },
  'llm.mock_push_scope': {
    source:
      'llm_mock({text: "outer"})\nllm_mock_push_scope()\nllm_mock({text: "inner"})\nprintln(llm_call("hi", nil, {provider: "mock"}).text)\nllm_mock_pop_scope()\nprintln(llm_call("hi", nil, {provider: "mock"}).text)',
    prints: 'inner\nouter',
  },
  'llm.model_info': {
    source:
      'let about = llm_model_info("gpt-4o-mini")\nprintln([about.provider, about.tier, about.catalog.context_window])\nprintln(about.catalog.pricing.input_per_mtok)',
    prints: '[openai, mid, 128000]\n0.15',
  },
  'llm.model_tier': {
    source:
      'println([llm_model_tier("gpt-4o-mini"), llm_model_tier("claude-opus-4-1"), llm_model_tier("llama3.2")])',
    prints: '[mid, frontier, small]',
  },
  'llm.pick_model': {
    source: 'println(llm_pick_model("frontier", {provider: "anthropic"}))',
    prints: '{id: claude-sonnet-4-20250514, provider: anthropic, tier: frontier}',
  },
  'llm.provider_catalog': {
    source:
      'let catalog = llm_provider_catalog()\nprintln(keys(catalog))\nprintln(catalog.providers.filter({ p -> p.name == "openai" })[0].base_url)',
    prints:
      '[aliases, available_providers, models, providers, qc_defaults]\nhttps://api.openai.com/v1',
  },
  'llm.providers': {
    source: 'println(llm_providers().filter({ name -> starts_with(name, "open") }))',
    prints: '[openai, openrouter]',
  },
  'llm.qc_default_model': {
    source: 'println(llm_qc_default_model("openai"))',
    prints: 'gpt-4o-mini',
  },
  'llm.rate_limit': {
    source:
      'llm_rate_limit("openai", {rpm: 60})\nprintln(llm_rate_limit("openai"))\nllm_rate_limit("openai", {rpm: 0})\nprintln(llm_rate_limit("openai"))',
    prints: '60\nnil',
  },
  'llm.resolve_model': {
    source:
      'let found = llm_resolve_model("small")\nprintln([found.alias, found.id, found.provider])',
    prints: '[small, gpt-4.1-nano, openai]',
  },
  'llm.session_cost': {
    source:
      'llm_mock({text: "hi", input_tokens: 1000, output_tokens: 500})\nllm_call("Say hello", nil, {provider: "mock", model: "gpt-4o-mini"})\nprintln(llm_session_cost())',
    prints: '{call_count: 1, input_tokens: 1000, output_tokens: 500, total_cost: 0.00045}',
  },
  'llm.trace': {
    source:
      'llm_mock({text: "no idea"})\nllm_mock({text: "{}"})\nllm_call_structured("The capital?", {type: "object"}, {provider: "mock"})\nprintln(agent_trace().map({ e -> e.type }))',
    prints: '[llm_call, schema_retry, llm_call]',
  },
  'llm.trace_summary': {
    source:
      'llm_call("Say hello", nil, {provider: "mock"})\nllm_call("Say goodbye", nil, {provider: "mock"})\nlet sum = agent_trace_summary()\nprintln([sum.llm_calls, sum.llm_retries, sum.models])',
    prints: '[2, 0, [mock]]',
  },
  'llm.usage': {
    source:
      'llm_mock({text: "hi", input_tokens: 12, output_tokens: 3})\nllm_call("Say hello", nil, {provider: "mock"})\nprintln([llm_usage().input_tokens, llm_usage().output_tokens])',
    prints: '[12, 3]',
  },
  'llm.with_rate_limit': {
    source:
      'llm_mock({error: {category: "rate_limit", message: "slow down"}})\nllm_mock({text: "done"})\nprintln(with_rate_limit("mock", { -> llm_call("hi", nil, {provider: "mock"}).text }, {backoff_ms: 0}))\nprintln(len(llm_mock_calls()))',
    prints: 'done\n2',
  },
};
