
  # --- Made by `npx pnpm@10 new {{name}} {{kind}}`

  {{name}}:
    <<: *role
    profiles: [{{profile}}]
    build: { <<: *build, args: { APP: {{name}} } }
    environment:
      <<: *log
{{#each peers}}
      {{../ENV}}_{{constantCase @key}}: tcp://{{app}}:{{port}}
{{/each}}
{{#each options}}
      {{../ENV}}_{{constantCase this}}:
{{/each}}
    develop:
      watch: [*watch-zmq-common, { action: rebuild, path: ./apps/{{name}}/src }]
