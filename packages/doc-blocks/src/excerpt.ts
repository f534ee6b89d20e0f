/**
 * Lines of a source that are shown on a page. Each range is given by how its first and its last line begin, so that
 * it follows the source; both have the same indentation, so `"}"` ends the block that the first line opens.
 *
 * @param ranges First line, last line, first line, …. Between two ranges comes a line `// …`.
 * @returns The lines, without the indentation that they have in common.
 * @throws When there is no such line.
 */
export function excerpt(source: string, ranges: readonly string[]): string {
  const lines = source.split("\n");
  const shown: string[] = [];
  let at = 0;
  for (let index = 0; index < ranges.length; index += 2) {
    const [first = "", last = ""] = ranges.slice(index, index + 2);
    const start = lines.findIndex((line, number) => number >= at && line.trimStart().startsWith(first));
    if (start === -1) throw new Error(`Expected a line that begins with \`${first}\`, got none`);
    const indentation = indentationOf(lines[start]);
    const end = lines.findIndex((line, number) => number >= start && line.startsWith(indentation + last));
    if (end === -1) throw new Error(`Expected a line that begins with \`${last}\`, got none`);
    if (index > 0) shown.push(`${indentation}// …`);
    shown.push(...lines.slice(start, end + 1));
    at = end + 1;
  }
  const widths = shown.filter((line) => line !== "").map((line) => indentationOf(line).length);
  return shown.map((line) => line.slice(Math.min(...widths))).join("\n");
}

function indentationOf(line = ""): string {
  return / */.exec(line)?.[0] ?? "";
}
