// Examples of builtins: channels-and-mailboxes.
import type { Examples } from './example.ts';

export const CHANNELS_AND_MAILBOXES_EXAMPLES: Examples = {
  'runtime.channel_is_closed': {
    source:
      'const jobs = channel("jobs", 2)\nsend(jobs, "last")\nclose_channel(jobs)\nprintln([channel_is_closed(jobs), receive(jobs), receive(jobs)])',
    prints: '[true, last, nil]',
  },
  'runtime.channel_select': {
    source:
      'const a = channel("a", 1)\nconst b = channel("b", 1)\nsend(b, 7)\nprintln(channel_select([a, b]))\nprintln(channel_select([a, b], 0))',
    prints: '{channel: b, index: 1, value: 7}\nnil',
  },
  'runtime.close_channel': {
    source:
      'const jobs = channel("jobs", 2)\nsend(jobs, 1)\nclose_channel(jobs)\nprintln([send(jobs, 2), receive(jobs), receive(jobs)])',
    prints: '[false, 1, nil]',
  },
  'runtime.mailbox_close': {
    source:
      'const inbox = mailbox_open("inbox")\nmailbox_send("inbox", "hello")\nmailbox_close(inbox)\nprintln([mailbox_send("inbox", "late"), mailbox_receive(inbox), mailbox_receive(inbox)])',
    prints: '[false, hello, nil]',
  },
  'runtime.mailbox_lookup': {
    source:
      'mailbox_open("inbox")\nmailbox_send(mailbox_lookup("inbox"), "hello")\nprintln([mailbox_receive("inbox"), mailbox_lookup("elsewhere")])',
    prints: '[hello, nil]',
  },
  'runtime.mailbox_metrics': {
    source:
      'mailbox_open("inbox", 8)\nmailbox_send("inbox", "a")\nmailbox_send("inbox", "b")\nmailbox_receive("inbox")\nprintln(mailbox_metrics("inbox"))',
    prints:
      '{capacity: 8, closed: false, depth: 1, failed_send_count: 0, received_count: 1, sent_count: 2}',
  },
};
