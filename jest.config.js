// One configuration for every package: `node --run test` in a package passes its folder as the root.
/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  // zmq-common is tested, and used by the apps' tests, from its sources.
  testEnvironmentOptions: { customExportConditions: ["source", "node", "node-addons"] },
  roots: ["<rootDir>/src"],
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }],
  },
  // A process for each test file: zeromq's native classes are shared by all files of a process, and would go on
  // calling the JavaScript that the first one loaded.
  workerIdleMemoryLimit: "1MB",
  testTimeout: 10_000,
};
