Built, it is a plain Node program:

```sh
npx pnpm@10 build
node apps/{{name}}/dist/main.js --help
```

In containers: `docker compose{{#each profiles}} --profile {{this}}{{/each}} up --build`, with its partners. With [keys](../../docs/security.md), `npx pnpm@10 keys {{name}}` makes its own first.
