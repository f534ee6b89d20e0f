import { type Average, weatherFacts } from "../src/views/weather.js";
import { ChartCard, Drawing, Table } from "./chart-card.jsx";
import { Figure } from "./figures.jsx";
import { compact, nameOf } from "./names.js";
import { linearScale, logScale } from "./scales.js";
import { aboutWeather } from "./sentences.js";
import * as store from "./store.js";
import { useWidth } from "./use-width.js";

/** Temperatures are from −80 to 134 °F, each as likely: their mean, and their standard deviation. */
const MEAN = 27;
const DEVIATION = 62;

/** Nineteen of twenty are within so many standard deviations. */
const NINETEEN = 1.96;

type Point = readonly [count: number, value: number];

export function Weather() {
  const w = store.words.value;
  void store.version.value;
  const facts = weatherFacts(store.state, store.now.value);
  const shown = facts.averages.slice(0, 4);
  return (
    <ChartCard
      title={w.chart.weather}
      figures={
        <>
          {shown.map(({ actor, filter, count, value }) => (
            <Figure
              key={`${actor.key} ${filter}`}
              name={`"${filter}"`}
              value={count === 0 ? "–" : value.toFixed(1)}
              unit={w.figures.after(compact(count))}
            />
          ))}
          <Figure name={w.figures.expected} value={String(MEAN)} unit={w.figures.middle} />
        </>
      }
      sentence={aboutWeather(facts)}
      chart={<Averages averages={shown} />}
      table={<AverageTable averages={facts.averages} />}
    />
  );
}

function Averages({ averages }: { averages: Average[] }) {
  const w = store.words.value;
  const measured = useWidth();
  const [, width] = measured;
  const height = 290;
  const [left, right, top, bottom] = [44, width < 640 ? 12 : 70, 12, 262];
  const most = Math.max(100, ...averages.map(({ count }) => count));
  const x = logScale(most, [left, Math.max(left + 1, width - right)]);
  const y = linearScale([-80, 134], [bottom, top]);
  const steps = Array.from({ length: 60 }, (_, index) => most ** (index / 59));
  const within = (count: number) => (NINETEEN * DEVIATION) / Math.sqrt(count);
  const edge = (count: number, sign: 1 | -1): Point => [count, MEAN + sign * within(count)];
  const band = [
    ...steps.map((count) => edge(count, 1)),
    ...steps.map((count) => edge(count, -1)).toReversed(),
  ];
  const curve = (points: readonly Point[]) =>
    points
      .map(
        ([count, value], index) => `${index === 0 ? "M" : "L"}${x(count).toFixed(1)} ${y(value).toFixed(1)}`,
      )
      .join("");
  const spoken = averages
    .map(({ filter, value, count }) => `"${filter}" ${value.toFixed(1)} (${count})`)
    .join(", ");
  return (
    <>
      <Drawing measured={measured} height={height} spoken={spoken}>
        <path class="band" d={curve(band)} />
        {[-80, -40, 0, 40, 80, 120].map((tick) => (
          <g key={tick}>
            <path class="grid" d={`M${left} ${y(tick)}H${width - right}`} />
            <text class="tick" x={left - 8} y={y(tick) + 4} text-anchor="end">
              {`${tick}°`.replace("-", "−")}
            </text>
          </g>
        ))}
        {x.ticks(0).map((tick) => (
          <text key={tick} class="tick" x={x(tick)} y={height - 8} text-anchor="middle">
            {compact(tick)}
          </text>
        ))}
        <path d={`M${left} ${y(MEAN)}H${width - right}`} stroke="var(--ink)" stroke-dasharray="4 4" />
        {averages.map(({ actor, filter, updates, line: points }, index) => (
          <g key={`${actor.key} ${filter}`} data-line={filter}>
            {updates.map(([count, temperature]) => (
              <circle key={count} class={`point series-${index}`} cx={x(count)} cy={y(temperature)} r="1.6" />
            ))}
            <path class={`line series-${index}`} d={curve(points)} />
          </g>
        ))}
      </Drawing>
      <div class="keys">
        {averages.map(({ actor, filter }, index) => (
          <span key={`${actor.key} ${filter}`}>
            <svg aria-hidden="true">
              <path class={`line series-${index}`} d="M0 5H14" />
            </svg>
            {`${nameOf(actor)} "${filter}"`}
          </span>
        ))}
        <span>
          <svg aria-hidden="true">
            <rect class="band" width="14" height="10" />
          </svg>
          {w.keys.band}
        </span>
      </div>
    </>
  );
}

function AverageTable({ averages }: { averages: Average[] }) {
  const { column } = store.words.value;
  return (
    <Table
      columns={[column.name, column.filter, column.count, column.value]}
      rows={averages.map(({ actor, filter, count, value }) => [
        nameOf(actor),
        `"${filter}"`,
        count,
        value.toFixed(2),
      ])}
    />
  );
}
