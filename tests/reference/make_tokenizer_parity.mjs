// Makes a file of what Hugging Face tokenizers 0.23.2 gives for whole tokenizers, beside which TokenizerParityTests lays ours: ids and decoded
// texts of generated difficult texts, decoded texts of random ids, and hashes of the ids of real texts.
// Usage: npm install --prefix FOLDER tokenizers@0.23.2 --ignore-scripts
//        node make_tokenizer_parity.mjs FOLDER ROOT OUTPUT.jsonl.gz TEXTS SEED TOKENIZER... [-- TEXTFILE...]
// TOKENIZER and TEXTFILE are paths below ROOT (the shared data, whose texts are not copied). The committed file:
//        node make_tokenizer_parity.mjs FOLDER ../shared/data tests/Zephyr.Core.Tests/references/tokenizers/parity.jsonl.gz 6000 20231025 \
//          tokenizers/mistral-7b-v0.1 models/stories260k -- preferences/dpo_en_demo.json preferences/alpaca_en_demo.json mt-bench/question.jsonl \
//          mt-bench/model_answer_mistral-orpo-capybara.jsonl tokenizers/mistral-7b-v0.1/zephyr_prompts.json templates/cases.json
// For a search: another SEED and at least 5,000 TEXTS, other tokenizers, then ZEPHYR_TOKENIZER_PARITY=OUTPUT and ZEPHYR_SHARED_DATA=ROOT for the test.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const [folder, root, output, count, seed, ...names] = process.argv.slice(2);
const cut = names.includes('--') ? names.indexOf('--') : names.length;
const [tokenizerNames, textFiles] = [names.slice(0, cut), names.slice(cut + 1)];
const { Tokenizer } = createRequire(join(resolve(folder), 'node_modules', 'x.js'))('tokenizers');

let state = Number(seed) >>> 0;
const random = (limit) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor((state / 4294967296) * limit); };
const pick = (list) => list[random(list.length)];
const repeat = (low, high, part) => { let text = ''; for (let n = low + random(high - low + 1); n > 0; n--) text += part(); return text; };
const range = (low, high) => () => String.fromCodePoint(low + random(high - low + 1));

const words = ('the of and to in that is was he for it with as his on be at by had not are but from or have an they which one you were her all she there would '
  + "their we him been has when who will no more if out so said what up its about into than them can only other new some could time these two may then do "
  + "Zephyr distilled alignment preference don't WE'LL they're I'm it's naïve café Größe Straße élève São Mañana İstanbul ΣΊΣΥΦΟΣ Привет мир здравствуйте "
  + 'ქართული հայերեն עברית العربية हिन्दी ภาษาไทย 日本語 東京タワー 中文字符 한국어 조선말 Tiếng Việt ﬁnal ﬂow ½ Ⅷ ① ４２ ㎏ ℌ 𝒜𝓫𝔠 x₁² 10³ 3.14159 1,234,567 2023-10-25 '
  + 'camelCase snake_case SCREAMING_CASE kebab-case XMLHttpRequest __init__ user@example.org https://a.b/c?d=e&f=%20#g').split(' ');
const codeLines = ['for (int i = 0; i < n; i++) {\n\tsum += a[i] * b[i];\n}', 'def f(x, *args, **kw):\n    """doc"""\n    return {k: v for k, v in kw.items() if v}\n',
  'SELECT * FROM t WHERE a <> 1 AND b LIKE \'%x\';', '<div class="a">&nbsp;<br/></div>', '#include <stdio.h>\r\n\r\nint main(void){return 0;}', '{"a": [1, 2.5e-7, null], "b\\n": "\\u00e9"}',
  'let rec f = fun x -> x |> g :: [] ;; (* c *)', '$ ls -la | grep -v "^d" > /dev/null 2>&1', '\\begin{align} \\frac{1}{2} &= \\sum_{i=0}^{n} x_i^2 \\\\ \\end{align}', '| a | b |\n|---|---|\n| 1 | 2 |\n'];
