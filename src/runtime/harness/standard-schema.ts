// Schemas of other libraries (zod, valibot, arktype, ...) as the parameters of tools: what Standard Schema says of them.
// Models are told their JSON Schema; the library itself checks the arguments and gives the handler its own output.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { toolErrors } from '../agent/index.ts';

/** The part of Standard Schema (version 1) that is used here; the JSON Schema is its extension for that. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => {
        readonly [key: string]: unknown;
      };
    };
  };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Whether parameters are a schema of a library. Some libraries make them functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  const isThing = (typeof value === 'object' && value !== null) || typeof value === 'function';
  if (!isThing) return false;
  const standard = (value as { readonly '~standard'?: unknown })['~standard'];
  return typeof standard === 'object' && standard !== null && 'validate' in standard;
}

/** What a model is told: the JSON Schema beside the schema, or the one that its library makes. */
export function jsonSchemaOf(
  tool: string,
  schema: StandardSchema,
  beside: JsonObject | undefined,
): JsonObject {
  if (beside !== undefined) return beside;
  const made = schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' });
  const data = made === undefined ? undefined : (JSON.parse(JSON.stringify(made)) as Json);
  if (!isJsonObject(data))
    throw toolErrors.noJsonSchema({ tool, vendor: schema['~standard'].vendor });
  const { $schema: _dialect, ...rest } = data;
  return rest;
}

/** The arguments as the schema makes them; refused with what its library says about them. */
export async function parsedBy(tool: string, schema: StandardSchema, args: Json): Promise<unknown> {
  const result = await schema['~standard'].validate(args);
  if (result.issues === undefined) return result.value;
  const problems = result.issues.map(({ message, path = [] }) => {
    const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
    return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
  });
  throw toolErrors.badArguments({ tool, problems: problems.join('; ') });
}
