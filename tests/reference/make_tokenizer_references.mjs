// Makes tests/Zephyr.Core.Tests/references/tokenizers/hugging-face.json: ids and decoded texts of Hugging Face tokenizers 0.23.2 for small
// vocabularies (learnt here from the text below) under many combinations of components.
// Usage: npm install --prefix FOLDER tokenizers@0.23.2 --ignore-scripts; node make_tokenizer_references.mjs FOLDER OUTPUT.json [RANDOM_TEXTS]
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [folder, output, randomTexts = '24'] = process.argv.slice(2);
const { Tokenizer } = createRequire(join(resolve(folder), 'node_modules', 'x.js'))('tokenizers');

const corpus = `The kite rose over the harbour, and the children who'd made it couldn't stop laughing. They've flown it since March 2023, they'll
fly it again in 2024; I'm told it's 12,345 metres up. "Don't let go!" SHE'LL SHOUT, HE'D SHOUT. Der Drache stieg über den Häfen – schön, größer, höher.
Le cerf-volant s'éleva; les élèves l'ont vu. 日本語の文章です。東京タワー。 Привет, мир! for (int i = 0; i < 10; i++) { x += y[i]; }
    indented    text\twith\ttabs\r\n\r\nand newlines\n\n\n   and more. 🙂🙃 naïve café ﬁnal ① ½ ４２ Ⅷ`;

const texts = [
  '', ' ', '  ', 'Hello', ' Hello', 'Hello  world', ' leading and trailing ', "don't DON'T don\u2019t he'll HE'LL we\u2019ve 'S'\u017F 'm'd", "'tis 'twas rock'n'roll ''s",
  '1234567 12 3.14 1,000,000 ٣٤٥ ４２ Ⅷ ½ ² 𝟘𝟙𝟚', 'a\tb\t\tc\n\nd\r\n\r\ne \n f  \n  g\n', '\n', '\r\n', ' \n', '\n ', '\u00a0x\u00a0\u00a0y\u3000z\u2028w\u0085v', 'x  \u00a0 \t y',
  'naïve café ÀÉÎÕÜ ß ŉ ǅ ﬁ ﬀ ① ㎏ Å Å', 'e\u0301 a\u0323\u0307 a\u0307\u0323 \u0301x \u1e69 \u0073\u0323\u0307', '한국어 한국 각', '日本語の文章です。東京タワー。',
  'Привет, мир! Ёё', 'مرحبا بالعالم', 'नमस्ते दुनिया', 'สวัสดี', '🙂🙃 👩‍👩‍👧‍👦 🇩🇪 👍🏽', '𝒜𝓫𝔠 𐐀𐐨 𒀀 𠀀 \u{1F130}\u{10140}\u{E0001}', 'x\u{10FFFF}y\u{E000}z\u0378',
  '!!! ??? ... --- === <<<>>> {}[]() @#$%^&*', 'http://a.b/c?d=e&f=g#h', 'for (int i = 0; i < 10; i++) { x += y[i]; }', 'camelCaseWord SNAKE_CASE_WORD XMLHttpRequest iOS',
  '\u0000\u0001\u007f\ufffd\ufeff\u200b\u200d', 'İstanbul IĞDIR ΣΊΣΥΦΟΣ', 'a<s>b</s>c <x> <X> [m] [M]a [m]', '<s><s> </s>', 'pad[m]pad x[m] [m]x', '▁already ▁▁marked▁', '▁', 'Ġbyte Ċ characters Ł',
  '_under_ __dunder__ a_b', 'ꙁ\u0488 \u0e33 \u0903', 'A\u030a\u0327 B', '\u1100\u1161\u11a8 \u1100\u1161', '\u0344 \u2126 \u212b \u2adc', 'q\u0307\u0323\u0301z', 'K \u212a \u017f S',
];

