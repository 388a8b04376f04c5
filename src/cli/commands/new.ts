// `harn new`: a new project from a template, in a folder of its own. Never touches what is there.
import type { Host } from '../../runtime/host/index.ts';
import type { Command } from '../command.ts';
import { cliErrors, usageErrors } from '../errors.ts';
import { TEMPLATES, type Template } from '../templates.ts';

export const newProject: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const path = args.at(0);
    const name = projectName(path);
    const asked = args.value('template') ?? 'basic';
    const template = TEMPLATES[asked] as Template;
    await refuseExisting(host, path);
    const files = await write(host, path, name, template);
    if (args.has('json')) output.json({ name, path, template: asked, files });
    else {
      for (const file of files) output.line(`${output.style('dim', 'wrote')} ${file}`);
      output.line();
      output.line(`cd ${path} && harn test`);
      if (template.run !== undefined) output.line(template.run);
    }
    return 0;
  },
};

/** The last part of the path, which stands in the manifest. */
function projectName(path: string): string {
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  if (/^[A-Za-z][\w-]{0,63}$/.test(name)) return name;
  throw usageErrors.badProjectName({ name });
}

/** An empty folder is as good as none. */
async function refuseExisting(host: Host, path: string): Promise<void> {
  if (!(await host.fs.exists(path))) return;
  const isFolder = (await host.fs.stat(path)).kind === 'directory';
  if (isFolder && (await host.fs.listDir(path)).length === 0) return;
  throw cliErrors.alreadyThere({ path });
}

async function write(
  host: Host,
  path: string,
  name: string,
  { files }: Template,
): Promise<string[]> {
  const written: string[] = [];
  for (const [file, text] of Object.entries(files)) {
    const target = `${path.replace(/\/+$/, '')}/${file}`;
    await host.fs.mkdir(target.slice(0, target.lastIndexOf('/')));
    await host.fs.writeFile(target, text.replaceAll('NAME', name), { exclusive: true });
    written.push(target);
  }
  return written;
}
