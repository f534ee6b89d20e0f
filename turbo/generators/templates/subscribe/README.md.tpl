# {{name}}

The receiving half of publish-subscribe: a SUB socket that prints the updates it subscribed to.

- The role: [src/{{name}}.ts](src/{{name}}.ts)
- Its partner: [{{peers.connect.app}}](../{{peers.connect.app}}/README.md)

## Run it

From the top of the repository, in two terminals:

```sh
npx pnpm@10 --filter {{peers.connect.app}} dev
npx pnpm@10 --filter {{name}} dev
```

It should print ten updates, and end. Where none come it logs `no update for 2500 ms`, and goes on waiting.

{{> built}}

## What to change first

1. **What it subscribes to.** The arguments are the beginnings of the updates it asks for: `node apps/{{name}}/dist/main.js 1 2`.
2. **What it does with an update.** In [the role](src/{{name}}.ts), inside the loop.
3. **Where it connects.** `--connect` may be given several times: the updates of several publishers arrive in turn.
