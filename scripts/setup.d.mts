// What tests use of setup.mjs.
import type { SpawnSyncOptions } from 'node:child_process';

export const mcpServers: string;
export function ensureMcpServers(options?: SpawnSyncOptions): number;
