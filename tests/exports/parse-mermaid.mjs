// parse-mermaid.mjs FOLDER FILE...: parses diagrams with the mermaid package that is installed below FOLDER. Prints
// what it refuses; exit status 1 if there is such a file, 3 if the package does not load.
import { readFileSync } from 'fs';
import { createRequire } from 'module';
import { pathToFileURL } from 'url';

const [folder, ...files] = process.argv.slice(2);
let mermaid;
try {
  const require = createRequire(`${folder}/`);
  const { JSDOM } = require('jsdom');
  globalThis.window = new JSDOM('<!DOCTYPE html><body></body>').window;
  globalThis.document = globalThis.window.document;
  const url = pathToFileURL(`${folder}/node_modules/mermaid/dist/mermaid.core.mjs`);
  mermaid = (await import(url)).default;
} catch (error) {
  console.log(`the package does not load: ${error.message}`);
  process.exit(3);
}
let status = 0;
for (const file of files) {
  try {
    const found = await mermaid.parse(readFileSync(file, 'utf8'));
    if (found.diagramType !== 'sequence') throw new Error(`a ${found.diagramType} diagram`);
  } catch (error) {
    console.log(`${file}: ${error.message}`);
    status = 1;
  }
}
process.exit(status);