const emoji = ['🙂', '🙃', '👍🏽', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪🇫🇷', '1️⃣', '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}', '☺', '☺️', '❤️‍🔥', '👨🏿‍🚀', '\u{1F3FB}', '🫠', '©️', '\u200d', '\ufe0f'];
const spaces = [' ', '  ', '\t', '\n', '\r\n', '\r', '\u00a0', '\u3000', '\u2003', '\u2028', '\u2029', '\u0085', '\u200b', '\ufeff', '\u202f', '\v', '\f', '\u180e', '\u1680', '\u205f'];
const controls = ['\u0000', '\u0001', '\u0008', '\u001b[31m', '\u001f', '\u007f', '\u0080', '\u009f', '\u00ad', '\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069', '\ufffd', '\ufffe', '\uffff', '\u{1fffe}', '\u{10ffff}', '\u{e000}', '\u{f0000}', '\u0378', '\ud7ff', '\u{10000}', '\u{e0001}'];
const marked = ['▁', '▁▁', 'Ġ', 'Ċ', '<0x0A>', '<0xFF>', '<0x41>', '<unk>', '<s>', '</s>', '<s', 's>', '</', '<s >', '< s>', '<S>', '[INST]', '[/INST]', '<|user|>', '<|assistant|>', '<|system|>', '<|im_start|>', '<pad>', '[PAD]', '##', '@@'];
const scripts = [range(0x00, 0x7f), range(0x80, 0x24f), range(0x250, 0x2ff), range(0x370, 0x52f), range(0x531, 0x5ff), range(0x600, 0x6ff), range(0x900, 0xdff), range(0xe00, 0xfff), range(0x1000, 0x11ff), range(0x1200, 0x1cff),
  range(0x1d00, 0x1fff), range(0x2000, 0x2bff), range(0x2c00, 0x2fff), range(0x3000, 0x33ff), range(0x3400, 0x4dbf), range(0x4e00, 0x9fff), range(0xa000, 0xabff), range(0xac00, 0xd7a3), range(0xe000, 0xf8ff),
  range(0xf900, 0xffff), range(0x10000, 0x10fff), range(0x11000, 0x1ffff), range(0x1d400, 0x1d7ff), range(0x1f000, 0x1faff), range(0x20000, 0x2ffff), range(0x30000, 0x3ffff), range(0x40000, 0xdffff), range(0xe0000, 0x10ffff)];
const marks = [range(0x300, 0x36f), range(0x483, 0x489), range(0x591, 0x5bd), range(0x64b, 0x65f), range(0x900, 0x903), range(0x93c, 0x94d), range(0xe34, 0xe3a), range(0x1ab0, 0x1ace), range(0x20d0, 0x20f0), range(0xfe20, 0xfe2f), range(0x1d165, 0x1d169)];
const sentence = () => repeat(1, 14, () => pick(words) + pick([' ', ' ', ' ', ' ', ', ', '. ', '', '-', '\n']));
let added = [''];
const kinds = [
  sentence,
  () => repeat(1, 40, pick(scripts)),
  () => repeat(1, 40, () => pick(scripts)()),
  () => repeat(1, 12, () => pick(scripts)() + repeat(0, 4, pick(marks))),
  () => repeat(1, 10, () => pick(emoji) + pick(['', '', ' ', pick(words)])),
  () => repeat(1, 30, () => pick(spaces) + pick(['', '', '', pick(words)])),
  () => pick(spaces).repeat(1 + random(220)) + pick(words) + pick(spaces).repeat(random(40)),
  () => repeat(1, 14, () => pick(controls) + pick(['', pick(words), ' '])),
  () => { const code = pick(codeLines); const at = random(code.length + 1); return code.slice(0, at) + pick(['', '    ', '\t\t', pick(words), pick(marked)]) + code.slice(at); },
  () => repeat(1, 8, () => pick(marked) + pick(['', '', ' ', '  ', pick(words), '\n'])),
  () => repeat(1, 8, () => pick(added) + pick(['', '', '', ' ', '\n', pick(words)])),
  () => pick(['a', 'A', '1', ' ', '=', '-', '日', '가', 'é', '\u0301', '🙂', '▁', '\n', '..', 'ab', '12', 'the ', '<s>']).repeat(1 + random(260)),
  () => sentence().normalize(pick(['NFC', 'NFD', 'NFKC', 'NFKD'])),
  () => repeat(1, 30, () => String(random(10 ** (1 + random(9)))) + pick(['', '', ' ', '.', ',', '%', 'e', '٣', '४', '４'])),
  () => repeat(1, 6, () => pick(kinds.slice(0, 12))()),
];

