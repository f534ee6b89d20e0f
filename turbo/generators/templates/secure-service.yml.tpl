
  {{name}}:
    <<: *secure
    networks: [{{#each networks}}{{#unless @first}}, {{/unless}}{{this}}{{/each}}]
    environment: { {{ENV}}_CURVE_DIR: /run/curve }
    secrets: [{ source: {{name}}, target: /run/curve/{{name}}_secret }]
    volumes:
{{#if binds}}
      - ${CURVE_DIR:-./curve}/authorized:/run/curve/authorized:ro
{{/if}}
{{#each peers}}
      - ${CURVE_DIR:-./curve}/{{app}}:/run/curve/{{app}}:ro
{{/each}}
