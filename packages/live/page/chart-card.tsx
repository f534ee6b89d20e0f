/** What the charts of all patterns have in common. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Figures } from "./figures.jsx";
import * as store from "./store.js";
import type { useWidth } from "./use-width.js";
import type { Sentence } from "./en.js";

interface ChartCardProps {
  /** Which of several it is. */
  id?: string;
  title: string;
  figures: ComponentChildren;
  /** What is to be seen, and why, if it is said of this chart alone. */
  sentence?: Sentence;
  /** What else there is to say. */
  remark?: ComponentChildren;
  /** Buttons, besides the one that shows the table. */
  buttons?: ComponentChildren;
  chart: ComponentChildren;
  table: ComponentChildren;
}

/** Figures, a sentence, and a chart or the table behind it. */
export function ChartCard({ id, title, figures, sentence, remark, buttons, chart, table }: ChartCardProps) {
  const w = store.words.value;
  const [isTable, setTable] = useState(false);
  return (
    <section class="card" aria-label={title} data-chart={id}>
      <header>
        <h2>{title}</h2>
        <span class="end">
          <button class="link" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {isTable ? w.asChart : w.asTable}
          </button>
          {buttons}
        </span>
      </header>
      <Figures>{figures}</Figures>
      {sentence && <Why sentence={sentence}>{remark}</Why>}
      {isTable ? table : chart}
    </section>
  );
}

export function Why({
  sentence: [fact, why],
  children,
}: {
  sentence: Sentence;
  children?: ComponentChildren;
}) {
  return (
    <p class="why" data-sentence="">
      <b>{fact}</b> {why} {children}
    </p>
  );
}

interface DrawingProps {
  /** What it is measured by, and how wide that is: see `useWidth`. */
  measured: ReturnType<typeof useWidth>;
  height: number;
  /** What a screen reader says of it. */
  spoken: string;
  children: ComponentChildren;
}

/** A drawing as wide as there is room, once that is known. */
export function Drawing({ measured: [ref, width], height, spoken, children }: DrawingProps) {
  return (
    <div class="chart" ref={ref}>
      {width > 0 && (
        <svg
          viewBox={`0 0 ${width} ${height}`}
          height={height}
          role="img"
          aria-label={store.words.value.chartLabel(spoken)}
        >
          {children}
        </svg>
      )}
    </div>
  );
}

/** What a colour or hatching of a chart means. */
export function Key({ tone, text }: { tone: string; text: string }) {
  return (
    <span>
      <svg aria-hidden="true">
        <rect class={tone} width="14" height="10" rx="2.5" />
      </svg>
      {text}
    </span>
  );
}

/** Of more rows than that, the last are in the table. */
const MAX_TABLE_ROWS = 1000;

/** The table behind a chart. */
export function Table({ columns, rows }: { columns: readonly string[]; rows: (string | number)[][] }) {
  const hidden = Math.max(0, rows.length - MAX_TABLE_ROWS);
  return (
    <div class="table" tabIndex={0} role="region" aria-label={store.words.value.asTable}>
      <table>
        <thead>
          <tr>
            {columns.map((each) => (
              <th key={each} scope="col">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hidden > 0 && (
            <tr>
              <td colSpan={columns.length}>{store.words.value.earlierRows(hidden)}</td>
            </tr>
          )}
          {rows.slice(hidden).map((cells, index) => (
            <tr key={hidden + index}>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
