// `--skill-dir`: folders of skills that come before all others, for every command that runs or talks.
import type { Host } from '../runtime/host/index.ts';
import { resolvePath } from '../runtime/host/index.ts';
import type { Arguments } from './arguments.ts';

/** As absolute paths: a run may go on from another folder. Undefined when none is given. */
export function skillDirsOf(host: Host, args: Arguments): readonly string[] | undefined {
  const dirs = args.list('skill-dir');
  if (dirs.length === 0) return undefined;
  const cwd = host.system.cwd();
  return dirs.map((dir) => resolvePath(cwd, dir));
}
