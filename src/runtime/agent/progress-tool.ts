// The tool by which a model says how far it is (`progress_tool`): what it says is an event for whoever watches, and
// nothing else.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { AgentEventBody } from './agent-events.ts';
import { badOption, fieldsOption, textOption } from './option-readers.ts';
import { type Tool, toTool } from './tools.ts';

export const PROGRESS_TOOL = 'report_progress';

const DESCRIPTION =
  'Tells the people who watch how the work stands: a short message, or the steps with their state. It does nothing else.';

const PARAMETERS: JsonObject = {
  type: 'object',
  properties: {
    message: { type: 'string', description: 'How it stands, in one line.' },
    entries: {
      type: 'array',
      description: 'The steps: {content, status: pending, in_progress or completed}.',
      items: {
        type: 'object',
        properties: {
          content: { type: 'string' },
          status: { type: 'string', enum: ['pending', 'in_progress', 'completed'] },
        },
        required: ['content'],
      },
    },
    replace: { type: 'boolean', description: 'These steps stand in place of earlier ones.' },
  },
};

/** Reads the option: true, a name for the tool, or `{name?, description?}`. */
export function parseProgressTool(value: Json | undefined): Tool | undefined {
  if (value === undefined || value === false) return undefined;
  const asked = typeof value === 'string' ? { name: value } : value === true ? {} : value;
  if (!isJsonObject(asked)) throw badOption('progress_tool', 'a bool, a name or a dict');
  const given = fieldsOption('progress_tool', asked, ['name', 'description']);
  const name = textOption(given, 'name') || PROGRESS_TOOL;
  const description = textOption(given, 'description') ?? DESCRIPTION;
  const declared = { name, description, parameters: PARAMETERS, annotations: { kind: 'think' } };
  return toTool(declared, {
    kind: 'program',
    *run() {
      yield* [];
      return 'noted';
    },
  });
}

/** What followers are told of a report. */
export function progressEvent(args: Json): AgentEventBody {
  const given = isJsonObject(args) ? args : {};
  const { message = null, entries = [], replace = false } = given;
  return {
    type: 'progress_reported',
    ...(typeof message === 'string' ? { message } : {}),
    entries: Array.isArray(entries) ? entries : [],
    replace: replace === true,
  };
}
