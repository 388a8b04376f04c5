// Every migration in order. Only ever appended to.
import type { Migration } from '../../migrate.ts';
import { first } from './0001-first.ts';
import { blobOwners } from './0002-blob-owners.ts';
import { packs } from './0003-packs.ts';
import { topicHashes } from './0004-topic-hashes.ts';

export const migrations: readonly Migration[] = [first, blobOwners, packs, topicHashes];
