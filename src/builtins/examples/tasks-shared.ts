// Examples of builtins: mailboxes, channels, shared values, locks, supervisors.
import type { Examples } from './example.ts';

export const TASKS_SHARED_EXAMPLES: Examples = {
  'runtime.mailbox_open': {
    source:
      'let box = mailbox_open("jobs", 2)\nmailbox_send("jobs", "build")\nprintln(mailbox_receive(box))',
    prints: 'build',
  },
  'runtime.mailbox_receive': {
    source:
      'mailbox_open("jobs")\nspawn { mailbox_send("jobs", {id: 7}) }\nprintln(mailbox_receive("jobs").id)',
    prints: '7',
  },
  'runtime.mailbox_send': {
    source:
      'let box = mailbox_open("jobs")\nprintln([mailbox_send(box, 1), mailbox_send("nowhere", 1)])',
    prints: '[true, false]',
  },
  'runtime.mailbox_try_receive': {
    source:
      'let box = mailbox_open("jobs")\nmailbox_send(box, 1)\nprintln([mailbox_try_receive(box), mailbox_try_receive(box)])',
    prints: '[1, nil]',
  },
  'runtime.pipeline_input': {
    source: 'println(harness.runtime.pipeline_input() ?? "started without input")',
    prints: 'started without input',
  },
  'runtime.task': {
    source: 'println(harness.runtime.task() ?? "no task was handed in")',
    prints: 'no task was handed in',
  },
  'runtime.receive': {
    source:
      'let ch = channel("jobs")\nspawn { send(ch, "a"); close_channel(ch) }\nprintln([receive(ch), receive(ch)])',
    prints: '[a, nil]',
  },
  'runtime.select': {
    source:
      'let [a, b] = [channel("a"), channel("b")]\nsend(b, 7)\nlet got = select(a, b)\nprintln([got.index, got.channel, got.value])',
    prints: '[1, b, 7]',
  },
  'runtime.send': {
    source:
      'let ch = channel("jobs", 1)\nprintln(send(ch, 1))\nclose_channel(ch)\nprintln(send(ch, 2))',
    prints: 'true\nfalse',
  },
  'runtime.try_receive': {
    source: 'let ch = channel("jobs")\nsend(ch, 1)\nprintln([try_receive(ch), try_receive(ch)])',
    prints: '[1, nil]',
  },
  'runtime.shared_cas': {
    source:
      'let n = shared_cell("n", 1)\nlet seen = shared_snapshot(n)\nprintln([shared_cas(n, seen, 2), shared_cas(n, seen, 3), shared_get(n)])',
    prints: '[true, false, 2]',
  },
  'runtime.shared_get': {
    source:
      'let n = shared_cell("n", 1)\nparallel each [1, 2] { i -> shared_set(n, 10) }\nprintln(shared_get(n))',
    prints: '10',
  },
  'runtime.shared_map_cas': {
    source:
      'let m = shared_map("m", {owner: "ann"})\nprintln([shared_map_cas(m, "owner", "bob", "eve"), shared_map_cas(m, "owner", "ann", "bob")])\nprintln(shared_map_get(m, "owner"))',
    prints: '[false, true]\nbob',
  },
  'runtime.shared_map_delete': {
    source:
      'let m = shared_map("m", {a: 1, b: 2})\nprintln(shared_map_delete(m, "a"))\nprintln(shared_map_entries(m))',
    prints: '1\n{b: 2}',
  },
  'runtime.shared_map_entries': {
    source:
      'let m = shared_map("m", {a: 1})\nshared_map_set(m, "b", 2)\nprintln(shared_map_entries(m))',
    prints: '{a: 1, b: 2}',
  },
  'runtime.shared_map_get': {
    source:
      'let m = shared_map("m", {a: 1})\nprintln([shared_map_get(m, "a"), shared_map_get(m, "b"), shared_map_get(m, "b", 0)])',
    prints: '[1, nil, 0]',
  },
  'runtime.shared_map_set': {
    source:
      'let m = shared_map("m")\nprintln([shared_map_set(m, "a", 1), shared_map_set(m, "a", 2)])',
    prints: '[nil, 1]',
  },
  'runtime.shared_map_snapshot': {
    source:
      'let m = shared_map("m", {a: 1})\nlet seen = shared_map_snapshot(m, "a")\nshared_map_set(m, "b", 2)\nprintln([seen.value, shared_map_cas(m, "a", seen, 9)])',
    prints: '[1, false]',
  },
  'runtime.shared_metrics': {
    source:
      'let n = shared_cell("n", 0)\nshared_cas(n, 0, 1)\nshared_cas(n, 0, 2)\nlet m = shared_metrics(n)\nprintln([m.cas_success_count, m.cas_failure_count])',
    prints: '[1, 1]',
  },
  'runtime.shared_set': {
    source: 'let n = shared_cell("n", 1)\nprintln([shared_set(n, 2), shared_get(n)])',
    prints: '[1, 2]',
  },
  'runtime.shared_snapshot': {
    source:
      'let n = shared_cell("n", 1)\nlet before = shared_snapshot(n)\nshared_set(n, 5)\nlet after = shared_snapshot(n)\nprintln([before.value, after.value, after.version > before.version])',
    prints: '[1, 5, true]',
  },
  'runtime.store_clear': {
    source: 'store_set("a", 1)\nstore_clear()\nprintln(store_list())',
    prints: '[]',
  },
  'runtime.store_delete': {
    source: 'store_set("a", 1)\nstore_set("b", 2)\nstore_delete("a")\nprintln(store_list())',
    prints: '[b]',
  },
  'runtime.store_list': {
    source: 'store_set("b", 1)\nstore_set("a", 2)\nprintln(store_list())',
    prints: '[a, b]',
  },
  'runtime.store_save': {
    source: 'store_set("a", 1)\nstore_save()\nprintln(store_get("a"))',
    prints: '1',
  },
  'runtime.store_set': {
    source: 'store_set("last", {build: 7})\nprintln(store_get("last").build)',
    prints: '7',
  },
  'runtime.supervisor_start': {
    source:
      'let tries = channel("tries")\nlet s = supervisor_start({name: "jobs", children: [{name: "a", restart: {mode: "on_failure", backoff_ms: 0}, task: { _ -> send(tries, "again"); throw "no" }}]})\nprintln([receive(tries), receive(tries)])\nsupervisor_stop(s)',
    prints: '[again, again]',
  },
  'runtime.supervisor_state': {
    source:
      'let s = supervisor_start({name: "jobs", children: [{name: "a", restart: "never", task: { _ -> 1 }}]})\nlet state = supervisor_state(s)\nprintln([state.name, state.children.map({ c -> c.name })])',
    prints: '[jobs, [a]]',
  },
  'runtime.supervisor_events': {
    source:
      'let s = supervisor_start({name: "jobs", children: [{name: "a", restart: "never", task: { _ -> 1 }}]})\nsupervisor_stop(s)\nprintln(supervisor_events(s).map({ e -> e.kind }))',
    prints:
      '[supervisor_started, child_started, supervisor_stopping, child_stopped, supervisor_shutdown]',
  },
  'runtime.supervisor_metrics': {
    source:
      'let done = channel("done")\nlet s = supervisor_start({name: "jobs", children: [{name: "a", restart: "never", task: { _ -> send(done, 1) }}]})\nreceive(done)\nlet m = supervisor_metrics(s)\nprintln([m.started, m.failed, m.restarted])',
    prints: '[1, 0, 0]',
  },
  'runtime.supervisor_stop': {
    source:
      'let inbox = channel("inbox")\nlet s = supervisor_start({name: "jobs", children: [{name: "a", restart: "always", task: { _ -> receive(inbox) }}]})\nprintln(supervisor_stop(s, 0).status)',
    prints: 'stopped',
  },
  'runtime.sync_gate_acquire': {
    source:
      'let first = sync_gate_acquire("door", 1)\nprintln(sync_gate_acquire("door", 1, 0))\nsync_release(first)\nprintln(sync_gate_acquire("door", 1, 0) != nil)',
    prints: 'nil\ntrue',
  },
  'runtime.sync_metrics': {
    source:
      'let lock = sync_mutex_acquire("db")\nsync_release(lock)\nprintln(sync_metrics("mutex", "db").acquisition_count)\nprintln(sync_metrics("mutex", "other"))',
    prints: '1\nnil',
  },
  'runtime.sync_mutex_acquire': {
    source:
      'let lock = sync_mutex_acquire("db")\nprintln(sync_mutex_acquire("db", 0))\nprintln(sync_release(lock))',
    prints: 'nil\ntrue',
  },
  'runtime.sync_release': {
    source:
      'let lock = sync_mutex_acquire("db")\nprintln([sync_release(lock), sync_release(lock), sync_release(nil)])',
    prints: '[true, false, false]',
  },
  'runtime.sync_rwlock_acquire': {
    source:
      'let [a, b] = [sync_rwlock_acquire("doc", "read"), sync_rwlock_acquire("doc", "read")]\nprintln(sync_rwlock_acquire("doc", "write", 0))\nsync_release(a)\nsync_release(b)\nprintln(sync_rwlock_acquire("doc", "write", 0) != nil)',
    prints: 'nil\ntrue',
  },
  'runtime.sync_semaphore_acquire': {
    source:
      'let two = sync_semaphore_acquire("gpu", 3, 2)\nprintln(sync_semaphore_acquire("gpu", 3, 2, 0))\nprintln(sync_semaphore_acquire("gpu", 3, 1, 0) != nil)',
    prints: 'nil\ntrue',
  },
  'runtime.timer_start': {
    source: 'mock_time(1000)\nlet t = timer_start("build")\nprintln([t.name, t.start_ms])',
    prints: '[build, 1000]',
  },
  'runtime.timer_end': {
    source:
      'mock_time(1000)\nlet t = timer_start("build")\nadvance_time(250ms)\nprintln(timer_end(t))',
    prints: '[timer] build: 250ms\n250',
  },
};
