"""Makes src/Zephyr.Core/Tokenizers/Unicode/unicode-normalization.txt.

The decompositions and the combining marks are those of Hugging Face tokenizers, whose normalizers stay at one version of Unicode
(dump_unicode.mjs writes them out). Combining classes and pairs come from Python's unicodedata, restricted to what that version knows.

Usage: /usr/bin/python3 make_unicode_tables.py DUMP.json OUTPUT.txt
"""

import json
import sys
import unicodedata


def is_hangul(code):
    return 0xAC00 <= code <= 0xD7A3


def ranges(items):
    """Runs of code points with one value, from (code, value) in order."""
    runs = []
    for code, value in items:
        if runs and runs[-1][1] == code - 1 and runs[-1][2] == value:
            runs[-1][1] = code
        else:
            runs.append([code, code, value])
    return runs


def main(dump, output):
    with open(dump, encoding="utf-8") as file:
        changed = {name: {int(code): text for code, text in table.items()} for name, table in json.load(file).items()}
    canonical, compatible, composed, marks = changed["nfd"], changed["nfkd"], changed["nfc"], changed["accents"]
    lines = ["# Unicode normalization data in the version of Hugging Face tokenizers; made by tests/reference/make_unicode_tables.py."]
    lines += ["# D: canonical decomposition. K: compatibility decomposition. P: pair and its composition. C: combining class, first, last. M: marks."]
    spell = lambda codes: " ".join(f"{code:X}" for code in codes)
    lines += [f"D {code:X} {spell(text)}" for code, text in sorted(canonical.items()) if not is_hangul(code)]
    lines += [f"K {code:X} {spell(text)}" for code, text in sorted(compatible.items()) if not is_hangul(code) and canonical.get(code) != text]
    for code in sorted(canonical):
        pair = unicodedata.decomposition(chr(code)).split()
        if len(pair) == 2 and not pair[0].startswith("<") and composed.get(code, [code]) == [code]:
            lines.append(f"P {int(pair[0], 16):X} {int(pair[1], 16):X} {code:X}")
    classes = [(code, unicodedata.combining(chr(code))) for code in sorted(marks) if unicodedata.combining(chr(code))]
    lines += [f"C {value:X} {first:X} {last:X}" for first, last, value in ranges(classes)]
    lines += [f"M {first:X} {last:X}" for first, last, _ in ranges((code, 0) for code in sorted(marks))]
    with open(output, "w", encoding="ascii", newline="\n") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