let state = 20231025;
const random = (limit) => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return (state >>> 8) % limit; };
const pools = [
  "aeiostnr    ", "'sStTdDmMlLrReEvV ", ' \t\n\r\u00a0\u3000  ', '0123456789', '.,;:!?()[]{}<>/\\-_=+*&^%$#@"\'`~|', 'éàüßÅ\u0301\u0323\u0308ǅﬁ①½', '日本語ひカ한각',
  ['🙂', '\u{1F3FD}', '𝒜', '𐐀', '𝟘', '\u{10140}', '\u{1F130}', '\u200d', '\ufe0f', '\u0378', '▁', '<s>', '</s>', '<x>', '[m]', '\u017f', '\u0488'],
].map((pool) => [...pool]);
for (let i = 0; i < Number(randomTexts); i++) {
  let text = '';
  let pool = pools[0];
  for (let length = 1 + random(60); length > 0; length--) {
    if (random(3) === 0) pool = pools[random(pools.length)];
    text += pool[random(pool.length)];
  }
  texts.push(text);
}

const byteCharacters = [];
for (let value = 0, next = 256; value < 256; value++) {
  const printable = (value >= 33 && value <= 126) || (value >= 161 && value <= 172) || value >= 174;
  byteCharacters.push(String.fromCharCode(printable ? value : next++));
}

// Plain byte-pair learning over words; ties go to the pair seen first.
function learn(words, alphabet, count) {
  const vocabulary = new Map(alphabet.map((symbol, id) => [symbol, id]));
  const merges = [];
  while (merges.length < count) {
    const pairs = new Map();
    for (const word of words) for (let i = 0; i + 1 < word.length; i++) { const key = `${word[i]} ${word[i + 1]}`; pairs.set(key, (pairs.get(key) ?? 0) + 1); }
    const best = [...pairs].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
    if (best[1] < 2) break;
    const [left, right] = best[0].split(' ');
    merges.push([left, right]);
    if (!vocabulary.has(left + right)) vocabulary.set(left + right, vocabulary.size);
    for (const word of words) for (let i = 0; i + 1 < word.length; i++) if (word[i] === left && word[i + 1] === right) word.splice(i, 2, left + right);
  }
  return { vocab: Object.fromEntries(vocabulary), merges };
}

const words = corpus.match(/'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu);
const bytes = learn(words.map((word) => [...Buffer.from(word, 'utf8')].map((value) => byteCharacters[value])), [...byteCharacters, '<x>', 'ĠandĠthe'], 250);
const marked = () => words.map((word) => [...word.replaceAll(' ', '▁')]);
const alphabet = new Set(marked().flat());
const bytePieces = Array.from({ length: 256 }, (_, value) => `<0x${value.toString(16).toUpperCase().padStart(2, '0')}>`);
const characters = learn(marked(), ['<unk>', ...alphabet], 200);
const fallback = learn(marked(), ['<unk>', ...bytePieces, ...alphabet], 200);
const base = { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false };
const models = {
  bytes: { ...base, ...bytes },
  characters: { ...base, unk_token: '<unk>', ...characters },
  fallback: { ...base, unk_token: '<unk>', fuse_unk: true, byte_fallback: true, ...fallback, merges: fallback.merges.map((pair) => pair.join(' ')) },
};

const sequence = (name, items) => ({ type: 'Sequence', [name]: items });
const split = (pattern, behavior = 'Isolated', invert = false) => ({ type: 'Split', pattern: { Regex: pattern }, behavior, invert });
const byteLevel = (add_prefix_space = false, use_regex = true) => ({ type: 'ByteLevel', add_prefix_space, trim_offsets: true, use_regex });
const metaspace = (prepend_scheme, split_) => ({ type: 'Metaspace', replacement: '▁', prepend_scheme, split: split_ });
const template = { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }], pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }], special_tokens: { '<s>': { id: '<s>', ids: ['<s>'], tokens: ['<s>'] } } };
const llama3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const cl100k = "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
const o200k = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const deepseek = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const llamaDecoder = sequence('decoders', [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }]);
const flags = (content, options = {}) => ({ content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: false, ...options });
const special = [flags('<s>', { special: true }), flags('</s>', { special: true })];
const bytesCase = (name, pre_tokenizer, more = {}) => ({ name, model: 'bytes', pre_tokenizer, decoder: byteLevel(), post_processor: template, ...more });
const charactersCase = (name, more) => ({ name, model: 'characters', pre_tokenizer: null, decoder: metaspace('always', true), post_processor: template, ...more });
const normalizerCase = (name, normalizer) => charactersCase(`normalizer ${name}`, { normalizer, pre_tokenizer: metaspace('always', true) });

