// One spin's frames by <model-viewer> in a headless browser: `node spin_viewer.mjs MODULES CHROMIUM JOB`, see spinning.py.
// MODULES is a node_modules folder with @google/model-viewer (its modules beside it) and playwright-core. A frame is what three.js draws and
// WebGL reads back, without what the element does about it.
import {createRequire} from 'node:module';
import {createServer} from 'node:http';
import {readFile} from 'node:fs/promises';
import path from 'node:path';

const [modules, browserPath, text] = process.argv.slice(2);
const job = JSON.parse(text);
const {chromium} = createRequire(path.join(path.resolve(modules), 'x.js'))('playwright-core');
const page_ = `<!doctype html><style>body{margin:0}model-viewer{width:${job.size}px;height:${job.size}px}</style>
<script type="module" src="/modules/@google/model-viewer/dist/model-viewer.min.js"></script>`;
const files = {'/': async () => page_, '/model.glb': () => readFile(job.model), '/light.hdr': () => readFile(job.environment)};
const types = {'.js': 'text/javascript', '/': 'text/html'};
const server = createServer(async (request, answer) => {
  const name = decodeURIComponent(request.url.split('?')[0]);
  const read = files[name] ?? (name.startsWith('/modules/') && !name.includes('..')
    ? () => readFile(path.join(modules, name.slice(9))) : null);
  if (!read) return answer.writeHead(404).end();
  answer.writeHead(200, {'content-type': types[path.extname(name) || name] ?? 'application/octet-stream'});
  answer.end(await read());
});
await new Promise(ready => server.listen(0, '127.0.0.1', ready));
const browser = await chromium.launch({executablePath: browserPath,
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist']});
try {
  const page = await browser.newPage({viewport: {width: job.size, height: job.size}});
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const seconds = await page.evaluate(async job => {
    const element = await customElements.whenDefined('model-viewer');
    element.minimumRenderScale = 1;
    const viewer = document.createElement('model-viewer');
    const orbit = yaw => `${yaw}deg ${90 - job.pitch}deg ${job.distance}m`;
    for (const [name, value] of Object.entries({
      'environment-image': '/light.hdr', 'camera-target': job.target.map(v => v + 'm').join(' '), 'camera-controls': '',
      'interaction-prompt': 'none', 'camera-orbit': orbit(0), 'tone-mapping': 'neutral', 'min-camera-orbit': 'auto auto 0m',
      'max-camera-orbit': `auto auto ${job.distance}m`, 'field-of-view': job.fov + 'deg', 'min-field-of-view': '1deg',
      loading: 'eager'})) viewer.setAttribute(name, value);
    const shown = new Promise(done => viewer.addEventListener('poster-dismissed', done, {once: true}));
    document.body.append(viewer);
    viewer.src = '/model.glb';
    await shown;
    const inner = name => {
      for (let at = viewer; at; at = Object.getPrototypeOf(at))
        for (const key of Object.getOwnPropertySymbols(at)) if (key.description === name && viewer[key]) return viewer[key];
    };
    const scene = inner('scene'), three = inner('renderer').threeRenderer, gl = three.getContext();
    const pixels = new Uint8Array(4 * job.size * job.size);
    const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    let total = 0;
    for (let index = -2; index < job.frames; index++) {
      viewer.cameraOrbit = orbit(index * 360 / job.frames);
      viewer.jumpCameraToGoal();
      await viewer.updateComplete;
      await painted();
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixels);  // waits for the element's own frame
      const begin = performance.now();
      three.setRenderTarget(null);
      three.setViewport(0, 0, job.size, job.size);
      three.render(scene, scene.camera);
      gl.readPixels(0, 0, job.size, job.size, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      if (index >= 0) total += performance.now() - begin;
    }
    return total / job.frames / 1000;
  }, job);
  console.log(JSON.stringify({seconds}));
} finally {
  await browser.close();
  server.close();
}
