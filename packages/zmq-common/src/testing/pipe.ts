import { Pull, Push } from "zeromq";

/** push (PUSH) -> pull (PULL), connected; both are closed at the end of the scope. */
export async function pipe(transport = "tcp://127.0.0.1:*") {
  const push = new Push({ linger: 0 });
  const pull = new Pull();
  await pull.bind(transport);
  push.connect(pull.lastEndpoint ?? "");
  return {
    push,
    pull,
    [Symbol.dispose]() {
      push.close();
      pull.close();
    },
  };
}
