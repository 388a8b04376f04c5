// The commands of a chat by name: what is completed, and what a skill of the same name stands behind.
export const commandNames = [
  ...['help', 'tools', 'skills', 'model', 'cost', 'fork', 'quit', 'exit'],
] as const;
