// Types of shared.mjs, which the peers' own scripts run as it is.
export const STEPS: number;
export const ANSWERS: number;
export const PARKED: number;
export const AT_ONCE: number;
export function median(values: readonly number[]): number;
export function timed(work: () => unknown): Promise<number>;
export function each(count: number, work: (n: number) => Promise<unknown>): Promise<void>;
export function parts(): ReadonlySet<string>;
export function tell(result: object): void;
