import type { ComponentChildren } from "preact";

export function Figures({ children }: { children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}

export function Figure({
  name,
  value,
  unit = "",
  tone = "",
}: {
  name: string;
  value: string;
  unit?: string;
  tone?: "" | "bad" | "warn";
}) {
  return (
    <div class={tone} data-figure={name}>
      <dt>{name}</dt>
      <dd>
        {value} <small>{unit}</small>
      </dd>
    </div>
  );
}
