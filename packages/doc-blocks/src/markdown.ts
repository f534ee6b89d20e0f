/** A fenced block of code or output. */
export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** A table; prettier aligns it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escape).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const escape = (cell: string) => cell.replaceAll("|", String.raw`\|`);

/** Text as code; empty text stays empty. */
export function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}
