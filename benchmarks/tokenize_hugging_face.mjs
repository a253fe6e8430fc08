// Encodes a text with Hugging Face tokenizers, part by part as `zephyr bench tokenize` does; one JSON line with the fastest of several passes.
// Usage: npm install --prefix FOLDER tokenizers@0.23.2 --ignore-scripts
//        RAYON_NUM_THREADS=THREADS node tokenize_hugging_face.mjs FOLDER TOKENIZER.json FILE [THREADS]
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const charactersAtOnce = 1 << 16;
const passes = 3;
const [folder, model, file, threads = '1'] = process.argv.slice(2);
const { Tokenizer } = createRequire(join(resolve(folder), 'node_modules', 'x.js'))('tokenizers');
const tokenizer = Tokenizer.fromString(readFileSync(model, 'utf8'));
const text = readFileSync(file, 'utf8');
const parts = [];
for (let start = 0; start < text.length; start += charactersAtOnce) parts.push(text.slice(start, start + charactersAtOnce).toWellFormed());
const size = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
const rounds = Math.max(1, Math.floor(4_000_000 / size));
let [fastest, tokens] = [Infinity, 0];
for (let pass = 0; pass < passes; pass++) {
  const start = performance.now();
  tokens = 0;
  for (let round = 0; round < rounds; round++) {
    const encodings = Number(threads) > 1 ? await tokenizer.encodeBatch(parts, { addSpecialTokens: false }) : [];
    for (const part of Number(threads) > 1 ? [] : parts) encodings.push(await tokenizer.encode(part, null, { addSpecialTokens: false }));
    tokens += encodings.reduce((sum, encoding) => sum + encoding.getLength(), 0);
  }
  fastest = Math.min(fastest, (performance.now() - start) / 1000);
}
console.log(JSON.stringify({ megabytes_per_second: (size * rounds) / fastest / 1e6, tokens }));
