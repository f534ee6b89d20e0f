import { styleText } from "node:util";
import { mainModulePath, roleArguments } from "process-kit";
import type { Part } from "./patterns.js";

type Style = Parameters<typeof styleText>[0];

const COLOURS = ["cyan", "green", "yellow", "magenta", "blue"] as const;

/** A line that has not ended is shown after so long, in milliseconds: progress dots come without a line end. */
const PARTIAL_LINE = 500;

/** Text in a style where stdout is a terminal that has colours. */
export function paint(style: Style, text: string): string {
  return process.stdout.isTTY && process.stdout.hasColors() ? styleText(style, text) : text;
}

/** What one process prints, shown line by line behind its name. */
export interface Column {
  out(text: string): void;
  error(text: string): void;
  /** Shows what is left of a line that was never ended. */
  end(): void;
}

/** Where the parts of a pattern print, each behind its name in its own colour. */
export class Screen {
  readonly #parts: Part[];
  readonly #print: (text: string) => void;
  readonly #width: number;

  constructor(parts: Part[], print: (text: string) => void) {
    this.#parts = parts;
    this.#print = print;
    const names = parts.map((part) => this.#name(part, (part.count ?? 1) - 1));
    this.#width = Math.max(...names.map((name) => name.length));
  }

  /** Shows the command that starts a part. */
  command({ role, options, count = 1 }: Part): void {
    const times = count > 1 ? `   (${count} times)` : "";
    const args = roleArguments(role, options).join(" ");
    this.#print(paint("dim", `$ node ${mainModulePath(role)} ${args}${times}\n`));
  }

  column(part: Part, index: number): Column {
    const colour = COLOURS[this.#parts.indexOf(part) % COLOURS.length] ?? "cyan";
    const name = paint(colour, `${this.#name(part, index).padEnd(this.#width)} │`);
    const out = new Lines((line) => this.#print(`${name} ${line}\n`));
    const error = new Lines((line) => this.#print(`${name} ${paint("dim", line)}\n`));
    return {
      out: (text) => out.write(text),
      error: (text) => error.write(text),
      end() {
        out.end();
        error.end();
      },
    };
  }

  #name({ role, count = 1 }: Part, index: number): string {
    return count > 1 ? `${role} ${index + 1}` : role;
  }
}

/** Cuts text into lines. */
class Lines {
  readonly #show: (line: string) => void;
  #rest = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(show: (line: string) => void) {
    this.#show = show;
  }

  write(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    // What was shown as a partial line may leave an empty one behind
    for (const line of lines) if (line !== "") this.#show(line);
    this.#timer ??= setTimeout(() => this.end(), PARTIAL_LINE);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#rest !== "") this.#show(this.#rest);
    this.#rest = "";
  }
}
