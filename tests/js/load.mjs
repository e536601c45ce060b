// Imports a module of the project: node takes a bare .js for CommonJS, a data URL for a module.
import { readFile } from "node:fs/promises";

const OWN = /(from\s+")(gisapp|layers|network|outages)\/([^"]+)(")/g;

/** The module at `path` within the scripts of an app, with what it imports of the project. */
export async function load(path, app = "gisapp") {
  return import(await address(path, app));
}

async function address(path, app) {
  const root = new URL(`../../${app}/static/${app}/js/`, import.meta.url);
  let source = await readFile(new URL(path, root), "utf8");
  for (const [whole, before, other, name, after] of source.matchAll(OWN)) {
    source = source.replace(whole, `${before}${await address(`${name}.js`, other)}${after}`);
  }
  return `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
}
