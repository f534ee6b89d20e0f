import { expect, test } from "@jest/globals";
import { Dealer, Router } from "zeromq";
import { Inbox } from "./inbox.js";

/** Holds up the whole process. */
function holdUp(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

async function pair() {
  const router = new Router({ linger: 0 });
  await router.bind("tcp://127.0.0.1:*");
  const dealer = new Dealer({ linger: 0 });
  dealer.connect(router.lastEndpoint ?? "");
  return { router, dealer };
}

test("hands over everything that has come, in order, from several sockets", async () => {
  const [one, other] = [await pair(), await pair()];
  const inbox = new Inbox<Router>();
  for (const { router } of [one, other]) inbox.add(router);
  const stop = new AbortController();
  const got = new Map<Router, number[]>([
    [one.router, []],
    [other.router, []],
  ]);
  for (let n = 0; n < 5000; n++) {
    await one.dealer.send(String(n));
    await other.dealer.send(String(n));
  }
  let turns = 0;
  for await (const { messages } of inbox.turns(stop.signal)) {
    turns += messages.length > 0 ? 1 : 0;
    for (const { socket, frames } of messages) got.get(socket)?.push(Number(String(frames[1])));
    if ([...got.values()].every((each) => each.length === 5000)) break;
  }
  const expected = Array.from({ length: 5000 }, (_, n) => n);
  expect([...got.values()]).toEqual([expected, expected]);
  expect(turns).toBeLessThan(2000);
  for (const { router, dealer } of [one, other]) {
    router.close();
    dealer.close();
  }
});

test("its clock stands still while the process is held up, and turns come without messages", async () => {
  const { router, dealer } = await pair();
  const inbox = new Inbox<Router>();
  inbox.add(router);
  let before: number | undefined;
  let turns = 0;
  for await (const { messages, now } of inbox.turns(new AbortController().signal)) {
    expect(messages).toEqual([]);
    turns += 1;
    if (turns === 2) {
      before = now;
      holdUp(1000);
    }
    if (turns === 3) expect(now - (before ?? 0)).toBeLessThanOrEqual(100);
    if (turns === 4) break;
  }
  router.close();
  dealer.close();
});

test("a stop ends it with the signal's reason, and a socket may be closed while it is received from", async () => {
  const { router, dealer } = await pair();
  const inbox = new Inbox<Router>();
  inbox.add(router);
  const stop = new AbortController();
  const turns = inbox.turns(stop.signal);
  await turns.next();
  router.close();
  await turns.next();
  stop.abort(new Error("enough"));
  await expect(turns.next()).rejects.toThrow("enough");
  dealer.close();
});
