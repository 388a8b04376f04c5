// All options. They are read by `harn docs`, `harn check` and the language server, and load only there.
import { AGENT_OPTIONS } from './agents.ts';
import { MODEL_OPTIONS } from './models.ts';
import { NET_OPTIONS } from './net.ts';
import type { RowOptions } from './option.ts';

/** The options of every row that has some, by its name. */
export const OPTIONS: RowOptions = {
  ...MODEL_OPTIONS,
  ...AGENT_OPTIONS,
  ...NET_OPTIONS,
};
