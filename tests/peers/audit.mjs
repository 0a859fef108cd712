// The Khronos asset auditor's verdicts. Standard input: a JSON list of [[files of a model], schema file, product file or
// null]; standard output: a JSON list with, for each, the outcome of every test and the milliseconds that it took, or
// the error that kept the auditor from it.
import { Auditor } from '@khronosgroup/gltf-asset-auditor';
import { readFileSync } from 'node:fs';

console.log = console.warn = () => {};

async function audit([files, schema, product]) {
  const auditor = new Auditor();
  const start = performance.now();
  try {
    await auditor.schema.loadFromFileSystem(schema);
    await auditor.model.loadFromFileSystem(files);
    if (product) await auditor.productInfo.loadFromFileSystem(product);
    auditor.generateReport();
  } catch (error) {
    return { error: String(error) };
  }
  const outcome = (test) => (test.tested ? (test.pass ? 'passed' : 'failed') : 'not tested');
  const tests = Object.entries(auditor.report).map(([name, test]) => [name, outcome(test)]);
  return { outcomes: Object.fromEntries(tests), milliseconds: performance.now() - start };
}

const found = [];
for (const job of JSON.parse(readFileSync(0))) found.push(await audit(job));
process.stdout.write(JSON.stringify(found), () => process.exit(0));
