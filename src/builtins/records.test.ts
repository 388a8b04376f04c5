// Run records as programs see them.
import { expect, it } from 'vitest';
import { createRegistry, EFFECT_GROUPS } from './index.ts';

const registry = createRegistry(EFFECT_GROUPS);

it.each([
  'run_record',
  'run_record_save',
  'run_record_load',
  'load_run_tree',
  'run_record_fixture',
  'run_record_eval',
  'run_record_eval_suite',
  'run_record_diff',
  'eval_suite_manifest',
  'eval_suite_run',
  'eval_pack_manifest',
  'eval_pack_run',
])('%s is a name with a doc', (name) => {
  expect(registry.find(name)?.doc).toMatch(/\.$/);
});

it('saving is denied with the files it goes through', () => {
  expect(registry.find('run_record_save')?.name).toBe('fs.run_record_save');
  expect(registry.find('run_record_save')?.effect).toBe('mutation');
});
