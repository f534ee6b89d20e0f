import { expect, test } from "@jest/globals";
import { goalsTable } from "./goals.js";

const startup = {
  id: "startup",
  title: "",
  unit: "ms",
  x: "role",
  samples: [
    { variant: "zeromq.js", x: "wuserver", values: [100] },
    { variant: "ours", x: "wuserver", values: [120] },
    { variant: "ours", x: "taskvent", values: [140] },
  ],
};
const results = { date: "2026-01-01", rounds: 1, machine: {}, benchmarks: [startup] };

test("a goal is met when ours is within its bound at every x, alone or compared", () => {
  const rows = goalsTable(results, [
    { id: "startup", max: 140 },
    { id: "startup", max: 139 },
    { id: "startup", min: 121 },
    { id: "startup", of: "zeromq.js", max: 1.25 },
    { id: "startup", variant: "zeromq.js", max: 100 },
  ]).split("\n");
  expect(rows.slice(2)).toEqual([
    "| `startup` | at most 140 ms | 140 | met |",
    "| `startup` | at most 139 ms | 140 | **missed** |",
    "| `startup` | at least 121 ms | 120 | **missed** |",
    "| `startup` | at most 1.25 of zeromq.js | 1.2 | met |",
    "| `startup`, zeromq.js | at most 100 ms | 100 | met |",
  ]);
});
