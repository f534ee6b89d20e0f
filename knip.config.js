// Finds unused files, exports and dependencies: `npx pnpm@10 unused`.
import { existsSync, readFileSync } from "node:fs";

/** The apps that a package depends on. It starts them as processes, and imports nothing of them. */
function appsOf(folder) {
  const { devDependencies } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  return Object.keys(devDependencies).filter((name) => existsSync(`apps/${name}`));
}

/** @type {import("knip").KnipConfig} */
export default {
  workspaces: {
    "apps/demo": { entry: ["src/{main,number-publisher,number-subscriber}.ts"] },
    "packages/live": {
      entry: ["page/page.tsx", "page/page.css"],
      project: ["{src,page}/**/*.{ts,tsx}"],
    },
    bench: { entry: ["peers/node/*.mjs"], ignoreDependencies: appsOf("bench") },
    // These two are given to a compiler and to Node; axe-core to the browser
    tests: {
      entry: ["src/guide/{one-way,numbered-publisher}.ts"],
      ignoreDependencies: [...appsOf("tests"), "axe-core"],
    },
  },
  // Of the system, or installed there
  ignoreBinaries: ["getent", "ip", "mkfifo", "mount", "promtool", "umount"],
  treatConfigHintsAsErrors: true,
};
