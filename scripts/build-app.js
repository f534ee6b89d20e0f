// Bundles the app in the working directory: dist/main.js with zmq-common and zeromq in it. One file is loaded in half the
// time of the hundred that it is made of. Outside stay what else the app's package.json lists under `dependencies`, and
// zeromq's addon, which is native. Where an app has other programs, arguments name them: they are bundled in the same way.
//
// A role should start as fast as it can, so Node.js' own modules are loaded by `require`: an `import` of one calls all its
// getters, some of which load more.
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { builtinModules } from "node:module";
import { build } from "esbuild";

const { dependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));

/** What is loaded when something of it is used for the first time: few roles use it, or seldom. */
const seldom = [
  "assert",
  "child_process",
  "crypto",
  "dns/promises",
  "module",
  "net",
  "os",
  "readline",
  "stream",
  "tty",
];

const lazily = (name) => `
  let loaded;
  const load = () => (loaded ??= require("${name}"));
  const standIn = new Proxy(() => {}, {
    get: (_, key) => load()[key],
    apply: (_, self, args) => load()(...args),
    getPrototypeOf: () => standIn,
  });
  module.exports = standIn;
`;

// An `import` copies what is the module's own: of this, nothing
const atOnce = (name) => `
  const all = require("${name}");
  module.exports = typeof all === "function" ? all : Object.create(all);
`;

const nodeModules = {
  name: "modules of Node.js",
  setup({ onResolve, onLoad }) {
    const names = new RegExp(`^(node:)?(${builtinModules.join("|")})$`);
    onResolve({ filter: names }, ({ path, namespace, kind }) => {
      const name = path.replace("node:", "");
      // What a library in CommonJS requires needs no detour; one that several files take would be a file of its own
      const isRequired = kind === "require-call" && !seldom.includes(name);
      if (namespace === "node" || isRequired) return { path, external: true };
      return { path: name, namespace: "node", sideEffects: false };
    });
    onLoad({ filter: /./, namespace: "node" }, ({ path }) => ({
      contents: (seldom.includes(path) ? lazily : atOnce)(path),
    }));
  },
};

const zeromqAddon = {
  name: "addon of zeromq",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^zeromq$/ }, ({ path, kind }) =>
      kind === "require-resolve" ? { path, external: true } : undefined,
    );
    // It looks beside itself
    onLoad({ filter: /[\\/]zeromq[\\/]lib[\\/]load-addon\.js$/ }, () => ({
      contents: `
        const { dirname, join } = require("path");
        const { loadAddon } = require("cmake-ts/build/loader");
        exports.__esModule = true;
        exports.default = loadAddon(join(dirname(require.resolve("zeromq")), "../build"));
      `,
    }));
  },
};

/** Roles write their log themselves. What pino has for doing it in a thread is left out. */
const withoutThreads = {
  name: "without threads",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^worker_threads$|\/transport$/ }, ({ path, importer }) =>
      /[\\/]pino[\\/]/.test(importer) ? { path, namespace: "without threads" } : undefined,
    );
    onLoad({ filter: /./, namespace: "without threads" }, () => ({
      contents: "exports.isMainThread = true;",
    }));
  },
};

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
    outdir: "dist",
    entryNames: name,
    chunkNames: "[name]-[hash]",
    bundle: true,
    // What is imported only when it is needed is a file of its own: the log for terminals
    splitting: true,
    sourcemap: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    conditions: ["source"],
    external: Object.keys(dependencies).filter((dependency) => dependency !== "zeromq"),
    plugins: [zeromqAddon, withoutThreads, nodeModules],
    banner: {
      js: `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`,
    },
    logLevel: "warning",
  });
}
