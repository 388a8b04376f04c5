// `harn sessions say`: says something to the agent that works in a session, from any process.
import { uuidV7 } from '../../base/index.ts';
import { sendSessionMessage } from '../../runtime/agent/index.ts';
import type { Command } from '../command.ts';
import { withProject } from '../project.ts';
import { findSessionId } from '../session-lookup.ts';

export const sessionsSay: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      // A session is written with its first turn; until then only its whole id is known.
      const store = await (args.has('exact') ? project.store() : project.requireStore());
      const typed = args.at(0);
      const session = args.has('exact') ? typed : await findSessionId(store, typed);
      const nowMs = Math.floor(host.clock.nowMs());
      const message = await sendSessionMessage(store, session, {
        content: args.at(1),
        mode: args.value('mode'),
        id: uuidV7(nowMs, host.random),
        nowMs,
      });
      if (args.has('json')) output.json({ message: { ...message } });
      else {
        output.line(message.message_id);
        output.remark(`${session} hears it when a loop with host_messages gets there.`);
      }
      return 0;
    });
  },
};
