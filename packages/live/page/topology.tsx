import type { Pattern } from "../src/messages.js";
import { type Actor, countsOf, isOver, spansOf } from "../src/views/actors.js";
import { COLUMNS, type Edge, edgesOf } from "../src/views/topology.js";
import { weatherFacts } from "../src/views/weather.js";
import { compact, nameOf } from "./names.js";
import * as store from "./store.js";
import { useWidth } from "./use-width.js";

/** Of those that there are many of, so many are shown one by one. */
const MAX_SHOWN = 16;

const FULL = { width: 220, height: 92 };
const SLIM = { width: 300, height: 40 };
const GAP = 8;

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

const isSlim = ({ role }: Actor) => role in store.words.value.roles;

export function Topology({ pattern, actors }: { pattern: Pattern; actors: Actor[] }) {
  const w = store.words.value;
  const [ref, width] = useWidth();
  const shown = COLUMNS[pattern].map((roles) =>
    actors.filter(({ role }) => roles.includes(role)).slice(0, MAX_SHOWN),
  );
  const hidden = actors.length - shown.flat().length;
  const canAdd = store.canControl.value;
  const { places, add, height } = layOut(shown, width, canAdd, pattern === "jobs" ? 34 : 0);
  const edges = edgesOf(pattern, actors).filter(({ from, to }) => places.has(from.key) && places.has(to.key));
  const isStacked = width < 700;
  const isOnHosts = new Set(actors.flatMap(({ node }) => node?.host ?? [])).size > 1;
  const adds = pattern === "hello" || pattern === "weather" ? w.addClient : w.addWorker;
  return (
    <section class="card" aria-label={w.connected}>
      <header>
        <h2>{w.connected}</h2>
        <span class="soft">
          {w.processes(actors.filter((actor) => !isOver(actor)).length)}
          {hidden > 0 && ` · ${w.moreOf(hidden)}`}
        </span>
        <span class="end soft">{w.rates}</span>
      </header>
      <div class="topology" ref={ref} style={{ height: `${height}px` }}>
        {!isStacked && (
          <svg aria-hidden="true">
            {edges.map((edge) => (
              <Connection key={edge.key} edge={edge} places={places} height={height} />
            ))}
          </svg>
        )}
        {width > 0 &&
          shown
            .flat()
            .map((actor) => (
              <ActorCard
                key={actor.key}
                actor={actor}
                place={places.get(actor.key)}
                host={isOnHosts ? actor.node?.host : undefined}
              />
            ))}
        {canAdd && width > 0 && (
          <button
            class="add"
            style={pixels(add)}
            onClick={() => void store.command({ verb: "add", pattern })}
          >
            {adds}
          </button>
        )}
      </div>
      <Sockets actors={actors} />
    </section>
  );
}

