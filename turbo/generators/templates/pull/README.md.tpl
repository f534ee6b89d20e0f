# {{name}}

The end of a pipeline: a PULL socket that collects the results of all workers.

- The role: [src/{{name}}.ts](src/{{name}}.ts)

## Run it

From the top of the repository, with a ventilator and a worker made for it:

```sh
npx pnpm@10 new {{name}}-vent push
npx pnpm@10 new {{name}}-work worker {{name}}-vent {{name}}
```

Then in three terminals:

```sh
npx pnpm@10 --filter {{name}} dev
npx pnpm@10 --filter {{name}}-work dev
npx pnpm@10 --filter {{name}}-vent dev
```

It should print, its log left out:

```text
Received 0 done
Received 1 done
Received 2 done
…
```

{{> built}}

## What to change first

1. **When it ends.** `--results 10`, or `{{ENV}}_RESULTS=10` in the environment; without it, at Ctrl-C.
2. **What it does with a result.** In [the role](src/{{name}}.ts), inside the loop.
3. **Several workers.** Their results arrive in turn.
