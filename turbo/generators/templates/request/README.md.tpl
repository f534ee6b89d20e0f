# {{name}}

The asking half of request-reply: a REQ socket that sends requests and waits for each reply.

- The role: [src/{{name}}.ts](src/{{name}}.ts)
- Its partner: [{{peers.connect.app}}](../{{peers.connect.app}}/README.md)

## Run it

From the top of the repository, in two terminals:

```sh
npx pnpm@10 --filter {{peers.connect.app}} dev
npx pnpm@10 --filter {{name}} dev
```

The client should print, with the reply of its server:

```text
Sending Hello 0...
Received World 0
Sending Hello 1...
…
```

{{> built}}

## What to change first

1. **What it asks.** `--message Hi --requests 3`, or `{{ENV}}_MESSAGE=Hi` in the environment.
2. **What it does with the reply.** In [the role](src/{{name}}.ts), after `receive`.
3. **Where it asks.** `--connect` may be given several times: REQ takes the connected servers in turn.
