/** The options of the apps, as their `--help` lists them. */
import { code, table } from "./markdown.js";

/** An option, as `--help` shows it. */
export interface Option {
  /** `--bind <endpoint>`, or `[filters...]`. */
  flag: string;
  description: string;
  /** Empty where there is none. */
  default: string;
  env: string;
}

/** Reads what a role prints for `--help`. */
export function parseHelp(help: string): Option[] {
  const lines = [...help.matchAll(/^ {2}(--[a-z-]+(?: <[^>]+>)?|[a-z]+) {2,}(.+)$/gm)];
  return lines.map(([, name = "", text = ""]) => {
    const [, description = ""] = /^(.*?)(?: \((?:default|env): .*)?$/.exec(text) ?? [];
    return {
      flag: name.startsWith("--") ? name : `[${name}...]`,
      description,
      default: /\(default: (.+?)(?:, env: \w+)?\)$/.exec(text)?.[1] ?? "",
      env: /\benv: (\w+)/.exec(text)?.[1] ?? "",
    };
  });
}

/** A table for each app, and one of the options that all apps have. */
export function optionTables(apps: ReadonlyMap<string, readonly Option[]>): { each: string; common: string } {
  const all = [...apps.values()];
  const isCommon = ({ flag }: Option) => all.every((options) => options.some((each) => each.flag === flag));
  const each = [...apps].map(([name, options]) => {
    const own = options.filter((option) => !isCommon(option));
    return `### ${name}\n\n${optionTable(own)}`;
  });
  const [[name, options] = ["", []]] = apps;
  const prefix = new RegExp(`^${environmentName(name)}_`);
  const common = optionTable(options.filter(isCommon), (env) => env.replace(prefix, "<APP>_"));
  return { each: each.join("\n\n"), common };
}

/** `HELLO_SERVER` for `hello-server`: how the environment variables of an app begin. */
function environmentName(app: string): string {
  return app.replaceAll("-", "_").toUpperCase();
}

function optionTable(options: readonly Option[], variable = (env: string) => env): string {
  return table(
    ["Flag", "Default", "Environment", "What"],
    options.map(({ flag, description, default: value, env }) => [
      code(flag),
      code(value),
      code(variable(env)),
      description,
    ]),
  );
}
