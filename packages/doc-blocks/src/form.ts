/**
 * The form of what a program printed. Two runs differ in numbers, in how many tasks a worker got, and in where a line of
 * progress dots was cut; not in their form.
 */
export function form(output: string): string {
  return output
    .replaceAll(/-?\d+/g, "#")
    .replaceAll(/(?:#\.)+/g, "#.")
    .replaceAll(/^(.*│ |)[.:]+$/gm, "$1:");
}

/**
 * For each pattern the first line of the output that matches it; a text stands for itself. What is shown is in the order
 * of the patterns, for lines of different processes may come in any order.
 *
 * @throws When no line matches.
 */
export function pick(output: string, patterns: readonly (RegExp | string)[]): string {
  const lines = output.split("\n");
  const shown = patterns.map((pattern) => {
    if (typeof pattern === "string") return pattern;
    const line = lines.find((each) => pattern.test(each));
    if (line === undefined) throw new Error(`Expected a line that matches ${pattern}, got:\n${output}`);
    return line;
  });
  return shown.join("\n");
}

/** The first lines, and `…` where there are more. */
export function head(output: string, count: number): string {
  const lines = output.trimEnd().split("\n");
  return [...lines.slice(0, count), ...(lines.length > count ? ["…"] : [])].join("\n");
}