const cases = [
  bytesCase('gpt2', byteLevel()),
  bytesCase('roberta', byteLevel(true), { post_processor: { type: 'RobertaProcessing', sep: ['</s>', '</s>'], cls: ['<s>', '<s>'], trim_offsets: true, add_prefix_space: true } }),
  bytesCase('byte level without pattern', byteLevel(true, false)),
  bytesCase('llama 3', sequence('pretokenizers', [split(llama3), byteLevel(false, false)]), { overrides: { ignore_merges: true }, post_processor: sequence('processors', [byteLevel(), template]) }),
  bytesCase('qwen 2', sequence('pretokenizers', [split(llama3.replace('{1,3}', '')), byteLevel(false, false)]), { normalizer: { type: 'NFC' } }),
  bytesCase('cl100k', sequence('pretokenizers', [split(cl100k), byteLevel(false, false)])),
  bytesCase('o200k', sequence('pretokenizers', [split(o200k), byteLevel(false, false)])),
  bytesCase('deepseek', sequence('pretokenizers', [split('\\p{N}{1,3}'), split('[一-龥\u3040-ゟ゠-ヿ]+'), split(deepseek), byteLevel(false, false)])),
  bytesCase('deepseek coder', sequence('pretokenizers', [split('[\\r\\n]'), split('\\s?\\p{L}+'), split('\\s?\\p{P}+'), split('[一-龥ࠀ-一가-\ud7ff]+'), { type: 'Digits', individual_digits: true }, byteLevel(false, false)])),
  bytesCase('smollm', sequence('pretokenizers', [{ type: 'Digits', individual_digits: true }, byteLevel()])),
  bytesCase('falcon', sequence('pretokenizers', [{ type: 'Punctuation', behavior: 'Contiguous' }, byteLevel(), { type: 'Digits', individual_digits: false }, split('[0-9][0-9][0-9]')])),
  bytesCase('byte level normalizer', split(' ?[^ ]+'), { normalizer: sequence('normalizers', [{ type: 'NFC' }, { type: 'ByteLevel' }]) }),
  { name: 'llama', model: 'fallback', normalizer: sequence('normalizers', [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }]), pre_tokenizer: null, decoder: llamaDecoder, post_processor: template },
  { name: 'mistral metaspace', model: 'fallback', pre_tokenizer: metaspace('first', false), decoder: llamaDecoder, post_processor: template },
  { name: 'gemma', model: 'fallback', normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' }, pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false }, decoder: sequence('decoders', llamaDecoder.decoders.slice(0, 3)), post_processor: template },
  ...['first', 'always', 'never'].flatMap((scheme) => [true, false].map((cut) => charactersCase(`metaspace ${scheme} ${cut}`, { pre_tokenizer: metaspace(scheme, cut), decoder: metaspace(scheme, cut) }))),
  charactersCase('unknown fused', { overrides: { fuse_unk: true }, decoder: null }),
  charactersCase('no unknown piece', { overrides: { unk_token: null }, pre_tokenizer: { type: 'Whitespace' }, decoder: null }),
  charactersCase('whitespace', { pre_tokenizer: { type: 'Whitespace' }, overrides: { fuse_unk: true }, decoder: null }),
  charactersCase('whitespace split and metaspace', { pre_tokenizer: sequence('pretokenizers', [{ type: 'WhitespaceSplit' }, metaspace('always', true)]) }),
  ...['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'].flatMap((behavior) => [
    charactersCase(`split ${behavior}`, { pre_tokenizer: split('\\s|[aeiou]{1,2}', behavior), overrides: { fuse_unk: true } }),
    charactersCase(`split inverted ${behavior}`, { pre_tokenizer: split('\\w+', behavior, true), overrides: { fuse_unk: true } }),
    charactersCase(`punctuation ${behavior}`, { pre_tokenizer: { type: 'Punctuation', behavior }, overrides: { fuse_unk: true } }),
  ]),
  charactersCase('pattern with case', { pre_tokenizer: split('(?i:the|k|s+|[a-f]+)(?!x)|(?<=\\d)\\D|\\w{2,}?\\b{0}|(?>a|ab)c|\\x{41}|\\u00e9'.replace('\\b{0}', ''), 'Isolated'), overrides: { fuse_unk: true } }),
  normalizerCase('NFC', { type: 'NFC' }), normalizerCase('NFD', { type: 'NFD' }), normalizerCase('NFKC', { type: 'NFKC' }), normalizerCase('NFKD', { type: 'NFKD' }),
  normalizerCase('lowercase', sequence('normalizers', [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }])),
  normalizerCase('strip', sequence('normalizers', [{ type: 'Strip', strip_left: true, strip_right: true }, { type: 'Nmt' }])),
  normalizerCase('replace', sequence('normalizers', [{ type: 'Replace', pattern: { Regex: ' {2,}|\\p{P}' }, content: '▁e' }, { type: 'Prepend', prepend: 'th' }])),
];

