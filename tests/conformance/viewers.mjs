// Draws models in two viewers, each in one page of a headless browser. Standard input is JSON: { viewer: "three" or
// "khronos", environment: FILE.hdr, fine, shots: [{ model, out, theta, phi, radius, target, fov, width, height, tone,
// skybox, lit, time?, variant? }] }. Prints one line of JSON a shot: {} where it was drawn, { error } where the viewer did not open it.
// FORGE3D_ORACLES names the folder of the viewers: their packages, a loopback server, the browser and three.js's page.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const oracles = process.env.FORGE3D_ORACLES;
const { launch, serve } = await import(pathToFileURL(join(oracles, 'lib.mjs')));

const LIBRARY = '/nm/@khronosgroup/gltf-viewer/dist/gltf-viewer.module.js';
const SAMPLES = { ggxSampleCount: 128, lambertianSampleCount: 128, sheenSamplCount: 16, lutResolution: 128 };
const PAGES = { three: '/pages/mv.html', khronos: '/own/khronos.html' };

// The environment is filtered without a GPU: fewer samples, the same for every picture.
function fewerSamples(text) {
  return Object.entries(SAMPLES).reduce((patched, [name, count]) => {
    const set = new RegExp(`this\\.${name} = \\d+;`);
    if (!set.test(patched)) throw new Error(`gltf-viewer sets no ${name}`);
    return patched.replace(set, `this.${name} = ${count};`);
  }, text);
}

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { viewer, environment, fine, shots } = JSON.parse(Buffer.concat(chunks));
const file = (path) => '/files' + path.split('/').map(encodeURIComponent).join('/');
const roots = { '/files/': '/', '/own/': import.meta.dirname, '/nm/': join(oracles, 'node_modules') };
for (const folder of ['pages', 'assets']) roots[`/${folder}/`] = join(oracles, folder);
const server = await serve(roots, fine ? {} : { [LIBRARY]: fewerSamples });
const { width, height } = shots[0];
const browser = await launch(process.env.CHROMIUM ?? '/usr/bin/chromium', server.url, { width, height });
const { page } = browser;
await page.goto(server.url + PAGES[viewer]);
await page.waitForFunction('window.oracleReady', null, { timeout: 60000 });

async function draw(shot) {
  const view = { exposure: 1, bg: 'transparent' };
  await page.evaluate(
    async (config) => {
      for (const old of document.querySelectorAll('model-viewer')) old.remove();
      const late = new Promise((_, fail) => setTimeout(() => fail(new Error('not opened in 600 s')), 600000));
      await Promise.race([window.oracleInit(config), late]);
    },
    { ...shot, ...view, model: file(shot.model), env: file(environment) },
  );
  const url = await page.evaluate((theta) => window.oraclePNG(theta), shot.theta);
  await writeFile(shot.out, Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
}

for (const shot of shots) {
  const said = await draw(shot).then(
    () => ({}),
    (error) => ({ error: String(error.message).split('\n')[0].replace('page.evaluate: Error: ', '') }),
  );
  console.log(JSON.stringify(said));
}
await browser.close();
server.close();
