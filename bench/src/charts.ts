/** The charts, as SVG that needs no script. */
import { LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import type { EChartsOption } from "echarts";
import { SVGRenderer } from "echarts/renderers";
import type { Curve } from "./growth.js";
import { format } from "./statistics.js";
import type { Measured } from "./work.js";

use([
  GridComponent,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  ScatterChart,
  SVGRenderer,
  TitleComponent,
]);

/** Okabe and Ito's colours, which the colour-blind tell apart; the shapes do as well. */
const MARKS = {
  C: { color: "#000000", symbol: "rect" },
  pyzmq: { color: "#e69f00", symbol: "triangle" },
  "zeromq.js": { color: "#009e73", symbol: "diamond" },
  ours: { color: "#0072b2", symbol: "circle" },
  "ours and C": { color: "#cc79a7", symbol: "roundRect" },
} as const;

const FONT = "system-ui, sans-serif";

/** Whose a variant or a line is: "wuserver, ours" is ours. */
function markOf(name: string): (typeof MARKS)[keyof typeof MARKS] {
  const owner = name.split(", ").at(-1) ?? "";
  return owner in MARKS ? MARKS[owner as keyof typeof MARKS] : MARKS["ours and C"];
}

/** How fast each does each work, where the C programs are 1: below a work's title a line for each variant. */
export function ratioChart(works: readonly Measured[]): string {
  const rows = works.flatMap((work) => [
    { text: `{title|${work.title}}` },
    ...work.variants
      .filter(({ name }) => name !== "C")
      .map(({ name, ratio }) => ({
        text: name,
        value: work.better === "less" ? 1 / ratio : ratio,
        itemStyle: { color: markOf(name).color },
        symbol: markOf(name).symbol,
      })),
  ]);
  return render(960, 110 + 20 * rows.length, {
    title: { text: "Speed beside the C programs", left: 20, top: 12 },
    grid: { top: 60, left: 440, right: 60, bottom: 50 },
    xAxis: {
      type: "log",
      name: "times as fast as the C programs (logarithmic; more is better)",
      nameLocation: "middle",
      nameGap: 28,
      axisLabel: { formatter: format },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: rows.map(({ text }) => text),
      axisTick: { show: false },
      axisLabel: { interval: 0, rich: { title: { fontWeight: "bold", color: "#000" } } },
    },
    series: {
      type: "scatter",
      symbolSize: 11,
      data: rows.flatMap((row, y) => ("value" in row ? [Object.assign(row, { value: [row.value, y] })] : [])),
      label: {
        show: true,
        position: "right",
        color: "#333",
        backgroundColor: "#fff",
        formatter: ({ value }) => (Array.isArray(value) ? format(Number(value[0])) : ""),
      },
      markLine: {
        silent: true,
        symbol: "none",
        lineStyle: { color: "#000", type: "solid" },
        label: { formatter: "C", color: "#000", position: "start" },
        data: [{ xAxis: 1 }],
      },
    },
  });
}

/** How cost grows: a small chart for each curve, with a legend of its own. */
export function growthChart(curves: readonly Curve[]): string {
  const [width, height] = [480, 340];
  const rows = Math.ceil(curves.length / 2);
  const left = (index: number) => (index % 2) * width;
  const top = (index: number) => Math.floor(index / 2) * height;
  return render(2 * width, rows * height, {
    title: curves.map(({ title }, index) => ({
      text: title,
      left: left(index) + 20,
      top: top(index) + 8,
      textStyle: { fontSize: 13, width: width - 40, overflow: "break" as const },
    })),
    legend: curves.map(({ lines, id }, index) => ({
      left: left(index) + 20,
      top: top(index) + 30,
      itemWidth: 20,
      textStyle: { fontSize: 11 },
      // A legend knows its lines by their names in the whole picture
      data: lines.map(({ name }) => `${id}: ${name}`),
      formatter: (name: string) => name.slice(id.length + 2),
    })),
    grid: curves.map((_, index) => ({
      left: left(index) + 80,
      top: top(index) + 90,
      width: width - 110,
      height: height - 150,
    })),
    xAxis: curves.map(({ x, lines }, index) => ({
      gridIndex: index,
      type: "category" as const,
      data: lines[0]?.points.map((point) => binary(point.x)) ?? [],
      name: x,
      nameLocation: "middle" as const,
      nameGap: 28,
    })),
    yAxis: curves.map(({ y, lines }, index) => ({
      gridIndex: index,
      ...scaleOf(lines),
      name: y,
      nameTextStyle: { align: "left" as const, padding: [0, 0, 0, -60], fontSize: 11 },
      axisLabel: { formatter: short },
    })),
    series: curves.flatMap(({ id, lines }, index) =>
      lines.map(({ name, points }) => ({
        name: `${id}: ${name}`,
        type: "line" as const,
        xAxisIndex: index,
        yAxisIndex: index,
        // The shape as well as the colour says whose line it is
        ...markOf(name),
        symbolSize: 8,
        data: points.map(({ summary }) => summary.median),
      })),
    ),
  });
}

/** Logarithmic where the highest would hide the lowest. */
function scaleOf(lines: Curve["lines"]): { type: "log" } | { type: "value"; min: 0 } {
  const values = lines.flatMap(({ points }) => points.map(({ summary }) => summary.median));
  return Math.max(...values) > 100 * Math.min(...values) ? { type: "log" } : { type: "value", min: 0 };
}

/** 65536 as 64 Ki. */
function binary(value: number): string {
  if (value >= 2 ** 20) return `${value / 2 ** 20} Mi`;
  return value >= 2 ** 10 ? `${value / 2 ** 10} Ki` : String(value);
}

/** 1500000 as 1.5 M, to fit beside an axis. */
function short(value: number): string {
  if (value >= 1e6) return `${format(value / 1e6)} M`;
  return value >= 1e4 ? `${format(value / 1e3)} k` : format(value);
}

function render(width: number, height: number, options: EChartsOption): string {
  const chart = init(undefined, undefined, { renderer: "svg", ssr: true, width, height });
  // A background of its own, for a page may be dark
  chart.setOption({ animation: false, backgroundColor: "#fff", textStyle: { fontFamily: FONT }, ...options });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
