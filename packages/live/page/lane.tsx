/** A row of a chart, which many bars may be added to many times a second: what stays as it was is not drawn again. */
import { Component } from "preact";
import type { Bar } from "../src/views/bars.js";
import type { Row } from "../src/views/chart.js";
import { nameOf } from "./names.js";
import type { Scale } from "./scales.js";
import * as store from "./store.js";

/** So many bars are looked at together. */
const CHUNK = 50;

/** Shapes that are nearer to one another than that are one, in pixels. */
const NEAR = 0.5;

interface LaneProps {
  row: Row;
  y: number;
  height: number;
  left: number;
  right: number;
  width: number;
  scale: Scale;
  /** Whether each bar has its label. */
  isDetailed: boolean;
}

export function Lane({ row, y, height, left, right, width, scale: x, isDetailed }: LaneProps) {
  const w = store.words.value;
  const { actor, bars, gaps, done, failed } = row;
  const last = bars.at(-1)?.kind === "open" ? bars.length - 1 : bars.length;
  const place = { y, height, scale: x, role: actor.role, name: nameOf(actor) };
  const numbers = isDetailed && actor.role === "hello-client" ? requestNumbers(bars) : undefined;
  return (
    <g data-row={actor.key} data-done={done} data-failed={failed}>
      <rect class="lane" x={left} y={y} width={Math.max(0, width - left - right)} height={height} rx="4" />
      {gaps
        .filter(({ kind }) => kind !== "frozen")
        .map(({ from, to, kind }) => {
          const [a, b] = [x(from), x(to)];
          const text = kind === "lost" ? w.killedLabel : w.idleFor(to - from);
          return (
            <g key={kind} data-gap={kind}>
              <rect class={`gap ${kind}`} x={a} y={y} width={Math.max(0, b - a)} height={height} rx="2.5" />
              {b - a > 90 && (
                <text class={`label ${kind}`} x={(a + b) / 2} y={y + height / 2 + 4}>
                  {text}
                </text>
              )}
            </g>
          );
        })}
      {Array.from({ length: Math.ceil(last / CHUNK) }, (_, index) => (
        <Chunk
          key={index}
          {...place}
          bars={bars}
          from={index * CHUNK}
          to={Math.min(last, (index + 1) * CHUNK)}
          numbers={numbers}
          isDetailed={isDetailed}
        />
      ))}
      {bars.slice(last).map((bar) => (
        <Box key="open" {...place} bar={bar} number={numbers?.[last] ?? 0} />
      ))}
      {gaps
        .filter(({ kind }) => kind === "frozen")
        .map(({ from, to }) => (
          <rect
            key={from}
            class="gap frozen"
            data-gap="frozen"
            x={x(from)}
            y={y}
            width={Math.max(0, x(to) - x(from))}
            height={height}
            rx="2.5"
          />
        ))}
      {actor.condition === "killed" && (
        <path
          d={`m${x(gaps.find(({ kind }) => kind === "lost")?.from ?? 0) - 4} ${y + height / 2 - 4} 8 8m0-8-8 8`}
          stroke="var(--lost)"
          stroke-width="2.4"
        />
      )}
    </g>
  );
}

/** Which request of a client each try belongs to: its repetitions have the same number. */
function requestNumbers(bars: readonly Bar[]): number[] {
  let replies = 0;
  return bars.map(({ kind }) => (kind === "done" ? replies++ : replies));
}

interface PlaceProps {
  y: number;
  height: number;
  scale: Scale;
  role: string;
  name: string;
}

interface ChunkProps extends PlaceProps {
  bars: readonly Bar[];
  from: number;
  to: number;
  numbers: readonly number[] | undefined;
  isDetailed: boolean;
}

class Chunk extends Component<ChunkProps> {
  override shouldComponentUpdate(next: ChunkProps): boolean {
    const { bars, from, to, y, name, scale, isDetailed } = this.props;
    return (
      bars[from] !== next.bars[next.from] ||
      to !== next.to ||
      y !== next.y ||
      name !== next.name ||
      isDetailed !== next.isDetailed ||
      scale.key !== next.scale.key
    );
  }

  override render({ bars, from, to, numbers, isDetailed, ...place }: ChunkProps) {
    if (isDetailed) {
      return bars
        .slice(from, to)
        .map((bar, index) => <Box key={index} {...place} bar={bar} number={numbers?.[from + index] ?? 0} />);
    }
    return (["done", "failed"] as const).map((kind) => (
      <path key={kind} class={`box ${toneOf(kind, place.role)}`} d={outline(bars, from, to, kind, place)} />
    ));
  }
}

/** All bars of a kind as one shape. */
function outline(
  bars: readonly Bar[],
  begin: number,
  end: number,
  kind: Bar["kind"],
  { y, height, scale: x }: PlaceProps,
): string {
  let path = "";
  let [left, right] = [0, -Infinity];
  const close = () => {
    if (right > left) path += `M${left.toFixed(1)} ${y}H${right.toFixed(1)}v${height}H${left.toFixed(1)}z`;
  };
  for (let index = begin; index < end; index++) {
    const bar = bars[index];
    if (bar?.kind !== kind) continue;
    const [a, width] = extent(bar, x);
    if (a > right + NEAR) {
      close();
      left = a;
    }
    right = Math.max(right, a + width);
  }
  close();
  return path;
}

/** Where a bar begins, and how wide it is: there is a little room before the next. */
function extent({ from, to }: Bar, x: Scale): [left: number, width: number] {
  const [a, b] = [x(from), x(to)];
  return [a, Math.max(0.8, b - a - 1.2)];
}

const toneOf = (kind: Bar["kind"], role: string) =>
  kind === "done" && role === "hello-client" ? "client" : kind;

interface BoxProps extends PlaceProps {
  bar: Bar;
  number: number;
}

function Box({ bar, number, name, y, height, scale: x, role }: BoxProps) {
  const w = store.words.value;
  const { from, to, kind, label } = bar;
  const isReply = role === "hello-client";
  const [a, width] = extent(bar, x);
  const tone = toneOf(kind, role);
  const text =
    kind === "failed"
      ? isReply
        ? w.noReply
        : ""
      : isReply
        ? String(number)
        : role === "hello-server"
          ? ""
          : label;
  return (
    <g data-bar={kind}>
      <title>{`${name}: ${label}, ${Math.round(to - from)} ms, ${Math.round(from)} ms`}</title>
      <rect class={`box ${tone}`} x={a} y={y} width={width} height={height} rx={width > 5 ? 2.5 : 0.5} />
      {width > text.length * 7 + 4 && text !== "" && (
        <text class={`label ${tone}`} x={a + width / 2} y={y + height / 2 + 4}>
          {text}
        </text>
      )}
    </g>
  );
}
