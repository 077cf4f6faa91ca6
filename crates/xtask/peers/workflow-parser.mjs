// Reads workflows and actions with GitHub's own parser and prints what it refuses, as `file:line: message`.
// Called as: node workflow-parser.mjs <folder with node_modules> <file>...
// The last line tells how many files were read; the status is 1 when any was refused.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

// The package imports its schemas as JSON without saying so, which Node refuses: hand them over as modules.
const loader = `
  import { readFile } from "node:fs/promises";
  export async function load(url, context, next) {
    if (!url.endsWith(".json")) return next(url, context);
    const text = await readFile(new URL(url), "utf8");
    return { format: "module", shortCircuit: true, source: "export default " + text };
  }`;
register("data:text/javascript," + encodeURIComponent(loader));

const [folder, ...files] = process.argv.slice(2);
const dist = (name) => import(pathToFileURL(join(folder, "node_modules/@actions/workflow-parser/dist", name)));
const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } = await dist("index.js");
const { convertActionTemplate, parseAction } = await dist("actions/index.js");

let refused = 0;
for (const name of files) {
  const file = { name, content: readFileSync(name, "utf8") };
  const isAction = ["action.yml", "action.yaml"].includes(basename(name));
  const { context, value } = (isAction ? parseAction : parseWorkflow)(file, new NoOperationTraceWriter());
  if (value !== undefined) {
    await (isAction ? convertActionTemplate : convertWorkflowTemplate)(context, value);
  }
  const errors = context.errors.getErrors();
  for (const error of errors) {
    console.log(`${name}:${error.range?.start.line ?? 1}: ${error.rawMessage ?? error.message}`);
  }
  refused += errors.length > 0 || value === undefined ? 1 : 0;
}
console.log(`${files.length} files read, ${refused} refused`);
process.exitCode = refused === 0 && files.length > 0 ? 0 : 1;
