// Writes what the normalizers of Hugging Face tokenizers make of every single character, for make_unicode_tables.py.
// Usage: npm install --prefix FOLDER tokenizers@0.23.2 --ignore-scripts; node dump_unicode.mjs FOLDER OUTPUT.json
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [folder, output] = process.argv.slice(2);
const library = createRequire(join(resolve(folder), 'node_modules', 'x.js'))('tokenizers');
const normalizers = {
  nfc: library.nfcNormalizer(),
  nfd: library.nfdNormalizer(),
  nfkd: library.nfkdNormalizer(),
  accents: library.stripAccentsNormalizer(),
};
const changed = {};
for (const name of Object.keys(normalizers)) {
  changed[name] = {};
  for (let code = 0; code < 0x110000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const text = String.fromCodePoint(code);
    const result = normalizers[name].normalizeString(text);
    if (result !== text) changed[name][code] = [...result].map((character) => character.codePointAt(0));
  }
}
writeFileSync(output, JSON.stringify(changed));
