# {{name}}

The answering half of request-reply: a REP socket that replies to every request.

- The role: [src/{{name}}.ts](src/{{name}}.ts)

## Run it

From the top of the repository:

```sh
npx pnpm@10 --filter {{name}} dev
```

In a second terminal, a client that asks once:

```sh
npx pnpm@10 build
node apps/hello-client/dist/main.js --connect {{connects}} --requests 1
```

The server should print, its log left out:

```text
Received Hello
```

{{> built}}

## What to change first

1. **What it answers.** `--reply Hi`, or `{{ENV}}_REPLY=Hi` in the environment.
2. **What it works on.** In [the role](src/{{name}}.ts), put your work between the request and its reply, and send what comes out of it. While it works, other clients wait: REP serves one request at a time.
3. **A client of its own.** `npx pnpm@10 new NAME request {{name}}` makes one.
