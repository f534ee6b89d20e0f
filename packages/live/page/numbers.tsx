import type { ComponentChildren } from "preact";
import { type NumbersFacts, numbersFacts, type Range } from "../src/views/numbers.js";
import { ChartCard, Drawing, Key, Table } from "./chart-card.jsx";
import { Figure } from "./figures.jsx";
import { Hatching } from "./gantt.jsx";
import { nameOf, rangesText, rangeText } from "./names.js";
import { linearScale, type Scale } from "./scales.js";
import { aboutNumbers } from "./sentences.js";
import * as store from "./store.js";
import { useWidth } from "./use-width.js";

const ROW = 30;
const STEP = 58;

/** Of numbered messages, which arrived, and which did not. */
export function Numbers() {
  const w = store.words.value;
  void store.version.value;
  const facts = numbersFacts(store.state, store.now.value);
  if (facts === undefined) return null;
  const { published, numbers, rows } = facts;
  return (
    <ChartCard
      title={w.chart.numbers}
      figures={
        <>
          <Figure
            name={w.figures.published}
            value={String(published)}
            unit={numbers === undefined ? "" : w.figures.of(numbers)}
          />
          {rows.slice(0, 4).map(({ actor, missing, latest }) => (
            <Figure
              key={actor.key}
              name={w.figures.missedBy(nameOf(actor))}
              value={latest === 0 ? "–" : String(missing)}
              unit={latest === 0 ? "" : w.figures.of(latest)}
              tone={missing > 0 ? "bad" : ""}
            />
          ))}
        </>
      }
      sentence={aboutNumbers(facts)}
      chart={<Ranges facts={facts} />}
      table={<RangeTable facts={facts} />}
    />
  );
}

function Ranges({ facts }: { facts: NumbersFacts }) {
  const w = store.words.value;
  const { published, numbers, publisher, rows } = facts;
  const measured = useWidth();
  const [, width] = measured;
  const end = numbers ?? Math.max(100, ...rows.map(({ latest }) => latest));
  // A number is as wide as its step: 1 begins at the edge
  const x = linearScale([0, end], [0, Math.max(1, width)]);
  const height = 26 + (rows.length + 1) * STEP;
  const yOf = (row: number) => 24 + row * STEP;
  const spoken = rows
    .map(({ actor, missed }) => `${nameOf(actor)}: ${w.missedNumbers(rangesText(missed))}`)
    .join(", ");
  return (
    <>
      <Drawing measured={measured} height={height} spoken={spoken}>
        <Hatching />
        <NumberRow
          name={publisher === undefined ? "" : nameOf(publisher)}
          text={w.publishedNumbers(published)}
          y={yOf(0)}
          width={width}
        >
          <Part tone="box client" range={[1, published]} x={x} y={yOf(0)} />
        </NumberRow>
        {rows.map(({ actor, received, missed }, index) => (
          <g
            key={actor.key}
            data-row={actor.key}
            data-missed={missed.map((range) => range.join("-")).join(" ")}
          >
            <NumberRow
              name={nameOf(actor)}
              text={w.missedNumbers(rangesText(missed))}
              y={yOf(index + 1)}
              width={width}
            >
              {received.map((range) => (
                <Part key={range[0]} tone="box done" range={range} x={x} y={yOf(index + 1)} />
              ))}
              {missed.map((range) => (
                <Part key={range[0]} tone="gap lost" range={range} x={x} y={yOf(index + 1)} isLabelled />
              ))}
            </NumberRow>
          </g>
        ))}
        {x.ticks(Math.max(2, Math.floor(width / 160))).map((tick) => (
          <text
            key={tick}
            class="tick"
            x={x(tick)}
            y={height - 6}
            text-anchor={tick === 0 ? "start" : tick === end ? "end" : "middle"}
          >
            {Math.max(1, tick)}
          </text>
        ))}
      </Drawing>
      <div class="keys">
        <Key tone="box client" text={w.keys.published} />
        <Key tone="box done" text={w.keys.received} />
        <Key tone="gap lost" text={w.keys.missed} />
      </div>
    </>
  );
}

interface NumberRowProps {
  name: string;
  text: string;
  y: number;
  width: number;
  children: ComponentChildren;
}

function NumberRow({ name, text, y, width, children }: NumberRowProps) {
  return (
    <>
      <text class="name" x="0" y={y - 8}>
        {name}
      </text>
      <text class="tick" x={width} y={y - 8} text-anchor="end">
        {text}
      </text>
      <rect class="lane" x="0" y={y} width={width} height={ROW} rx="4" />
      {children}
    </>
  );
}

interface PartProps {
  tone: string;
  range: Range;
  x: Scale;
  y: number;
  isLabelled?: boolean;
}

function Part({ tone, range: [first, last], x, y, isLabelled = false }: PartProps) {
  const [from, to] = [x(first - 1), x(last)];
  const text = rangeText([first, last]);
  return (
    <>
      <rect class={tone} x={from} y={y} width={to - from} height={ROW} rx="2.5" />
      {isLabelled && to - from > text.length * 7 + 10 && (
        <text class="label lost" x={(from + to) / 2} y={y + ROW / 2 + 4}>
          {text}
        </text>
      )}
    </>
  );
}

function RangeTable({ facts: { rows } }: { facts: NumbersFacts }) {
  const { column, good, keys } = store.words.value;
  const cells = (name: string, ranges: readonly Range[], outcome: string) =>
    ranges.map(([first, last]) => [name, first, last, outcome]);
  return (
    <Table
      columns={[column.name, column.first, column.last, column.outcome]}
      rows={rows.flatMap(({ actor, received, missed }) =>
        [...cells(nameOf(actor), received, good), ...cells(nameOf(actor), missed, keys.missed)].toSorted(
          ([, one], [, other]) => Number(one) - Number(other),
        ),
      )}
    />
  );
}
