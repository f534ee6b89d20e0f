# {{name}}

The head of a pipeline: a PUSH socket that deals tasks out to the workers that are connected.

- The role: [src/{{name}}.ts](src/{{name}}.ts)

## Run it

From the top of the repository, with a sink and a worker made for it:

```sh
npx pnpm@10 new {{name}}-sink pull
npx pnpm@10 new {{name}}-work worker {{name}} {{name}}-sink
```

Then in three terminals:

```sh
npx pnpm@10 --filter {{name}}-sink dev
npx pnpm@10 --filter {{name}}-work dev
npx pnpm@10 --filter {{name}} dev
```

It waits until a worker is connected. Then it should print, its log left out:

```text
Sending 0
Sending 1
Sending 2
…
```

{{> built}}

## What to change first

1. **How much.** `--tasks 1000`, or `{{ENV}}_TASKS=1000` in the environment.
2. **What a task says.** In [the role](src/{{name}}.ts), where it is sent. Workers read it as text.
3. **Several workers.** `--workers 2` waits for two: each gets half of the tasks.
