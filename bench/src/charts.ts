/** The charts, as SVG that needs no script. */
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import type { EChartsOption } from "echarts";
import { SVGRenderer } from "echarts/renderers";
import type { Curve } from "./growth.js";
import { format } from "./statistics.js";
import type { Measured } from "./work.js";

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

/** Okabe and Ito's colours, which the colour-blind tell apart. */
const COLOURS = ["#0072b2", "#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7"];

const FONT = "system-ui, sans-serif";

/** How fast each does each work, where the C programs are 1. */
export function ratioChart(works: readonly Measured[]): string {
  const names = [...new Set(works.flatMap(({ variants }) => variants.map(({ name }) => name)))];
  const speed = (work: Measured, name: string) => {
    const ratio = work.variants.find((variant) => variant.name === name)?.ratio;
    if (ratio === undefined) return undefined;
    return work.better === "less" ? 1 / ratio : ratio;
  };
  return render(960, 120 + 90 * works.length, {
    title: { text: "Speed beside the C programs (1 = as fast as C, logarithmic)", left: "center" },
    color: COLOURS,
    legend: { top: 32, data: names.filter((name) => name !== "C") },
    grid: { top: 84, left: 280, right: 60, bottom: 40 },
    xAxis: { type: "log", min: 0.01, max: 10, name: "× C", nameLocation: "end" },
    yAxis: {
      type: "category",
      inverse: true,
      data: works.map(({ title }) => title),
      axisLabel: { width: 260, overflow: "break" },
    },
    series: names
      .filter((name) => name !== "C")
      .map((name) => ({
        name,
        type: "bar" as const,
        data: works.map((work) => speed(work, name) ?? "-"),
        label: {
          show: true,
          position: "right" as const,
          fontSize: 10,
          formatter: ({ value }: { value: unknown }) => (typeof value === "number" ? format(value) : ""),
        },
        markLine: {
          silent: true,
          symbol: "none",
          lineStyle: { color: "#333", type: "solid" as const },
          label: { show: false },
          data: [{ xAxis: 1 }],
        },
      })),
  });
}

/** How cost grows: a small chart for each curve, both axes logarithmic but for memory. */
export function growthChart(curves: readonly Curve[]): string {
  const [width, height] = [480, 300];
  const rows = Math.ceil(curves.length / 2);
  const left = (index: number) => (index % 2) * width;
  const top = (index: number) => Math.floor(index / 2) * height;
  return render(2 * width, rows * height, {
    color: COLOURS,
    title: curves.map(({ title }, index) => ({
      text: title,
      left: left(index) + 20,
      top: top(index) + 8,
      textStyle: { fontSize: 12, width: width - 40, overflow: "break" as const },
    })),
    grid: curves.map((_, index) => ({
      left: left(index) + 70,
      top: top(index) + 70,
      width: width - 100,
      height: height - 130,
    })),
    xAxis: curves.map(({ x, points }, index) => ({
      gridIndex: index,
      type: "category" as const,
      data: points.map((point) => format(point.x)),
      name: x,
      nameLocation: "middle" as const,
      nameGap: 28,
    })),
    yAxis: curves.map(({ y }, index) => ({
      gridIndex: index,
      type: "value" as const,
      min: 0,
      name: y,
      nameTextStyle: { align: "left" as const, fontSize: 11 },
      axisLabel: { formatter: (value: number) => short(value) },
    })),
    series: curves.map(({ points }, index) => ({
      type: "line" as const,
      xAxisIndex: index,
      yAxisIndex: index,
      symbolSize: 6,
      data: points.map((point) => point.y),
    })),
  });
}

/** 1500000 as 1.5 M, to fit beside an axis. */
function short(value: number): string {
  if (value >= 1e6) return `${format(value / 1e6)} M`;
  return value >= 1e3 ? `${format(value / 1e3)} k` : format(value);
}

function render(width: number, height: number, options: EChartsOption): string {
  const chart = init(undefined, undefined, { renderer: "svg", ssr: true, width, height });
  // A background of its own, for a page may be dark
  chart.setOption({ animation: false, backgroundColor: "#fff", textStyle: { fontFamily: FONT }, ...options });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
