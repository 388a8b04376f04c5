// `harn completions`: a script that teaches a shell the commands and options of this command line.
import type { Command } from '../command.ts';
import { bashScript, fishScript, zshScript } from '../completion-scripts.ts';
import { usageErrors } from '../errors.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const completions: Command = {
  async run(args, { output, commands }) {
    const shell = args.at(0);
    if (!isShell(shell)) {
      const choices = Object.keys(SCRIPTS).join(', ');
      throw usageErrors.badChoice({ option: 'harn completions', value: shell, choices });
    }
    output.line(SCRIPTS[shell](commands).trimEnd());
    return 0;
  },
};

function isShell(text: string): text is keyof typeof SCRIPTS {
  return Object.hasOwn(SCRIPTS, text);
}
