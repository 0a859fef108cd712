// Runs the Khronos validator over the files named on the command line, or else over those that standard input names,
// one a line; prints one JSON report a line. After a tab a line may name the folder of the file's resources.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import validator from 'gltf-validator';

let giveUp = () => {}; // some broken images make it fail where no caller can catch it
process.on('unhandledRejection', (error) => giveUp(error));
process.on('uncaughtException', (error) => giveUp(error));

const given = process.argv.slice(2);
for await (const line of given.length ? given : createInterface({ input: process.stdin })) {
  const [file, folder = dirname(file)] = line.split('\t');
  const lost = new Promise((_, reject) => (giveUp = reject));
  const options = {
    uri: file,
    maxIssues: 0,
    writeTimestamp: false,
    externalResourceFunction: async (uri) => new Uint8Array(await readFile(join(folder, decodeURIComponent(uri)))),
  };
  const report = await Promise.race([validator.validateBytes(new Uint8Array(await readFile(file)), options), lost]).catch(
    (error) => ({ failed: String(error) }),
  );
  console.log(JSON.stringify(report));
}
