// Set up before every test file: a test that prints fails, because what it prints nobody reads.
for (const method of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
  console[method] = (...args: readonly unknown[]) => {
    throw new Error(`console.${method} was called in a test: ${args.map(String).join(' ')}`);
  };
}
