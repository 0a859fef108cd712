// Writes each model that standard input names (`FILE<tab>OUTPUT.glb`, one a line) without mesh compression, decoded by
// the JavaScript decoders: for viewers that have none.
import { createInterface } from 'node:readline';
import { NodeIO } from '@gltf-transform/core';
import { ALL_EXTENSIONS, EXTMeshoptCompression, KHRDracoMeshCompression } from '@gltf-transform/extensions';
import draco3d from 'draco3dgltf';
import { MeshoptDecoder } from 'meshoptimizer';

await MeshoptDecoder.ready;
const io = new NodeIO().registerExtensions(ALL_EXTENSIONS).registerDependencies({
  'draco3d.decoder': await draco3d.createDecoderModule(),
  'meshopt.decoder': MeshoptDecoder,
});
for await (const line of createInterface({ input: process.stdin })) {
  const [file, output] = line.split('\t');
  const model = await io.read(file);
  for (const codec of [EXTMeshoptCompression, KHRDracoMeshCompression]) model.createExtension(codec).dispose();
  await io.write(output, model);
}
