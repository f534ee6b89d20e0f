/** The keys of a test: those of the roles, and a second set. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "@jest/globals";
import { role } from "process-kit/jest";

/** The folder of the keys of the roles, as `keys` makes them. */
export let keys = "";
/** That of a second set, which none of them trusts. */
export let untrusted = "";

/** Makes both sets anew for each test of the file. */
export function makeKeysForEach(): void {
  let folder = "";
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "curve-"));
    keys = join(folder, "keys");
    untrusted = join(folder, "untrusted");
    for (const dir of [keys, untrusted]) await role("keys", { dir }).done();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
}
