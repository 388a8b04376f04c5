// The commands of a chat by name: what is completed, and what a skill of the same name stands behind.
export const commandNames: readonly string[] = [
  ...['help', 'tools', 'skills', 'model', 'cost', 'fork', 'quit', 'exit'],
];
