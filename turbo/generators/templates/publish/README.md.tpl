# {{name}}

The sending half of publish-subscribe: a PUB socket that publishes numbers, each behind its topic.

- The role: [src/{{name}}.ts](src/{{name}}.ts)

## Run it

From the top of the repository, with a subscriber made for it:

```sh
npx pnpm@10 new {{name}}-client subscribe {{name}}
```

Then in two terminals:

```sh
npx pnpm@10 --filter {{name}} dev
npx pnpm@10 --filter {{name}}-client dev
```

The publisher prints nothing. The subscriber should print what is published from then on; what came before it, it has missed:

```text
odd 7
even 8
odd 9
…
```

{{> built}}

## What to change first

1. **How often.** `--rate 100`, or `{{ENV}}_RATE=100` in the environment; `--rate 0` is as fast as it can.
2. **What it publishes.** In [the role](src/{{name}}.ts), the topic first: a subscription is a prefix.
3. **Where.** `--bind` may be given several times, over `tcp` and `ipc`.
