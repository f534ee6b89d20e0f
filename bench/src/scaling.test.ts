import { expect, test } from "@jest/globals";
import { scaling } from "./scaling.js";

const benchmark = (id: string, ...samples: [variant: string, x: number, value: number][]) => ({
  id,
  title: "",
  unit: "",
  samples: samples.map(([variant, x, value]) => ({ variant, x, values: [value] })),
});

test("works out from what was measured what it would take", () => {
  const figures = scaling({
    date: "2026-01-01",
    rounds: 1,
    machine: {},
    benchmarks: [
      benchmark("subscribers", ["C", 1, 1], ["ours", 1, 100], ["C", 256, 1], ["ours", 256, 500_000]),
      benchmark("workers", ["ours", 256, 100_000]),
      benchmark("memory", ["ours", 1, 50], ["ours", 256, 75.5]),
      benchmark(
        "jobs-memory",
        ...["jobvent", "jobvent, jobsink stopped", "jobsink"].flatMap((role): [string, number, number][] => [
          [role, 1, 50],
          [role, 2 ** 20 + 1, 150],
        ]),
      ),
      benchmark("empty-tasks", ["workers in C, our sink", 1, 99_000]),
    ],
  });
  expect(figures).toMatchObject({
    peers: 256,
    deliveries: 100_000,
    "deliveries, %": 20,
    // 25.5 MB for 255 more
    "connection, kB": 100,
    "connections, GB": 100,
    "everything, %": 200,
    ventilators: 2,
    sinks: 3,
    // 100 MB for 2^20 more
    "bytes per job, jobsink": 100,
  });
  expect(figures["proxies per update"]).toBeCloseTo(9.56);
  expect(Object.values(figures).filter((value) => !Number.isFinite(value))).toEqual([]);
});