const tokenizers = tokenizerNames.map((name) => {
  const content = readFileSync(join(root, name, 'tokenizer.json'));
  const json = JSON.parse(content);
  return { name, sha256: createHash('sha256').update(content).digest('hex'), library: Tokenizer.fromString(content.toString()), added: json.added_tokens.map((token) => token.content), size: [...Object.values(json.model.vocab), ...json.added_tokens.map((token) => token.id)].reduce((most, id) => Math.max(most, id)) + 1 };
});
added = [...new Set(tokenizers.flatMap((tokenizer) => tokenizer.added.slice(0, 40)))];

// The tokens around a text are the same for every text, which is checked here, so that one list of ids a text is enough.
async function encode(tokenizer, text) {
  const plain = (await tokenizer.library.encode(text, null, { addSpecialTokens: false })).getIds();
  const whole = (await tokenizer.library.encode(text)).getIds();
  const around = tokenizer.around ??= await (async () => { const ids = (await tokenizer.library.encode('')).getIds(); return [ids, []]; })();
  if (JSON.stringify(whole) !== JSON.stringify([...around[0], ...plain, ...around[1]])) throw new Error(`${tokenizer.name}: tokens around ${JSON.stringify(text)} differ`);
  return [plain, whole];
}

const lines = [];
const texts = new Set(['']);
while (texts.size < Number(count)) texts.add(pick(kinds)());
for (const text of texts) {
  const row = [text];
  for (const tokenizer of tokenizers) {
    const [plain, whole] = await encode(tokenizer, text);
    const decoded = [await tokenizer.library.decode(plain, false), await tokenizer.library.decode(whole, true)];
    row.push(plain, decoded.map((other) => (other === text ? null : other)));
  }
  lines.push({ text: row });
}

for (const [index, tokenizer] of tokenizers.entries()) {
  for (let n = Math.ceil(Number(count) / 6); n > 0; n--) {
    const ids = Array.from({ length: 1 + random(12) }, () => random(random(3) === 0 ? Math.min(tokenizer.size, 300) : tokenizer.size));
    lines.push({ ids: [index, ids, await tokenizer.library.decode(ids, false), await tokenizer.library.decode(ids, true)] });
  }
}

function* strings(value) {
  if (typeof value === 'string') yield value;
  else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) yield* strings(item);
}

// The texts themselves stay where they are: the first eight digits of the hash of "id,id,..." for each string of the file, in its order.
for (const file of textFiles) {
  const content = readFileSync(join(root, file), 'utf8');
  const parts = file.endsWith('.jsonl') ? content.split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line)) : [JSON.parse(content)];
  const row = [file];
  for (const tokenizer of tokenizers) {
    const hashes = [];
    for (const text of strings(parts)) hashes.push(createHash('sha256').update((await encode(tokenizer, text))[0].join(',')).digest('hex').slice(0, 8));
    row.push(hashes.join(''));
  }
  lines.push({ file: row });
}

const header = { library: 'Hugging Face tokenizers 0.23.2', tokenizers: tokenizers.map(({ name, sha256, around }) => ({ name, sha256, around })) };
writeFileSync(output, gzipSync([header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''), { level: 9 }));
console.log(`${texts.size} texts, ${lines.length} lines`);
