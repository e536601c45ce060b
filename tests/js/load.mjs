// Imports a pure module of the project: node takes a bare .js for CommonJS, a data URL for a module.
import { readFile } from "node:fs/promises";

/** The module at `path` within the scripts of an app. */
export async function load(path, app = "gisapp") {
  const root = new URL(`../../${app}/static/${app}/js/`, import.meta.url);
  const source = await readFile(new URL(path, root), "utf8");
  return import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
}
