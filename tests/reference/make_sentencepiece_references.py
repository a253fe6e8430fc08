"""Makes tests/Zephyr.Core.Tests/references/tokenizers/sentencepiece: small models trained by sentencepiece, and its ids and decoded texts.

Run with Debian's python3-sentencepiece: /usr/bin/python3 make_sentencepiece_references.py OUTPUT_FOLDER [RANDOM_TEXTS]
"""

import json
import pathlib
import random
import sys
import tempfile

import sentencepiece

CORPUS = """The kite rose over the harbour and the children who had made it could not stop laughing.
They've flown it since March 2023 and they'll fly it again in 2024, 12,345 metres up.
The teacher counted the stones in the garden, and the engine carried the letter over the winter river.
Der Drache stieg über den Hafen: schön, größer, höher. Die Kinder lachten und lachten.
Le cerf-volant s'éleva au-dessus du port; les élèves l'ont vu, et les enfants riaient.
日本語の文章です。東京タワーは高いです。日本の東京。
Привет, мир! Дети смеялись, и море было синим. Мир и море.
for (int i = 0; i < 10; i++) { sum += values[i]; } return sum;
What is the bird of the harbour? The bird of the harbour is the gull, and the gull is white.
"""

TEXTS = [
    "", " ", "  ", "   a", "a   ", " a  b   c ", "Hello world", "The kite rose over the harbour.", "\t\n\r\n", "a\tb\nc\r\nd", "12,345 metres 2024",
    "naïve café ÀÉÎ ß ŉ ǅ ﬁ ﬀ ① ㎏ Å ﷺ", "e\u0301 a\u0323\u0307 \u0301x", "日本語の文章です。", "한국어 한국", "Привет, мир!", "مرحبا بالعالم",
    "🙂🙃 👩‍👩‍👧 𝒜𝓫𝔠 𐐀 𠀀", "▁already ▁▁marked▁", "▁", "ab<sep>cd<sep><sep>  <sep> x", "<s>", "<unk>", "a</s>b", "<0x41><0x0A>", "\u0000\u0001\u007f\ufffd\ufeff\u200b",
    "\u3000full　width\u3000", "ＡＢＣ１２３", "x\u00a0y\u2003z", "new\u2028line", "for (int i = 0; i < 10; i++) { sum += values[i]; }", "harbourharbourharbour", "aaaaaaaaaaaaaaaaaaaaaaaa",
    "tab<tab>tab", "QQQ ZZZ", "ab", "cab dab", "the the the", "colourcolor", "half \u2581 mark",
]

# Rules of our own: the compiled form of nmt_nfkc takes a quarter of a megabyte, which one model is enough for.
RULES = "FF21\t41\n6F 75 72\t6F 72\nFB01\t66 69\n2460\t31\n3000\t20\n9\t20\nAD\t\n1F642\t3A 29\n"

COMMON = {"character_coverage": 0.995, "hard_vocab_limit": False, "num_threads": 1, "split_digits": True, "minloglevel": 2}
MODELS = {
    "bpe-llama": {"model_type": "bpe", "vocab_size": 420, "byte_fallback": True, "normalization_rule_name": "identity", "remove_extra_whitespaces": False},
    "bpe-nfkc": {"model_type": "bpe", "vocab_size": 260, "normalization_rule_name": "nmt_nfkc", "user_defined_symbols": ["<sep>", "bour"]},
    "bpe-symbols": {"model_type": "bpe", "vocab_size": 520, "byte_fallback": True, "rules": True, "add_dummy_prefix": False, "user_defined_symbols": ["<sep>", "▁▁", "colour"], "control_symbols": ["<tab>"]},
    "unigram": {"model_type": "unigram", "vocab_size": 240, "rules": True, "user_defined_symbols": ["<sep>", "ab"]},
    "unigram-bytes": {"model_type": "unigram", "vocab_size": 480, "byte_fallback": True, "normalization_rule_name": "identity", "remove_extra_whitespaces": False},
    "unigram-suffix": {"model_type": "unigram", "vocab_size": 200, "normalization_rule_name": "identity", "treat_whitespace_as_suffix": True},
}


def random_texts(count):
    generator = random.Random(20231025)
    pools = ["aeiostnrh     ", "theandharbourkite ", " \t\n\u3000\u00a0▁", "0123456789", ".,;:!?<>()[]", "éàüßﬁ①Å\u0301\u0323", "日本語東京タワー", "🙂𝒜𐐀", ["<sep>", "colour", "ab", "▁▁", "bour"]]
    for _ in range(count):
        text, pool = "", pools[0]
        for _ in range(generator.randint(1, 80)):
            if generator.random() < 0.3:
                pool = generator.choice(pools)
            text += generator.choice(pool)
        yield text


def main(output, count=40):
    output = pathlib.Path(output)
    output.mkdir(parents=True, exist_ok=True)
    texts = TEXTS + list(random_texts(int(count)))
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "corpus.txt").write_text(CORPUS, encoding="utf-8")
        (folder / "rules.tsv").write_text(RULES, encoding="utf-8")
        for name, options in MODELS.items():
            options = {**COMMON, **options}
            if options.pop("rules", False):
                options["normalization_rule_tsv"] = str(folder / "rules.tsv")
            # A fixed prefix: it is recorded in the model.
            prefix = folder / "model"
            sentencepiece.SentencePieceTrainer.train(input=str(folder / "corpus.txt"), model_prefix=str(prefix), **options)
            model = pathlib.Path(f"{prefix}.model").read_bytes().replace(str(folder).encode(), b"/" + b"x" * (len(str(folder)) - 1))
            (output / f"{name}.model").write_bytes(model)
            processor = sentencepiece.SentencePieceProcessor(model_proto=model)
            ids = [processor.encode(text) for text in texts]
            cases.append({"model": name, "ids": ids, "decoded": [processor.decode(item) for item in ids]})
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    with open(output / "references.json", "w", encoding="utf-8", newline="\n") as file:
        file.write('{"texts": ' + json.dumps(texts, ensure_ascii=True) + ',\n"cases": [\n' + lines + "\n]}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