/** What the sockets do that there are. */
function Sockets({ actors }: { actors: Actor[] }) {
  const { sockets } = store.words.value;
  const types = new Set(actors.flatMap(({ node }) => node?.sockets.map(({ type }) => type) ?? []));
  return (
    <dl class="sockets">
      {Object.entries(sockets)
        .filter(([type]) => types.has(type))
        .map(([type, text]) => (
          <div key={type}>
            <dt>{type}</dt> <dd>{text}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Fixed columns: nobody jumps when somebody comes or goes elsewhere. */
function layOut(columns: Actor[][], width: number, canAdd: boolean, foot: number) {
  const places = new Map<string, Place>();
  const sizeOf = (actor: Actor) => (isSlim(actor) ? SLIM : FULL);
  const isStacked = width < 700;
  let add: Place = { x: 0, y: 0, width, height: 34 };
  const addHeight = (column: Actor[]) => (canAdd && column.some(isSlim) ? add.height + GAP : 0);
  const heightOf = (column: Actor[]) =>
    column.reduce((sum, actor) => sum + sizeOf(actor).height + GAP, 0) + addHeight(column);
  if (isStacked) {
    let y = 0;
    for (const column of columns) {
      for (const actor of column) {
        const { height } = sizeOf(actor);
        places.set(actor.key, { x: 0, y, width, height });
        y += height + GAP;
      }
      if (addHeight(column) > 0) {
        add = { x: 0, y, width, height: 34 };
        y += 34 + GAP;
      }
      y += 8;
    }
    return { places, add, height: y };
  }
  const height = Math.max(150, ...columns.map(heightOf));
  for (const [index, column] of columns.entries()) {
    let y = (height - heightOf(column)) / 2;
    const columnWidth = column.some(isSlim) ? SLIM.width : FULL.width;
    const x = ((width - columnWidth) * index) / (columns.length - 1);
    for (const actor of column) {
      const { height: own } = sizeOf(actor);
      places.set(actor.key, { x, y, width: columnWidth, height: own });
      y += own + GAP;
    }
    if (addHeight(column) > 0) add = { x, y, width: columnWidth, height: 34 };
  }
  return { places, add, height: height + foot };
}

const pixels = ({ x, y, width, height }: Place) => ({
  left: `${x}px`,
  top: `${y}px`,
  width: `${width}px`,
  height: `${height}px`,
});

function Connection({ edge, places, height }: { edge: Edge; places: Map<string, Place>; height: number }) {
  const w = store.words.value;
  const { from, to, rate, isUp } = edge;
  const [a, b] = [places.get(from.key), places.get(to.key)];
  if (a === undefined || b === undefined) return null;
  const { path, x, y } = edge.isLong ? below(a, b, height - 10) : across(a, b, edge);
  const text = isUp && rate !== undefined && rate > 0 ? w.perSecond(compact(rate)) : undefined;
  const width = (text?.length ?? 0) * 7 + 14;
  return (
    <g data-edge={edge.key} data-up={isUp}>
      <path class={isUp ? "edge" : "edge down"} d={path} />
      {text !== undefined && (
        <>
          <path class="flow" d={path} />
          <g class="rate" transform={`translate(${x - width / 2} ${y - 9.5})`}>
            <rect width={width} height="19" rx="9.5" />
            <text x={width / 2} y="13.5">
              {text}
            </text>
          </g>
        </>
      )}
    </g>
  );
}

interface Way {
  path: string;
  /** Where the rate is. */
  x: number;
  y: number;
}

function across(a: Place, b: Place, { from, to }: Edge): Way {
  const [x1, y1, x2, y2] = [a.x + a.width, a.y + a.height / 2, b.x, b.y + b.height / 2];
  const middle = (x1 + x2) / 2;
  // Nearer to the side where the lines are apart
  const at = from.isOneOfMany === to.isOneOfMany ? 0.5 : from.isOneOfMany ? 0.3 : 0.7;
  return {
    path: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`,
    x: bezier(at, x1, middle, middle, x2),
    y: bezier(at, y1, y1, y2, y2),
  };
}

/** Past those between. */
function below(a: Place, b: Place, y: number): Way {
  const [x1, y1, x2, y2] = [a.x + a.width / 2, a.y + a.height, b.x + b.width / 2, b.y + b.height];
  return {
    path: `M${x1} ${y1}V${y - 20}Q${x1} ${y} ${x1 + 20} ${y}H${x2 - 20}Q${x2} ${y} ${x2} ${y - 20}V${y2}`,
    x: (x1 + x2) / 2,
    y,
  };
}

const bezier = (t: number, a: number, b: number, c: number, d: number) =>
  (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t ** 3 * d;

interface ActorCardProps {
  actor: Actor;
  place: Place | undefined;
  /** Where it runs, if that is not the same for all. */
  host: string | undefined;
}

function ActorCard({ actor, place, host }: ActorCardProps) {
  const { condition } = actor;
  const name = nameOf(actor);
  if (place === undefined) return null;
  const slim = isSlim(actor);
  return (
    <article
      class={`actor ${slim ? "slim" : "full"} ${condition}`}
      style={pixels(place)}
      data-actor={actor.key}
      data-condition={condition}
    >
      <h3>
        <span class={`dot ${condition}`} />
        {name}
        {host !== undefined && (
          <span class="host" title={host}>
            {host}
          </span>
        )}
        {!slim && <span class="kind">{mainSocket(actor)?.type ?? "…"}</span>}
      </h3>
      {slim ? (
        <span class="doing">{doing(actor)}</span>
      ) : (
        <>
          <p class="mono">{bound(actor)}</p>
          <p>{doing(actor)}</p>
        </>
      )}
      <Acts actor={actor} name={name} />
    </article>
  );
}

const mainSocket = ({ node }: Actor) =>
  node?.sockets.find(({ binds }) => binds.length > 0) ?? node?.sockets[0];

function bound(actor: Actor): string {
  const ports = (mainSocket(actor)?.binds ?? []).map((each) => /:\d+$/.exec(each)?.[0] ?? each);
  return ports.length === 0 ? " " : `${store.words.value.binds} ${ports.join(" ")}`;
}

/** What it is at, or what it has done. */
function doing(actor: Actor): string {
  const w = store.words.value;
  const { node, condition, role } = actor;
  const parts: string[] = [];
  const counts = (type: string) => countsOf(actor, type);
  if (role === "taskvent") parts.push(w.dealt(node?.tick?.sockets["PUSH"]?.[1] ?? 0));
  if (role === "tasksink") parts.push(w.results(Math.max(0, counts("PULL").received - 1)));
  if (role === "jobsink")
    parts.push(w.results(node?.tick?.show?.find(([label]) => label === "results")?.[1] ?? 0));
  if (role === "hello-server") parts.push(w.answered(counts("REP").sent));
  if (role === "hello-client") {
    const failed = spansOf(actor, "REQ").filter(([, , , outcome]) => outcome !== undefined).length;
    parts.push(w.asked(counts("REQ").received, failed));
  }
  if (role === "wuclient") {
    const filters = (node?.tick?.show ?? []).map(([filter]) => `"${filter}"`);
    parts.push(filters.join(" "), w.received(compact(counts("SUB").received)));
  }
  if (role === "number-publisher" || role === "number-subscriber") {
    const [, count = 0] = node?.tick?.show?.[0] ?? [];
    parts.push(role === "number-publisher" ? w.publishedNumbers(count) : w.received(String(count)));
  }
  if (role === "wuserver" && condition === "running") {
    const { made, sent } = weatherFacts(store.state, store.now.peek());
    if (made !== undefined && sent !== undefined) return w.made(compact(made), compact(sent));
  }
  const isWorking = condition === "running" && (node?.tick?.doing.length ?? 0) > 0 && role.endsWith("work");
  if (isWorking) parts.push(w.working);
  else if (condition !== "running" || parts.length === 0) parts.push(w.conditions[condition]);
  const skew = node?.skew ?? 0;
  // Told, and not corrected: times of different machines may not fit together
  if (condition === "running" && Math.abs(skew) > 1000) parts.push(w.skew((skew / 1000).toFixed(1)));
  return parts.filter((part) => part !== "").join(" · ");
}

function Acts({ actor, name }: { actor: Actor; name: string }) {
  const w = store.words.value;
  const { child, condition } = actor;
  if (child === undefined || isOver(actor) || !store.canControl.value) return null;
  const isFrozen = condition === "frozen";
  const act = (verb: "kill" | "freeze" | "thaw") => () => void store.command({ verb, child: child.child });
  const freezing = isFrozen ? w.thaw(name) : w.freeze(name);
  return (
    <span class="acts">
      <button aria-label={freezing} title={freezing} onClick={act(isFrozen ? "thaw" : "freeze")}>
        <svg width="12" height="12" aria-hidden="true">
          <path
            d={isFrozen ? "M2 1v10l9-5z" : "M2.5 1.5h2.4v9H2.5zM7.1 1.5h2.4v9H7.1z"}
            fill="currentColor"
          />
        </svg>
      </button>
      <button aria-label={w.kill(name)} title={w.kill(name)} onClick={act("kill")}>
        <svg width="12" height="12" aria-hidden="true">
          <path d="m2 2 8 8m0-8-8 8" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
        </svg>
      </button>
    </span>
  );
}
