// What a run declares about its end. Read once from the run's options; unknown values are errors.
import type { JsonObject } from '../../base/index.ts';
import type { ServiceKey } from '../run/index.ts';
import { lifErrors } from './errors.ts';

export interface LifecycleSettings {
  /** What happens to open work of a body that threw or was cancelled: ended, or left for someone to go on with. */
  readonly onFailure: 'cancel' | 'keep';
  /** The longest that on_finish and its hooks together may take, in the run's own time. */
  readonly finishTimeoutMs: number;
}

const DAY_MS = 86_400_000;

export const defaultSettings: LifecycleSettings = { onFailure: 'cancel', finishTimeoutMs: DAY_MS };

/** Settings out of run options: `{settlement: {on_failure, finish_timeout_ms}}`. */
export function settingsFrom(options: JsonObject): LifecycleSettings {
  const given = (options['settlement'] ?? {}) as JsonObject;
  const onFailure = given['on_failure'] ?? defaultSettings.onFailure;
  const finishTimeoutMs = given['finish_timeout_ms'] ?? defaultSettings.finishTimeoutMs;
  if (onFailure !== 'cancel' && onFailure !== 'keep') {
    throw lifErrors.badSettings({ name: 'on_failure', value: JSON.stringify(onFailure) });
  }
  if (typeof finishTimeoutMs !== 'number' || !(finishTimeoutMs > 0)) {
    const value = JSON.stringify(finishTimeoutMs);
    throw lifErrors.badSettings({ name: 'finish_timeout_ms', value });
  }
  return { onFailure, finishTimeoutMs };
}

/** The settings of the run. */
export const lifecycleSettingsKey: ServiceKey<LifecycleSettings> = {
  name: 'lifecycle.settings',
  create: () => defaultSettings,
};
