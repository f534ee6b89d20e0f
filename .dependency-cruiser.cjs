/**
 * What may import what, checked by `npx pnpm@10 boundaries`: the layout of CONTRIBUTING.md as rules. Inside zmq-common a
 * folder is a concern, and arrows run one way only. Imports of types count.
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */
const common = "^packages/zmq-common/src";

/** A folder of zmq-common, and the folders below it that it may import. */
const layer = (folder, ...below) => ({
  name: `${folder}-imports-only-${below.join("-") || "zeromq"}`,
  severity: "error",
  from: { path: `${common}/${folder}/`, pathNot: "\\.test\\.ts$" },
  to: { path: "^packages/", pathNot: `${common}/(${[folder, ...below].join("|")})/` },
});

module.exports = {
  forbidden: [
    layer("sockets"),
    {
      name: "sockets-needs-zeromq-alone",
      severity: "error",
      from: { path: `${common}/sockets/`, pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["npm"], pathNot: "node_modules/zeromq/" },
    },
    layer("zhelpers", "sockets"),
    layer("security", "sockets"),
    layer("formats", "sockets"),
    layer("patterns", "zhelpers", "sockets"),
    layer("telemetry", "sockets"),
    layer("metrics", "sockets"),
    layer("service", "metrics", "security", "sockets", "telemetry", "zhelpers"),
    {
      name: "testing-is-for-tests",
      severity: "error",
      from: { pathNot: "\\.test\\.ts$|/testing/|^tests/|^bench/" },
      to: { path: `${common}/testing/` },
    },
    {
      name: "no-cycle",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "an-app-depends-on-no-other-app",
      severity: "error",
      from: { path: "^apps/([^/]+)/" },
      to: { path: "^apps/", pathNot: "^apps/$1/" },
    },
    {
      name: "a-package-depends-on-no-app",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(apps|tests|bench)/" },
    },
    {
      name: "nothing-unresolved",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/" },
    parser: "tsc",
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "node", "default"],
    },
  },
};
