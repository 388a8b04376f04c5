// `--llm-mock FILE` and `--llm-mock-record FILE`: prepared answers instead of models for a whole run, and keeping what models
// answer for that.
import { isJsonObject } from '../base/index.ts';
import type { Host } from '../runtime/host/index.ts';
import { llmConfigKey } from '../runtime/llm/index.ts';
import type { RunCore } from '../runtime/run/index.ts';
import type { Arguments } from './arguments.ts';
import { usageErrors } from './errors.ts';
import { checkMocks, mocksOf } from './testing/mocks.ts';

/** What every run of the command is given. A file that cannot be read, or holds something else, is refused before anything runs. */
export async function llmMocks(host: Host, args: Arguments): Promise<(run: RunCore) => void> {
  const from = args.value('llm-mock');
  const to = args.value('llm-mock-record');
  if (from !== undefined && to !== undefined)
    throw usageErrors.twoOptions({ one: '--llm-mock', other: '--llm-mock-record' });
  if (to !== undefined) {
    await host.fs.writeFile(to, '');
    return (run) => run.provide(llmConfigKey, { recordTape: to });
  }
  const path = from ?? '';
  if (!(await host.fs.exists(path))) throw usageErrors.noAnswers({ path });
  const text = await host.fs.readText(path);
  const mocks = mocksOf(text, path);
  // What was recorded is told from what somebody wrote by its keys.
  const isTape = mocks.some((line) => isJsonObject(line) && line.v === 1 && 'key' in line);
  if (!isTape) checkMocks(text, path);
  return (run) => run.provide(llmConfigKey, isTape ? { tape: path } : { mocks });
}
