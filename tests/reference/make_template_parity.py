"""Makes what Jinja itself gives for generated conversations in real chat templates and for generated small programs.

Run with any Python that has jinja2 (Debian's python3-jinja2 made the committed file):

    /usr/bin/python3 tests/reference/make_template_parity.py ../shared/data/templates/cases.json \
        tests/Zephyr.Core.Tests/references/template-parity.jsonl.gz [CONVERSATIONS] [PROGRAMS] [SEED]

The environment is the one of make_jinja_references.py, which is that of transformers. The templates stay where they are: a line names one and
holds the variables and the text that came out (as its hash when it is long), or that Jinja raised. Other numbers and another seed search for more
differences: ZEPHYR_TEMPLATE_PARITY=FILE makes the tests read that file.
"""

import copy
import datetime
import gzip
import hashlib
import json
import random
import re
import sys

import jinja2
import jinja2.ext
import jinja2.sandbox

NOW = datetime.datetime(2025, 7, 10, 12, 34, 56)


class Generation(jinja2.ext.Extension):
    """transformers' {% generation %}: its body, unchanged."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


environment = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = NOW.strftime


# What is different here by intention: filters are looked for when they are reached, as most of Jinja does it; escaped text is text; and there
# are no complex numbers.
LEFT_OUT = re.compile(r"Markup\(|\dj\)")


def outcome(template, variables):
    """What Jinja gives; None where a comparison would say nothing."""
    try:
        text = environment.from_string(template).render(**copy.deepcopy(variables))
    except jinja2.TemplateAssertionError:
        return None
    except Exception as fault:  # whatever Jinja raises, the template is refused
        return {"fails": f"{type(fault).__name__}: {fault}"[:120]}
    if LEFT_OUT.search(text):
        return None
    return {"text": text} if len(text) <= 400 else {"sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), "length": len(text)}


PARTS = ["Hello", "What's 2+2?", "a \"quoted\" word", "it's", "line\nbreak", "\r\n", "tab\there", "  ", " lead", "trail ", "\n\n", "", "naïve café", "日本語", "🙂👍🏽", "e\u0301", "\u00a0", "<b>&amp;</b>", "</s>",
         "<|im_end|>", "[INST]", "[/INST]", "<think>", "</think>", "<think>\nI should\n</think>\n\nSo", "{{ x }}", "{% if %}", "\\n", "\\", "%s {0}", "```py\nprint('x')\n```", "1.5e-7", "None", "true", "\u2028", "\u200d", "\x07"]


class Conversations:
    """Conversations as users and bugs make them."""

    def __init__(self, rng):
        self.rng = rng

    def content(self):
        return "".join(self.rng.choice(PARTS) + self.rng.choice(["", " ", ""]) for _ in range(self.rng.randint(0, 4)))

    def call(self, number):
        arguments = self.rng.choice([{}, {"city": "Paris", "n": 3}, {"q": self.content(), "deep": {"a": [1, None, True, 2.5]}}, {"日": "本"}])
        name = self.rng.choice(["get_weather", "search", "multiply"])
        function = {"name": name, "arguments": arguments if self.rng.random() < 0.7 else json.dumps(arguments)}
        call = {"type": "function", "function": function} if self.rng.random() < 0.8 else function
        if self.rng.random() < 0.7:
            call["id"] = f"call{number:05d}"
        return call

    def message(self, role, number):
        message = {"role": role, "content": self.content()}
        r = self.rng.random()
        if role == "assistant":
            if r < 0.15:
                message["tool_calls"] = [self.call(i) for i in range(self.rng.randint(1, 2))]
                if self.rng.random() < 0.5:
                    message["content"] = self.rng.choice([None, ""])
                if self.rng.random() < 0.2:
                    del message["content"]
            elif r < 0.22:
                message["reasoning_content"] = self.content()
        elif role == "tool":
            message["tool_call_id"] = f"call{self.rng.randint(0, 1):05d}"
            if r < 0.6:
                message["name"] = "get_weather"
            if r < 0.2:
                message["content"] = {"temperature": 22.5, "unit": "C"}
        elif r < 0.05:
            message["content"] = [{"type": "text", "text": self.content()}, {"type": "image"}][: self.rng.randint(1, 2)]
        if self.rng.random() < 0.02:
            message["name"] = "someone"
        return message

    def roles(self):
        r = self.rng.random()
        turns = self.rng.randint(0, 4)
        if r < 0.55:
            roles = ["user", "assistant"] * turns + (["user"] if self.rng.random() < 0.6 else [])
            return (["system"] if self.rng.random() < 0.5 else []) + roles
        if r < 0.75:
            roles = (["system"] if self.rng.random() < 0.5 else []) + ["user", "assistant", "tool", "assistant"]
            return roles + (["user"] if self.rng.random() < 0.5 else [])
        kinds = ["system", "user", "assistant", "tool", "function", "developer", "context", "ipython"]
        return [self.rng.choice(kinds[:5] if self.rng.random() < 0.9 else kinds) for _ in range(self.rng.randint(0, 6))]

    def tools(self):
        return [
            {"type": "function", "function": {"name": name, "description": self.content(), "parameters": {
                "type": "object", "properties": {"city": {"type": self.rng.choice(["string", "number", ["string", "null"]]), "description": "where", "enum": ["a", "b"]}, "n": {"type": "integer", "default": 3}},
                "required": self.rng.choice([[], ["city"], ["city", "n"]])}}}
            for name in self.rng.sample(["get_weather", "search", "multiply"], self.rng.randint(1, 2))]

    def variables(self, original):
        variables = {key: value for key, value in original.items() if key not in ("messages", "tools")}
        variables["messages"] = [self.message(role, i) for i, role in enumerate(self.roles())]
        if self.rng.random() < (0.5 if "tools" in original else 0.1):
            variables["tools"] = self.rng.choice([self.tools(), self.tools(), None, []])
        variables.setdefault("bos_token", "<s>")
        variables.setdefault("eos_token", "</s>")
        if self.rng.random() < 0.03:
            del variables[self.rng.choice(["bos_token", "eos_token"])]
        if self.rng.random() < 0.7:
            variables["add_generation_prompt"] = self.rng.random() < 0.6
        if self.rng.random() < 0.15:
            variables[self.rng.choice(["enable_thinking", "date_string", "documents", "custom_tools", "add_thinking", "xml_tools", "keep_past_thinking", "tools_in_user_message"])] = self.rng.choice([True, False, "26 Jul 2024", []])
        return variables


class Programs:
    """Small templates over known variables; most of them run, some fail."""

    VARIABLES = {
        "s": "  Hello, World  ", "t": "a-b c(d) it's", "u": "naïve 😀 日本", "e": "", "x1": "key: value\nnext line\n\n", "n": 7, "m": -3, "z": 0, "f": 2.5, "g": -0.125, "b": True, "c": False, "no": None,
        "l": [3, 1, 2], "w": ["b", "A", "c", "a", ""], "mix": [1, "a", None, 2.5, [1, 2], {"k": "v"}, True], "d": {"one": 1, "two": {"x": [1, None, "q\"'"]}, "items": 5, "": 0},
        "p": [{"role": "system", "content": "S", "n": 2}, {"role": "user", "content": "U\n1", "n": 1, "tags": ["x"]}, {"role": "assistant", "content": " A1 ", "n": 3}],
    }
    TEXTS = ["s", "t", "u", "e", "x1", "'ab'", "\"it's\"", "'a\\nb'", "p[1].content", "p[0]['role']", "w[0]", "'é😀'", "'%s'", "'{}'", "''"]
    NUMBERS = ["n", "m", "z", "f", "g", "1", "0", "3", "-2", "2.5", "10", "l[0]", "p[2].n", "d.one", "d['items']", "1e3", "0.1"]
    LISTS = ["l", "w", "mix", "p", "[1, 2, 3]", "[]", "['a', 'B']", "d.keys()|list", "range(4)|list", "(1, 2)", "d.two.x", "s.split()", "t.split('-')", "[[1, 2], [3]]"]
    ANY = ["no", "b", "c", "missing", "d", "d.missing", "true", "none", "{'a': 1}", "p[0]", "p[0].nope", "{}", "missing.x"]
    TEXT_FILTERS = ["trim", "upper", "lower", "title", "capitalize", "length", "list", "first", "last", "reverse", "replace('a', 'bb')", "replace('l', '', 1)", "default('d')", "default('d', true)", "indent", "indent(2, true)", "indent('> ', blank=true)",
                    "center(12)", "wordcount", "int", "int(-1)", "float", "string", "tojson", "e", "safe", "join('.')", "trim('a')", "count", "unique|list", "sort|join", "batch(2)|list", "max", "min", "escape", "d('x')", "list|tojson"]
    NUMBER_FILTERS = ["abs", "round", "round(1)", "round(2, 'floor')", "round(0, 'ceil')", "int", "float", "string", "tojson", "default(5)", "d", "string|length", "round|int"]
    LIST_FILTERS = ["length", "first", "last", "join", "join('-')", "reverse|list", "sort", "sort(reverse=true)", "unique|list", "list", "tojson", "map('string')|list", "map('upper')|list", "select|list", "reject('none')|list", "select('string')|list",
                    "map(attribute='role')|list", "map(attribute='content', default='?')|join(',')", "selectattr('role', 'equalto', 'user')|list|length", "rejectattr('tags', 'defined')|map(attribute='n')|list", "selectattr('n', 'gt', 1)|list|length",
                    "sort(attribute='n')|map(attribute='role')|list", "groupby('role')|length", "sum", "min", "max", "batch(2)|list", "batch(2, 'x')|list", "map('default', 'q')|list", "select('number')|list", "string", "tojson(indent=2)", "map('length')|list",
                    "map('int')|list", "list|length", "first|default('none')", "sum(attribute='n')", "select('in', ['a', 1])|list", "reject('equalto', 1)|list", "sort(case_sensitive=true)", "sort|reverse|join(' ')", "unique(case_sensitive=true)|list", "min(attribute='n')"]
    ANY_FILTERS = ["default('d')", "default('d', true)", "string", "length", "list", "tojson", "items|list", "dictsort", "trim", "upper", "first", "int", "float", "join", "tojson(sort_keys=true)", "dictsort(by='value')", "map('upper')|list", "e", "d({})", "attr('role')"]
    METHODS = ["strip()", "lstrip()", "rstrip()", "upper()", "lower()", "title()", "capitalize()", "split()", "split(' ')", "split('l', 1)", "rsplit(' ', 1)", "splitlines()", "startswith('a')", "endswith(('s', ' '))", "replace('l', 'L')", "find('o')", "rfind('o')",
               "count('a')", "strip(' a')", "partition('-')", "rpartition(' ')", "zfill(9)", "ljust(9)", "rjust(9)", "isdigit()", "isalpha()", "isspace()", "isupper()", "islower()", "isalnum()", "removeprefix('a')", "removesuffix('s')", "swapcase()", "join(['x', 'y'])",
               "format(1, a=2)", "casefold()", "index('a')", "center(9)", "startswith('H', 2)", "isnumeric()", "isdecimal()"]
    TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "true", "false", "odd", "even", "divisibleby(3)", "in [1, 'a', none]", "eq 7", "equalto('ab')", "ne 3", "gt 1", "le 2", "lower", "upper", "callable", "sameas none", "filter", "greaterthan 2", "in 'abc'"]
    SLICES = ["[0]", "[-1]", "[1:]", "[:-1]", "[::-1]", "[1:3]", "[::2]", "[5]", "[-2:]", "[:2]", "[3:1:-1]", "[99:]", "[-99:2]"]

    def __init__(self, rng):
        self.rng = rng

    def pick(self, items):
        return self.rng.choice(items)

    def atom(self):
        return self.pick([self.TEXTS, self.NUMBERS, self.LISTS, self.ANY][self.rng.choices(range(4), [4, 4, 3, 2])[0]])

    def expression(self, depth=2):
        if depth == 0:
            return self.atom()
        r = self.rng.randrange(17)
        if r < 3:
            return f"{self.pick(self.TEXTS)}|{self.pick(self.TEXT_FILTERS)}"
        if r < 4:
            return f"{self.pick(self.NUMBERS)}|{self.pick(self.NUMBER_FILTERS)}"
        if r < 7:
            return f"{self.pick(self.LISTS)}|{self.pick(self.LIST_FILTERS)}"
        if r < 8:
            return f"{self.pick(self.ANY)}|{self.pick(self.ANY_FILTERS)}"
        if r < 10:
            return f"{self.pick(self.TEXTS)}.{self.pick(self.METHODS)}"
        if r < 11:
            return f"{self.pick(self.TEXTS + self.LISTS)}{self.pick(self.SLICES)}"
        if r < 12:
            return f"({self.expression(depth - 1)}) {self.pick(['is', 'is not'])} {self.pick(self.TESTS)}"
        if r < 14:
            return f"{self.operand(depth)} {self.pick(['+', '-', '*', '/', '//', '%', '~', '~', '==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'and', 'or', '**'])} {self.operand(depth)}"
        if r < 15:
            return f"({self.expression(depth - 1)}) if ({self.expression(depth - 1)}) else {self.expression(depth - 1)}"
        if r < 16:
            return f"not {self.operand(depth)}"
        return self.pick([f"[{self.expression(depth - 1)}, {self.atom()}]", f"{{'k': {self.expression(depth - 1)}}}", f"({self.expression(depth - 1)}, {self.atom()})", f"({self.expression(depth - 1)})|{self.pick(self.ANY_FILTERS)}"])

    def operand(self, depth):
        if self.rng.random() < 0.6:
            return self.pick(self.NUMBERS if self.rng.random() < 0.6 else self.TEXTS)
        return f"({self.expression(depth - 1)})" if self.rng.random() < 0.6 else self.expression(depth - 1)

    def left(self):
        return self.pick(["{%", "{%", "{%-", "{%-", "{%+"])

    def right(self):
        return self.pick(["%}", "%}", "-%}", "-%}", "+%}"]) if self.rng.random() < 0.97 else "%}"

    def tag(self, text):
        return f"{self.left()} {text} {self.right()}"

    def space(self):
        return self.pick(["", "", " ", "\n", "  ", "\n\n", "\n  ", " x ", "y", "\t", "\r\n", "\n {# c #}\n", "{#- c -#}", " {# c -#} "])

    def output(self):
        return f"{self.pick(['{{', '{{', '{{-'])} {self.expression()} {self.pick(['}}', '}}', '-}}'])}"

    def body(self, depth):
        return "".join(self.space() + self.statement(depth) + self.space() for _ in range(self.rng.randint(1, 3)))

    def statement(self, depth):
        r = self.rng.randrange(20) if depth > 0 else 0
        if r < 7:
            return self.output()
        if r < 9:
            otherwise = self.pick(["", "", self.tag("else") + self.body(depth - 1), self.tag(f"elif {self.expression(1)}") + self.body(depth - 1) + self.tag("else") + "E"])
            return self.tag(f"if {self.expression(1)}") + self.body(depth - 1) + otherwise + self.tag("endif")
        if r < 12:
            head = self.pick([f"for i in {self.pick(self.LISTS)}", f"for i in {self.pick(self.LISTS)} if i", "for k, v in d.items()", "for k, v in d|dictsort", "for q in p if q.n > 1", f"for i in {self.pick(self.TEXTS)}", "for i in range(3)", f"for i in {self.expression(1)}", "for a, b2 in [[1, 2], [3, 4]]"])
            loop = self.pick(["", "{{ loop.index }}", "{{ loop.index0 }}{{ ',' if not loop.last }}", "{{ loop.first }}{{ loop.revindex }}", "{{ loop.previtem|default('-') }}{{ loop.nextitem|default('-') }}", "{{ loop.length }}{{ loop.depth }}", "{{ loop.cycle('a', 'b') }}", "{{ i }}", "{{ loop.changed(i) }}",
                              self.tag("if loop.index == 2") + self.tag(self.pick(["break", "continue"])) + self.tag("endif")])
            return self.tag(head) + loop + self.body(depth - 1) + (self.tag("else") + "none" if self.rng.random() < 0.2 else "") + self.tag("endfor")
        if r < 14:
            return self.tag(f"set v = {self.expression()}") + "{{ v }}"
        if r < 15:
            return self.tag("set ns = namespace(a=0, t='')") + self.tag(f"for i in {self.pick(self.LISTS)}") + self.tag("set ns.a = ns.a + loop.index") + self.tag("set ns.t = ns.t ~ i") + self.tag("endfor") + "{{ ns.a }}{{ ns.t }}"
        if r < 16:
            return self.tag("macro mc(a, b2='x')") + "{{ a }}/{{ b2 }}" + self.body(0) + self.tag("endmacro") + f"{{{{ mc({self.expression(1)}) }}}}{{{{ mc(1, b2={self.atom()})|trim }}}}"
        if r < 17:
            return self.tag("set blk") + self.body(depth - 1) + self.tag("endset") + "[{{ blk }}]{{ blk|length }}"
        if r < 18:
            return self.tag("filter " + self.pick(["upper", "trim", "indent(2)", "replace('a', 'b')", "title"])) + self.body(depth - 1) + self.tag("endfilter")
        if r < 19:
            return self.pick([self.tag("raw") + "{{ x }} {% y %}\n" + self.tag("endraw"), self.tag(f"with q2 = {self.expression(1)}") + "{{ q2 }}" + self.tag("endwith"), self.tag("generation") + self.body(0) + self.tag("endgeneration"),
                              self.tag("macro cl()") + "<{{ caller() }}>" + self.tag("endmacro") + self.tag("call cl()") + self.body(0) + self.tag("endcall")])
        return self.pick(["{{ raise_exception('no') }}", "{{ strftime_now('%Y-%m-%d %H:%M') }}", "{{ strftime_now('%d %b %Y, %A %j %y %I %p') }}", "{{ [1, 2].append(3) }}", "{{ '' .__class__ }}", "{{ dict(a=1, **d) }}", "{{ joiner('|')() }}", "{{ range(2, 8, 3)|list }}", self.output()])

    def program(self):
        text = self.space() + self.body(2)
        if self.rng.random() < 0.04:  # a damaged one
            at = self.rng.randrange(len(text) + 1)
            text = text[:at] + self.pick(["", "}}", "{{", "%}", "{% endif %}", "'", "(", "|", "-"]) + text[at + self.rng.randint(0, 2):]
        return text


def main(templates, output, conversations="1500", programs="6000", seed="20231025"):
    rng = random.Random(int(seed))
    with open(templates, encoding="utf-8") as file:
        cases = json.load(file)
    lines = [{"variables": Programs.VARIABLES, "now": NOW.isoformat()}]
    generator = Conversations(rng)
    for number in range(int(conversations)):
        case = cases[number % len(cases)]
        variables = generator.variables(case["data"])
        if (given := outcome(case["chat_template"], variables)) is not None:
            lines.append({"name": case["name"], "variables": variables} | given)
    maker = Programs(rng)
    seen = set()
    while len(seen) < int(programs):
        program = maker.program()
        if program not in seen and (given := outcome(program, Programs.VARIABLES)) is not None:
            seen.add(program)
            lines.append({"template": program} | given)
    fails = sum("fails" in line for line in lines)
    with open(output, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as file:
        file.write("".join(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n" for line in lines).encode())
    print(f"{len(lines) - 1} cases, {fails} of them refused by Jinja")


if __name__ == "__main__":
    main(*sys.argv[1:])
