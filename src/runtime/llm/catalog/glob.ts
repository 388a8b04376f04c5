// Globs over names of models: `*` stands for anything, case does not matter.

export function globFits(glob: string, name: string): boolean {
  const parts = glob.toLowerCase().split('*');
  const escaped = parts.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(name.toLowerCase());
}
