// {{title}}
// Connects PULL socket to {{peers.vent.endpoint}}
// Collects tasks from {{peers.vent.app}} via that socket
// Connects PUSH socket to {{peers.sink.endpoint}}
// Sends results to {{peers.sink.app}} via that socket
import { Pull, Push } from "zeromq";
import {
  closeOnAbort,
  connectAndWait,
  connectEndpoints,
  messages,
  printable,
  type RoleContext,
  sSend,
} from "zmq-common";

export interface {{Id}}Options {
  vent: string;
  sink: string;
}

export async function {{id}}({ vent, sink }: {{Id}}Options, context: RoleContext) {
  const { signal, print, log } = context;

  // Socket to send results to; take no tasks until the sink is connected
  using sender = new Push();
  closeOnAbort(signal, sender);
  log.info(`waiting for the sink at ${sink}`);
  await connectAndWait(sender, [sink], context, "{{peers.sink.app}}");

  // Socket to receive tasks on
  using receiver = new Pull();
  connectEndpoints(receiver, [vent], context, "{{peers.vent.app}}");
  log.info(`waiting for tasks from ${vent}`);

  // Process tasks forever
  for await (const [frame] of messages(receiver, { signal })) {
    const task = printable(frame);
    print(`Doing ${task}\n`);
    // Do your work here; what is sent then says that it is done
    await sSend(sender, `${task} done`);
  }
}
