/** The charts, as SVG that needs no script, for light and for dark pages. */
import { type EChartsOption, init } from "echarts";
import { type Measured, moreIsBetter } from "./benchmark.js";
import { medians, ratio } from "./results.js";
import { format } from "./statistics.js";

const [BACKGROUND, TEXT] = ["#fff", "#1f2328"];

/** What a dark page has in place of these colours, and of those that ECharts gives text, axes and grid lines. */
const DARK: Record<string, string> = {
  [BACKGROUND]: "#0d1117",
  [TEXT]: "#f0f6fc",
  "#3c3c41": "#f0f6fc",
  "#54555a": "#b7bdc8",
  "#86878c": "#b7bdc8",
  "#dbdee4": "#3d444d",
};

/** Okabe and Ito's colours, which the colour-blind can tell apart; the shapes differ as well. */
const MARKS: Record<string, { color: string; symbol: string }> = {
  C: { color: TEXT, symbol: "rect" },
  pyzmq: { color: "#e69f00", symbol: "triangle" },
  "zeromq.js": { color: "#009e73", symbol: "diamond" },
  ours: { color: "#2f8fd0", symbol: "circle" },
};
const MIXED = { color: "#cc79a7", symbol: "roundRect" };

/** How fast each variant is where C is 1: below a benchmark's title a row for each variant. */
export function ratioChart(all: readonly Measured[]): string {
  const rows = all
    .filter(({ x, samples }) => x === undefined && samples[0]?.variant === "C")
    .flatMap((benchmark) =>
      benchmark.samples.map((sample, index) => {
        if (index === 0) return { text: `{title|${benchmark.title}}` };
        const { color, symbol } = MARKS[sample.variant] ?? MIXED;
        const timesC = ratio(benchmark.samples, sample, "C") ?? NaN;
        const speed = moreIsBetter(benchmark) ? timesC : 1 / timesC;
        return { text: sample.variant, speed, symbol, itemStyle: { color, opacity: 1 } };
      }),
    );
  return render("ratios", 900, 110 + 20 * rows.length, {
    title: { text: "Speed compared with C", left: 20, top: 14 },
    grid: { top: 60, left: 370, right: 60, bottom: 50 },
    xAxis: {
      type: "log",
      name: "times as fast as C (logarithmic; more is better)",
      nameLocation: "middle",
      nameGap: 28,
      axisLabel: { formatter: format },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: rows.map(({ text }) => text),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: {
        interval: 0,
        align: "left",
        margin: 345,
        rich: { title: { fontWeight: "bold", color: TEXT } },
      },
    },
    series: {
      type: "scatter",
      symbolSize: 11,
      data: rows.flatMap(({ speed, symbol, itemStyle }, y) =>
        speed === undefined ? [] : [{ symbol, itemStyle, value: [speed, y] }],
      ),
      label: {
        show: true,
        position: "right",
        color: TEXT,
        backgroundColor: BACKGROUND,
        formatter: ({ value }) => (Array.isArray(value) ? format(Number(value[0])) : ""),
      },
      markLine: {
        z: 1,
        symbol: "none",
        lineStyle: { color: TEXT, type: "solid" },
        label: { formatter: "C", color: TEXT, position: "start" },
        data: [{ xAxis: 1 }],
      },
    },
  });
}

/** How cost grows: a small chart for each benchmark whose x is a number. */
export function growthChart(all: readonly Measured[]): string {
  const charts = all.filter(({ samples }) => typeof samples[0]?.x === "number").map(lineChart);
  const placed = charts.map((svg, n) =>
    svg.replace("<svg ", `<svg x="${(n % 2) * WIDTH}" y="${Math.floor(n / 2) * HEIGHT}" `),
  );
  const box = `viewBox="0 0 ${2 * WIDTH} ${Math.ceil(charts.length / 2) * HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * WIDTH}" ${box}>\n${placed.join("\n")}\n</svg>`;
}

const [WIDTH, HEIGHT] = [450, 330];

function lineChart(benchmark: Measured): string {
  const { id, title, unit, x = "", samples } = benchmark;
  const values = samples.flatMap((sample) => sample.values);
  const variants = [...new Set(samples.map(({ variant }) => variant))];
  return render(id, WIDTH, HEIGHT, {
    title: { text: title, subtext: unit, left: 20, top: 10, itemGap: 6, textStyle: { fontSize: 14 } },
    legend: { right: 20, top: 32, itemGap: 16 },
    grid: { left: 70, right: 25, top: 75, bottom: 60 },
    xAxis: {
      type: "category",
      data: [...new Set(samples.map((sample) => binary(Number(sample.x))))],
      name: x,
      nameLocation: "middle",
      nameGap: 28,
      axisLabel: { interval: 0 },
    },
    yAxis: {
      // Where the highest value would hide the lowest
      type: Math.max(...values) > 100 * Math.min(...values) ? "log" : "value",
      axisLabel: { formatter: short },
    },
    series: variants.map((name) => {
      const { color, symbol } = MARKS[name] ?? MIXED;
      return { name, type: "line", color, symbol, symbolSize: 8, data: medians(benchmark, name) };
    }),
  });
}

/** 65536 as 64Ki, to fit below an axis. */
function binary(value: number): string {
  if (value >= 2 ** 20) return `${value / 2 ** 20}Mi`;
  return value >= 2 ** 10 ? `${value / 2 ** 10}Ki` : String(value);
}

/** 1500000 as 1.5M, to fit beside an axis. */
function short(value: number): string {
  return value.toLocaleString("en", { notation: "compact" });
}

function render(id: string, width: number, height: number, options: EChartsOption): string {
  const chart = init(undefined, undefined, { renderer: "svg", ssr: true, width, height });
  const textStyle = { fontFamily: "system-ui, sans-serif" };
  chart.setOption({ animation: false, backgroundColor: BACKGROUND, textStyle, ...options });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const dark = Object.entries(DARK).map(
    ([from, to]) => `[fill="${from}"]{fill:${to}}[stroke="${from}"]{stroke:${to}}`,
  );
  const style = `<style>@media (prefers-color-scheme: dark){${dark.join("")}}</style>`;
  return (
    svg
      // What ECharts has for hovering is of no use in a picture
      .replace(/<style >[^]*?<\/style>/, style)
      .replaceAll(/ class=".*?"/g, "")
      // Its numbers count all charts of the process
      .replaceAll(/\bzr\d+/g, id)
  );
}
