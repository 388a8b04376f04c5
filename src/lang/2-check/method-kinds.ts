// What is known about built-in methods by name: which call what they are given, which pull from a source that may have
// to wait, and what they return. The receiver's kind decides whether the knowledge applies.
import type { ValueKind } from './value-kinds.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Call their arguments. */
const HIGHER_ORDER = words(`
  map filter reduce fold find find_index find_last any all every some none flat_map each for_each tap
  sort_by sorted_by group_by partition take_while skip_while drop_while map_values map_keys map_entries filter_keys
  filter_values min_by max_by sum_by unique_by dedup_by count_by tally_by each_with_index scan take_until rekey
  rekeyed zip_with update get_or_insert key_by index_by`);

/** Pull items from the receiver: these wait when it is an iterator over something that waits. */
const PULLING = words(`
  next to_list to_set to_dict collect count sum min max reduce fold first last any all every some none find
  find_index for_each each join contains len group_by partition tally min_by max_by`);

/** Always wait: channels, streams, tasks. */
const WAITING = words(`
  receive send try_receive await wait race broadcast merge_streams subscribe emit submit`);

/** Methods of dicts: they win over a field of the same name. */
const OF_DICTS = words(`
  keys values entries count len has contains get merge merging remove removing map_values map_keys map_entries
  filter filter_keys filter_values rekey rekeyed is_empty empty to_list iter find any all every each for_each map
  reduce sort_by group_by partition min_by max_by update invert pick omit`);

const SAME_AS_RECEIVER = words(`
  filter sort sorted sort_by sorted_by reverse reversed push appending pop dropping_last concat take skip drop slice
  take_while skip_while drop_while unique unique_by dedup_by compact insert merge merging remove removing add adding
  union intersect difference symmetric_difference trim trim_start trim_end lower upper lowercase uppercase to_lower
  to_upper replace substring pad_left pad_right repeat tap filter_keys filter_values map_keys rekey rekeyed shuffle`);

const LISTS = words(`
  map flat_map keys values entries split chars lines to_list enumerate zip chunk chunks window windows partition
  each_cons each_slice graphemes bytes_list transpose flatten`);

const DATA = words(`
  len count size contains has index_of last_index_of starts_with ends_with any all every none some is_empty empty
  is_subset is_superset is_disjoint find_index sum for_each each`);

const DICTS = words('group_by tally map_values to_dict count_by key_by index_by invert pick omit');

const STRINGS = words('join to_string char_at');

const COMBINATORS = words(`
  iter map filter flat_map take skip take_while skip_while zip enumerate chain chunks windows tap scan take_until
  interleave throttle debounce`);

const ALL = new Set([
  ...HIGHER_ORDER,
  ...PULLING,
  ...OF_DICTS,
  ...SAME_AS_RECEIVER,
  ...LISTS,
  ...DATA,
  ...DICTS,
  ...STRINGS,
  ...COMBINATORS,
]);

export function callsItsArguments(method: string): boolean {
  return HIGHER_ORDER.has(method);
}

/** Whether the method may wait on a receiver that may be an iterator, stream, channel or task. */
export function mayWaitOnItsReceiver(method: string): boolean {
  return PULLING.has(method) || WAITING.has(method);
}

export function isDictMethod(method: string): boolean {
  return OF_DICTS.has(method);
}

/** Whether some built-in value has a method of this name that does not wait by itself. */
export function isBuiltinMethod(method: string): boolean {
  return ALL.has(method);
}

/** What a built-in method returns on a receiver of known kind. */
export function methodResult(receiver: ValueKind, method: string): ValueKind {
  switch (receiver) {
    case 'list':
    case 'string':
    case 'set':
    case 'dict':
      if (SAME_AS_RECEIVER.has(method)) return receiver;
      if (LISTS.has(method)) return 'list';
      if (DATA.has(method)) return 'data';
      if (DICTS.has(method)) return 'dict';
      if (STRINGS.has(method)) return 'string';
      if (method === 'to_set') return 'set';
      return method === 'iter' ? 'iter' : 'unknown';
    case 'range':
    case 'iter':
      if (COMBINATORS.has(method)) return 'iter';
      if (method === 'to_list' || method === 'collect') return 'list';
      if (method === 'to_set') return 'set';
      if (method === 'to_dict') return 'dict';
      return DATA.has(method) ? 'data' : 'unknown';
    case 'none':
      return 'none';
    default:
      return 'unknown';
  }
}
