// `[telemetry]` of harn.toml: the collector that spans of this project go to, where the environment names none.
import { isJsonObject, type Json } from '../base/index.ts';
import type { OtlpSettings } from '../runtime/trace/index.ts';
import { parseToml, tomlReason } from '../text/index.ts';
import { cliErrors } from './errors.ts';

const KEYS = ['otlp_endpoint', 'service_name'];

/** The settings in the text of a manifest; undefined when it has none. */
export async function readTelemetry(text: string, path: string): Promise<OtlpSettings | undefined> {
  let manifest: Json;
  try {
    manifest = await parseToml(text);
  } catch (cause) {
    throw cliErrors.badToml({ path, reason: tomlReason(cause) }, { cause });
  }
  const declared = isJsonObject(manifest) ? manifest['telemetry'] : undefined;
  if (!isJsonObject(declared)) return undefined;
  for (const [key, value] of Object.entries(declared)) {
    if (!KEYS.includes(key)) {
      const reason = `[telemetry] has no ${JSON.stringify(key)}; it has ${KEYS.join(', ')}`;
      throw cliErrors.badToml({ path, reason });
    }
    const isRight = typeof value === 'string' && (key !== 'otlp_endpoint' || URL.canParse(value));
    if (!isRight) throw cliErrors.badToml({ path, reason: `[telemetry] ${key} makes no sense` });
  }
  const { otlp_endpoint: endpoint, service_name: serviceName } = declared as {
    readonly [key: string]: string | undefined;
  };
  return { endpoint, serviceName };
}