const added = [
  flags('<x>'), flags('[m]', { single_word: true, normalized: true }), flags('rstrip', { rstrip: true }), flags('lstrip', { lstrip: true, normalized: true }), flags('SHOUT', { normalized: true }),
];
cases.push(...['gpt2', 'llama', 'metaspace first true', 'normalizer lowercase'].map((name) => ({ ...cases.find((item) => item.name === name), name: `added tokens, ${name}`, added })));
texts.push('a rstrip  b  lstrip c', 'lstrip', ' lstriprstrip ', 'we shout SHOUT Shout', 'x<x>y <x> [m] [m]n [m]. o[m]', '<s> rstrip</s>', '<x>  <s>  lstrip');
// Texts that were once wrong here.
texts.push("oooe\u0378 \rl\u672c \ufe0f\ud83c\udffd}`%>\uac01EMlsLRv'ts70\u030863`\u00bd\u00fc\u00fc}\u00bd\ud83d\ude42&\u3072o ", " eto     06sn aa  \u30ab-,?>\ufe0f\u017f\u017f\ud83c\udffd\ud835\udfd8\ud800\udd40<s>\ud835\udfd8\ud800\udd401  mLdmmrestTl\uac0196d97\ud55c\n \u672c\u30ab\u8a9e\u65e5");

// Tokens that the vocabulary lacks get the ids after it, in order; templates name tokens, which become ids here.
function build(item) {
  const model = { ...models[item.model], ...item.overrides };
  const tokens = [...special, ...(item.added ?? [])];
  let next = Object.keys(model.vocab).length;
  const added_tokens = tokens.map((token) => ({ id: model.vocab[token.content] ?? next++, ...token }));
  added_tokens.sort((a, b) => a.id - b.id);
  const idOf = (content) => added_tokens.find((token) => token.content === content).id;
  const post_processor = JSON.parse(JSON.stringify(item.post_processor), (key, value) => (key === 'ids' ? value.map(idOf) : (key === 'sep' || key === 'cls') ? [value[0], idOf(value[0])] : value));
  return { version: '1.0', truncation: null, padding: null, added_tokens, normalizer: item.normalizer ?? null, pre_tokenizer: item.pre_tokenizer, post_processor, decoder: item.decoder, model };
}

// Version 0.23 decodes a token found in normalized text to its normalized form, versions before to its content, which is kept to here:
// no decoded texts where the two differ.
const decodes = (item) => !item.added || !item.normalizer;
const results = [];
for (const item of cases) {
  const { model, ...parts } = build(item);
  const tokenizer = Tokenizer.fromString(JSON.stringify({ ...parts, model }));
  const ids = [];
  const decoded = [];
  for (const text of texts) {
    const encoding = await tokenizer.encode(text, null, { addSpecialTokens: false });
    const withSpecial = await tokenizer.encode(text);
    ids.push([encoding.getIds(), withSpecial.getIds()]);
    decoded.push([await tokenizer.decode(encoding.getIds(), false), await tokenizer.decode(withSpecial.getIds(), true)]);
  }
  results.push({ name: item.name, model: item.model, overrides: item.overrides ?? {}, parts, ids, decoded: decodes(item) ? decoded : null });
}
// One line a case keeps differences readable.
const lines = [`"texts": ${JSON.stringify(texts)}`, `"models": ${JSON.stringify(models)}`, `"cases": [\n${results.map((result) => JSON.stringify(result)).join(',\n')}\n]`];
writeFileSync(output, `{\n${lines.join(',\n')}\n}\n`);
