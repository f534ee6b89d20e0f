// Bundles the app in the working directory: dist/main.js with zmq-common in it. One file is loaded in half the time
// of the hundred that it is made of. What the app's package.json lists under `dependencies` stays outside; so does
// zeromq, which is native. Where an app has other programs, arguments name them: they are bundled in the same way.
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { build } from "esbuild";

const { dependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));

await rm("dist", { recursive: true, force: true });
for (const name of ["main", ...process.argv.slice(2)]) {
  await build({
    stdin: {
      // The compile cache, where Node.js has one (22 and later), is the app's own: nobody else can write to it
      contents: `
      import module from "node:module";
      module.enableCompileCache?.(import.meta.dirname + "/.compile-cache");
      await import("./src/${name}.ts");
    `,
      resolveDir: ".",
      loader: "ts",
    },
    entryNames: name,
    outdir: "dist",
    chunkNames: "[name]-[hash]",
    bundle: true,
    // What is imported only when it is needed is a file of its own: the log for terminals
    splitting: true,
    sourcemap: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    conditions: ["source"],
    external: Object.keys(dependencies),
    // Libraries in CommonJS ask for Node's own modules by `require`
    banner: {
      js: `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`,
    },
    logLevel: "warning",
  });
}
