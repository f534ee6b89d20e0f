# {{name}}

The middle of a pipeline: a worker. It pulls a task, does it, and pushes the result to the sink. Start as many as you like.

- The role: [src/{{name}}.ts](src/{{name}}.ts)
- Its partners: [{{peers.vent.app}}](../{{peers.vent.app}}/README.md), [{{peers.sink.app}}](../{{peers.sink.app}}/README.md)

## Run it

From the top of the repository, in three terminals:

```sh
npx pnpm@10 --filter {{peers.sink.app}} dev
npx pnpm@10 --filter {{name}} dev
npx pnpm@10 --filter {{peers.vent.app}} dev
```

It should print a line for each task, its log left out:

```text
Doing 0
Doing 1
Doing 2
…
```

{{> built}}

## What to change first

1. **What a task is.** In [the role](src/{{name}}.ts), inside the loop. The chapter's [taskwork](../taskwork/README.md) sleeps for as many milliseconds as the task says.
2. **Several workers.** Start it twice: PUSH deals the tasks out evenly.
3. **A worker that dies.** The tasks it has already pulled are lost with it.
