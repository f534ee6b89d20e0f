# One image per app, all from this file: `docker build --build-arg APP=hello-server .`, or `docker compose build`.
# There is no `# syntax=` line on purpose: it would fetch a frontend from a registry for nothing we need.

# node: Debian and not Alpine, because zeromq's addons for glibc cover more versions of Node than those for musl
FROM node:24-bookworm-slim AS node

# base: what is the same for every app, and so is built once
FROM node AS base
WORKDIR /repo
COPY package.json .
# pnpm and turbo in the versions that package.json names
RUN --mount=type=cache,target=/root/.npm \
    npm install --global --no-audit --no-fund --no-update-notifier \
      "$(node --print 'require("./package.json").packageManager')" \
      "turbo@$(node --print 'require("./package.json").devDependencies.turbo')"
# pnpm's store is a cache mount, and there are no hard links from one file system to another: so it copies
ENV CI=true \
    TURBO_TELEMETRY_DISABLED=1 \
    npm_config_store_dir=/pnpm/store \
    npm_config_package_import_method=copy

# pruned: the part of the monorepo that this app needs
FROM base AS pruned
ARG APP
COPY . .
RUN turbo prune "${APP}" --docker

# built: /app with the app, and what it needs at run time
FROM base AS built
ARG APP
# First the manifests alone: as long as they stay the same, nothing is installed again
COPY --from=pruned /repo/out/json/ ./
RUN --mount=type=cache,id=pnpm-store,target=/pnpm/store \
    pnpm install --frozen-lockfile
COPY tsconfig*.json ./
COPY scripts/build-app.js scripts/
COPY --from=pruned /repo/out/full/ ./
RUN turbo run build --filter="${APP}"
# zmq-common is in the bundle; what else the app needs comes along as a copy, not as a link out of the folder
RUN --mount=type=cache,id=pnpm-store,target=/pnpm/store \
    pnpm deploy --filter="${APP}" --prod --config.inject-workspace-packages=true /app
# zeromq brings an addon for each platform, and its C++ sources. The one to keep is the one that this Node loads
RUN cd /app/node_modules/zeromq/ \
 && addon=$(node --print 'require("."); process.report.getReport().sharedObjects.find((file) => file.endsWith("addon.node"))') \
 && find build/ -name '*.node' ! -samefile "${addon}" -delete \
 && rm -r src script CMakeLists.txt vcpkg.json \
 && find /app -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.[cm]ts' -o -name pnpm-lock.yaml \) -delete \
 # Fills the compile cache, which a read-only root cannot
 && node /app/dist/main.js --version && chmod -R a+rX /app/dist/.compile-cache

# The image: Node, the app, and nothing that built it
FROM node
ENV NODE_ENV=production \
    # Not the ipc endpoint of the default: only its own container could reach it
    WUSERVER_BIND=tcp://*:5556
WORKDIR /app
# The files belong to root and the role runs as another user: it cannot change itself
COPY --from=built /app .
# For the roles that have a journal: a volume takes over who may write to this folder
RUN install -d -m 1777 /journal
USER node
STOPSIGNAL SIGTERM
# A healthy role touches this file every second. Nothing is sent to its sockets: a probe would take a message, count
# as a worker, or succeed while the event loop hangs
HEALTHCHECK --interval=5s --timeout=3s --retries=2 \
  CMD test -n "$(find /tmp/health -newermt '5 seconds ago')"
# Exec form: signals reach Node and not a shell. Flags can follow: `docker run hello-client --requests 3`
ENTRYPOINT ["node", "dist/main.js", "--health-file", "/tmp/health"]
