// Bundles the page into dist/page: its script, its style and its document.
import { cp, rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist/page", { recursive: true, force: true });
await build({
  entryPoints: ["page/page.tsx", "page/page.css"],
  outdir: "dist/page",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  tsconfig: "page/tsconfig.json",
  logLevel: "warning",
});
await cp("page/index.html", "dist/page/index.html");
await cp("page/icon.svg", "dist/page/icon.svg");
