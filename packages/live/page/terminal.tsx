import { useState } from "preact/hooks";
import { patternsOf, type View } from "../src/messages.js";
import type { Actor } from "../src/views/actors.js";
import * as store from "./store.js";

/** Commands with less between them, in milliseconds, were given at once. */
const AT_ONCE = 300;

interface Command {
  text: string;
  times: number;
  /** How long after the first it was given, in milliseconds. */
  after: number;
  isDeed?: boolean;
}

export function Terminal({ view, actors }: { view: View; actors: Actor[] }) {
  const w = store.words.value;
  const [isCopied, setCopied] = useState(false);
  const commands = commandsOf(view, actors);
  const copy = async () => {
    await navigator.clipboard.writeText(commands.map(({ text }) => `${text}\n`).join(""));
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <section class="card" aria-label={w.terminal}>
      <header>
        <h2>{w.terminal}</h2>
        <span class="end">
          <button class="link" onClick={() => void copy()}>
            {isCopied ? w.copied : w.copy}
          </button>
        </span>
      </header>
      <pre tabIndex={0} aria-label={w.terminal}>
        {commands.map((command, index) => (
          <div key={index}>
            <i>$ </i>
            <span class={command.isDeed === true ? "did" : ""}>{command.text}</span>
            <i>{commentOn(command)}</i>
          </div>
        ))}
      </pre>
    </section>
  );
}

function commentOn({ times, after }: Command): string {
  const w = store.words.value;
  const parts = [times > 1 && w.times(times), after >= AT_ONCE && w.after(after)].filter(Boolean);
  return parts.length === 0 ? "" : ` # ${parts.join(", ")}`;
}

/** The commands that did the same: those that started the roles, and the signals. */
function commandsOf(view: View, actors: Actor[]): Command[] {
  const commands: Command[] = [];
  const started = new Set<string>();
  const SIGNALS: Partial<Record<string, string>> = { frozen: "STOP", running: "CONT", killed: "KILL" };
  const events = store.state.events.filter(({ pattern }) => patternsOf(view).includes(pattern));
  const begin = events[0]?.t ?? 0;
  for (const { child, state, pid, command, t } of events) {
    const after = t - begin;
    if (!started.has(child)) {
      started.add(child);
      const same = commands.find((each) => each.text === command && after - each.after < AT_ONCE);
      if (same === undefined) commands.push({ text: command, times: 1, after });
      else same.times += 1;
    } else if (SIGNALS[state] !== undefined) {
      commands.push({ text: `kill -${SIGNALS[state]} ${pid}`, times: 1, after, isDeed: true });
    }
  }
  if (commands.length > 0) return commands;
  const telemetry = (store.hello.value?.telemetry ?? "").replace("0.0.0.0", "127.0.0.1");
  return [...new Set(actors.map(({ role }) => role))].map((role) => ({
    text: `TELEMETRY=${telemetry} node apps/${role}/dist/main.js`,
    times: 1,
    after: 0,
  }));
}
