// Bundles the page into dist/page: its script, its style and its document, and its words in each language, of which a
// reader loads one.
import { cp, rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist/page", { recursive: true, force: true });
await build({
  entryPoints: ["page/page.tsx", "page/page.css", "page/en.ts", "page/zh.ts"],
  outdir: "dist/page",
  bundle: true,
  external: ["./en.js", "./zh.js"],
  minify: true,
  format: "esm",
  target: "es2022",
  tsconfig: "page/tsconfig.json",
  logLevel: "warning",
});
await cp("page/index.html", "dist/page/index.html");
await cp("page/icon.svg", "dist/page/icon.svg");
