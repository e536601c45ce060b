// Imports a pure module of the project: node takes a bare .js for CommonJS, a data URL for a module.
import { readFile } from "node:fs/promises";

const ROOT = new URL("../../gisapp/static/gisapp/js/", import.meta.url);

export async function load(path) {
  const source = await readFile(new URL(path, ROOT), "utf8");
  return import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
}
