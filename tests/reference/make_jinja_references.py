"""Makes tests/Zephyr.Core.Tests/references/jinja.json: what Jinja itself gives for small templates.

Run with any Python that has jinja2 (3.1): python3 tests/reference/make_jinja_references.py

The environment is the one in which transformers compiles chat templates: the immutable sandbox, trim_blocks, lstrip_blocks, loop controls, and
tojson without HTML escapes. A case holds a template, its variables, and either the text or, where Jinja raises, "fails": true.
"""

import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.sandbox


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols])
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception

D = {
    "s": "  Hello, World  ", "t": "a-b c(d) it's", "e": "", "u": "naïve 😀 日本", "n": 7, "f": 2.5, "z": 0, "b": True, "no": None,
    "l": [3, 1, 2], "w": ["b", "A", "c", "a"], "d": {"one": 1, "two": {"x": [1, None, True, 1.5, "q\"'\n"]}, "items": 5},
    "m": [{"role": "system", "content": "S"}, {"role": "user", "content": "U1", "tags": ["x"]}, {"role": "assistant", "content": "A1"}],
}

TEMPLATES = [
    # whitespace
    "a\n  {% if b %}\nyes\n  {% endif %}\nz", "a {%- if b %} x {%- endif %} b", "a\n{{- s -}}\n b", "a  {%+ if b %}x{% endif +%}\nb",
    "{# c #}\nx\n  {# d #}\ny {# e -#}  z", "x\n\n", "x\n", "x\r\ny\r{{ n }}\r\n", "{% raw %}{{ a }}\n{% endraw %}\nb", "  {%- raw -%}  {% x %}  {%- endraw -%}  q",
    "{% for i in l %}\n  {{ i }}\n{% endfor %}\nend", "a{# x #}b\n   {#- y #}c", "{{ n }}\n{{ n }}", "\t {% set x = 1 %}\n\t{{ x }}", "  {{ n }}", "{{ '{{' }}{{ '%}' }}",
    "{%if b%}1{%endif%}", "q {% if b %}\n\n a{% endif %}", "{{ {'a': {'b': 1}}['a']['b'] }}", "{%- set x %}\n A\n{% endset -%}\n[{{ x }}]",
    # operators and precedence
    "{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }}",
    "{{ 1 ~ 2 ~ 'x' ~ no ~ b ~ f }}", "{{ 'a' + 'b' ~ 1 + 2 }}", "{{ 'a' ~ 1 + 2 }}", "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 'a' < 'b' }} {{ [1,2] < [1,3] }}",
    "{{ 'a' in 'cat' }} {{ 1 in l }} {{ 'one' in d }} {{ 'z' not in w }} {{ not 'z' in w }}", "{{ n if b else f }} {{ n if no }}|", "{{ 'x' if z else 'y' if e else 'w' }}",
    "{{ b and n }} {{ z or 'd' }} {{ not b }} {{ no and 1 }} {{ b or 1/0 }}", "{{ 'ab' * 3 }} {{ [1] * 2 }} {{ 3 * 'x' }}", "{{ '%s is %d and %r' % ('a', 3, 'b') }} {{ '%.2f%%' % 1.234 }}",
    "{{ 1.0 }} {{ 1e20 }} {{ 1.5e-7 }} {{ 123456789012345678901234567890 }} {{ 0x1F }} {{ 1_000 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 123456789.0 }} {{ 5e-324 }} {{ 100.0 / 3 }}",
    "{{ 2 ** -1 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 2.0 ** 0.5 }}", "{{ true }} {{ True }} {{ none }} {{ None }} {{ false == 0 }} {{ true + 1 }}", "{{ +n }} {{ -f }} {{ - n }}",
    "{{ not true == false }}", "{{ (1, 2) }} {{ (1,) }} {{ () }} {{ 1, 2 }}", "{{ [1, 'a', none, true, 1.5] }} {{ {'a': 1, 2: 'b'} }}", "{{ 1 if true else 2 ~ 3 }}",
    "{{ 'a\\n\\tb\\\\ \\'x\\' \\x41\\u00e9\\q' }}", "{{ \"it's\" }} {{ 'a' 'b' }}", "{{ l[0] }} {{ l[-1] }} {{ l[1:] }} {{ l[::-1] }} {{ l[:2] }} {{ l[5:] }} {{ l[-2:] }} {{ l[0:3:2] }} {{ l[9] }}|",
    "{{ u[6] }} {{ u[-2:] }} {{ u[::-1] }} {{ u|length }}", "{{ s[2:7] }}", "{{ d.one }} {{ d['one'] }} {{ d['items'] }} {{ d.items()|list|length }} {{ d.missing }}|", "{{ d.get('one') }} {{ d.get('q') }} {{ d.get('q', 3) }}",
    "{{ m[1].tags[0] }} {{ m[-1]['role'] }} {{ m.0.role }}", "{{ d.keys()|list }} {{ d.two.x }}", "{{ u }} {{ [u] }} {{ ['\\x00\\u200b\\xa0é'] }} {{ [\"it's\"] }} {{ ['\"\\''] }}",
    # undefined
    "{{ x }}|{{ x is defined }}|{{ x is undefined }}|{{ x|default('d') }}|{{ e|default('d', true) }}|{{ x|length }}|{{ x|list }}", "{% for i in x %}a{% else %}none{% endfor %}",
    "{{ x.y }}", "{{ x['y'] }}", "{{ x() }}", "{{ x + 1 }}", "{{ x ~ 'a' }}", "{{ 'a' in x }} {{ x == y }} {{ x == none }}", "{{ x < 1 }}", "{{ x|trim }}|{{ x|upper }}|{{ x|join }}", "{{ x|tojson }}", "{{ x|int }}",
    "{{ d.missing.more }}", "{{ no.x }}|", "{{ m[9].role }}", "{{ x if false }}|", "{{ not x }} {{ x or 'y' }}", "{{ x in l }}", "{{ 'a' + x }}", "{{ -x }}", "{{ x is none }} {{ x is string }} {{ x is iterable }} {{ x is sequence }} {{ x is mapping }}",
    "{{ (l|first) }} {{ ([]|first) }}| {{ []|last }}|", "{{ x[0:1] }}", "{{ x.y is defined }}", "{{ 'abc'.nope }}|", "{{ m[0].x is defined and m[0].x }}", "{{ m|map(attribute='tags')|list|length }}",
    # statements
    "{% if z %}a{% elif n %}b{% else %}c{% endif %}", "{% for k, v in d.items() if k != 'two' %}{{ loop.index }}{{ k }}={{ v }}{{ ',' if not loop.last }}{% endfor %}",
    "{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}",
    "{% for i in l %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i > 1) }}{% endfor %}", "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }},{% endfor %}{{ x }}", "{% set ns = namespace(x=1, y='a') %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}{{ ns.y }}{{ ns.q }}|",
    "{% set a, c = 1, 2 %}{{ a }}{{ c }}{% set (p, q) = [3, 4] %}{{ p }}{{ q }}", "{% set x %}a{{ n }}b{% endset %}[{{ x }}]{{ x|length }}", "{% set x | upper | replace('A', 'z') %}abc{% endset %}{{ x }}",
    "{% if b %}{% set x = 5 %}{% endif %}{{ x }}", "{% for i in [1] %}{% if b %}{% set y = 5 %}{% endif %}{{ y }}{% endfor %}{{ y }}|", "{% macro f(a, c=2, *args) %}{{ a }}{% endmacro %}",
    "{% macro f(a, c=2) %}[{{ a }},{{ c }}]{% endmacro %}{{ f(1) }}{{ f(1, 3) }}{{ f(c=5, a=4) }}{{ f() }}", "{% macro f(a, c=a) %}{{ c }}{% endmacro %}{{ f(1) }}", "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% macro f(x) %}<{{ caller(x) }}>{% endmacro %}{% call(y) f(3) %}{{ y }}!{% endcall %}", "{% macro f() %}({{ caller() }}){% endmacro %}{% call f() %}in{% endcall %}", "{% set g = 1 %}{% macro f() %}{{ g }}{% endmacro %}{% set g = 2 %}{{ f() }}",
    "{% macro f() %}{% set x = 9 %}{{ x }}{% endmacro %}{{ f() }}{{ x }}|", "{% for i in l %}{% macro f() %}{{ i }}{% endmacro %}{{ f() }}{% endfor %}", "{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{% endmacro %}{{ f(q=2) }}",
    "{% filter upper %}abc{{ n }}{% endfilter %}", "{% with x = 3, y = 4 %}{{ x }}{{ y }}{% endwith %}{{ x }}|", "{% for i in [[1,[2,[3]]]] recursive %}{{ loop.depth }}{% for j in i %}{{ j }}{% endfor %}{% endfor %}",
    "{% for i in [{'v': 1, 'c': [{'v': 2, 'c': []}]}] recursive %}{{ i.v }}{{ loop.depth0 }}[{{ loop(i.c) }}]{% endfor %}", "{% for i in [] %}x{% else %}empty{% endfor %}", "{% for c in 'añ😀' %}{{ c }}.{% endfor %}", "{% for k in d %}{{ k }} {% endfor %}",
    "{% for a, (c, q) in [(1, (2, 3))] %}{{ a }}{{ c }}{{ q }}{% endfor %}", "{% for a, c in [1] %}{% endfor %}", "{% for i in 5 %}{% endfor %}", "{% for i in no %}{% endfor %}", "{{ raise_exception('no') }}", "{% set d.x = 1 %}", "{% for i in l if i > 1 %}{{ i }}{{ loop.length }}{% endfor %}",
    "{% for i in l %}{% for j in l %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}", "{{ range(3)|list }} {{ range(1, 7, 2)|list }} {{ range(3, 0, -1)|list }} {{ range(0)|list }}", "{{ range(1000000)|length }}", "{{ dict(a=1, b='x') }} {{ dict({'q': 1}, r=2) }}",
    "{% macro f(x) %}{{ x }}{% endmacro %}{% set fs = [f] %}{{ fs[0](*[4]) }}{{ f(**{'x': 5}) }}", "{% if messages is not defined %}no{% endif %}", "{% set x = joiner(', ') %}{{ x() }}{{ x() }}{{ x() }}",
    # filters
    "[{{ s|trim }}] {{ s|upper }} {{ s|lower }} {{ t|title }} {{ t|capitalize }} {{ 'xxaxx'|trim('x') }}", "{{ l|length }} {{ d|length }} {{ s|count }} {{ l|first }} {{ l|last }} {{ w|join('-') }} {{ l|join }} {{ m|join(',', attribute='role') }}",
    "{{ m|map(attribute='role')|list }} {{ w|map('upper')|list }} {{ m|map(attribute='tags', default=[])|list }} {{ w|map('replace', 'a', 'z')|join }}", "{{ m|selectattr('role', 'equalto', 'user')|list|length }} {{ m|rejectattr('tags', 'defined')|map(attribute='content')|join }} {{ m|selectattr('tags')|list|length }}",
    "{{ l|select('gt', 1)|list }} {{ l|reject('odd')|list }} {{ [0, 1, '']|select|list }} {{ w|select('in', ['a', 'b'])|list }}", "{{ l|sort }} {{ w|sort }} {{ w|sort(case_sensitive=true) }} {{ l|sort(reverse=true) }} {{ m|sort(attribute='content')|map(attribute='content')|list }}",
    "{{ w|unique|list }} {{ ['a','A','b']|unique(case_sensitive=true)|list }} {{ [1, 1.0, 2]|unique|list }}", "{{ {'b': 1, 'A': 2}|dictsort }} {{ {'b': 1, 'A': 2}|dictsort(by='value') }} {{ {'b': 1, 'A': 2}|dictsort(true, reverse=true) }}",
    "{{ d|tojson }}", "{{ d|tojson(indent=2) }}", "{{ [u, 'a\"b\\\\', '\\x7f\\x01/<>&']|tojson }}", "{{ u|tojson(ensure_ascii=true) }}", "{{ {'b': 1, 'a': [1, {}], 'c': []}|tojson(sort_keys=true, separators=(',', ':')) }}", "{{ [[], {}, [1]]|tojson(indent=4) }}", "{{ (1, 2)|tojson }} {{ 1.0|tojson }} {{ 1e100|tojson }} {{ none|tojson }}",
    "{{ {1: 2, none: 3, true: 4}|tojson }}", "{{ d|items|list|length }} {% for k, v in d|items %}{{ k }}{% endfor %} {{ x|items|list }}", "{{ '12'|int + 1 }} {{ 'a'|int }} {{ 'a'|int(-1) }} {{ 3.9|int }} {{ '1.5'|float }} {{ 'q'|float }} {{ '0x1A'|int(base=16) }} {{ ' 5 '|int }} {{ '3.7'|int }}",
    "{{ -3|abs }} {{ (-3)|abs }} {{ -2.5|abs }} {{ 2.567|round(2) }} {{ 2.5|round }} {{ 3.5|round }} {{ 2.1|round(method='ceil') }} {{ 7|round }} {{ 2.9|round(0, 'floor')|int }}", "{{ l|sum }} {{ [{'v': 2}]|sum(attribute='v') }} {{ l|min }} {{ l|max }} {{ w|min }} {{ []|max }}|",
    "{{ 'a\nb\n\nc'|indent }}|{{ 'a\nb\n'|indent(2, true) }}|{{ 'a\n\nb'|indent('> ', blank=true) }}|{{ ''|indent }}|", "{{ 'abcabc'|replace('b', 'X') }} {{ 'aaa'|replace('a', 'b', 2) }} {{ 'abc'|replace('', '-') }} {{ 5|replace(5, 'x') }}",
    "{{ 'a'|center(5) }}| {{ 'ab'|center(5) }}|{{ 'abcdef'|center(3) }}|", "{{ l|reverse|list }} {{ 'abc'|reverse }} {{ l|list }} {{ 'abc'|list }} {{ d|list }}", "{{ '<a b=\"c\">&\\''|e }} {{ 'x'|safe }} {{ 5|string + 'a' }}", "{{ l|batch(2)|list }} {{ l|batch(2, 'x')|list }}",
    "{% for g, i in m|groupby('role') %}{{ g }}{{ i|length }};{% endfor %}", "{{ 'a b  c'|wordcount }} {{ '%s-%s'|format('a', 1) }}", "{{ l|nope }}", "{{ l|first|string ~ 'a' }}", "{{ (l|map('string')) is iterable }} {{ l|map('string') is sequence }} {{ 'y' if m|selectattr('role', 'eq', 'none') else 'n' }}",
    "{{ l|select|length }}", "{{ 5|length }}", "{{ 'abc'|attr('upper') is callable }}", "{{ [{'a': {'b': 1}}]|map(attribute='a.b')|list }}", "{{ [[1, 2]]|map(attribute=1)|list }}", "{{ 'x'|default }}|{{ no|default('d') }}|{{ no|default('d', boolean=True) }}",
    # tests
    "{{ n is number }} {{ b is number }} {{ f is float }} {{ n is integer }} {{ b is integer }} {{ s is string }} {{ d is mapping }} {{ l is sequence }} {{ d is sequence }} {{ s is iterable }} {{ n is iterable }} {{ no is none }} {{ b is true }} {{ b is boolean }} {{ z is false }} {{ no is sequence }}",
    "{{ n is odd }} {{ n is even }} {{ n is divisibleby 7 }} {{ n is divisibleby(2) }} {{ n is eq 7 }} {{ n is ne(7) }} {{ n is gt 5 }} {{ n is le 5 }} {{ 'a' is in 'cat' }} {{ n is not in l }} {{ 'ab' is lower }} {{ 'aB' is upper }} {{ no is sameas none }} {{ n is equalto 7 }}",
    "{{ n is nope }}", "{{ x is not defined and b }}", "{{ 'upper' is filter }} {{ 'odd' is test }} {{ range is callable }}", "{{ n is string or n is number }}", "{{ 'a' is string and 'b' == 'b' }}",
    # methods
    "{{ s.strip() }}|{{ s.lstrip() }}|{{ s.rstrip() }}|{{ 'xxaxy'.strip('xy') }}|{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ 'a b c'.split(none, 1) }}", "{{ t.startswith('a') }} {{ t.endswith('s') }} {{ t.endswith(('q', 's')) }}",
    "{{ t.upper() }} {{ t.title() }} {{ t.capitalize() }} {{ 'ABC'.lower() }} {{ 'aB'.swapcase() }}", "{{ t.find('b') }} {{ t.find('zz') }} {{ t.count('i') }} {{ 'a'.join(['1', '2']) }} {{ 'a😀b'.find('b') }} {{ 'abab'.rfind('b') }} {{ 'ab'.index('b') }}",
    "{{ 'a{}b{}'.format(1, 'x') }} {{ '{0}{1}{0}'.format('a', 'b') }} {{ '{x}'.format(x=3) }} {{ '{{}}'.format() }}", "{{ 'a\nb\r\nc'.splitlines() }} {{ 'k=v=w'.partition('=') }} {{ 'k=v=w'.rpartition('=') }}", "{{ '5'.zfill(3) }} {{ 'a'.ljust(3) }}|{{ 'a'.rjust(3) }} {{ '-5'.zfill(4) }}",
    "{{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }} {{ '12'.isdigit() }} {{ 'a1'.isalnum() }} {{ ' '.isspace() }} {{ 'ab'.isalpha() }} {{ 'AB'.isupper() }}", "{{ 'aXbX'.replace('X', '-') }} {{ 'aaa'.replace('a', 'b', 1) }}", "{{ l.index(1) }} {{ l.count(2) }} {{ d.values()|list|length }}",
    "{{ l.append(1) }}", "{{ d.pop('one') }}", "{{ d.update({'a': 1}) }}", "{{ ''.__class__ }}", "{{ 'a'.__class__.__mro__ }}", "{{ 'abc'.index('z') }}", "{{ 'a'.split('') }}", "{{ 'x'.join([1]) }}", "{{ 1 + 'a' }}", "{{ [1] + (2,) }}", "{{ 1 / 0 }}", "{{ 1 % 0 }}", "{{ 'a' < 1 }}", "{{ 1 in 5 }}", "{{ 1 in 'abc' }}",
    "{{ {[]: 1} }}", "{{ n.x }}|", "{{ n[0] }}|", "{{ l['a'] }}|", "{{ l[1:2:0] }}", "{{ range(3)[1] }} {{ 'a' ~ range(2)|list }}",
    # syntax faults
    "{{ 1 +", "{% if %}{% endif %}", "{% if b %}", "{% endif %}", "{{ }}", "{% for x l %}{% endfor %}", "{% nope %}", "{{ 'a }}", "{{ a b }}", "{{ (1 }}", "{% set 1 = 2 %}", "{% else %}", "{# x", "{% for i in l %}{% endif %}", "{{ a..b }}", "{{ a | }}", "{{ $ }}", "{% break %}", "{% macro f %}{% endmacro %}",
    "{{ [1, 2 }}", "{{ {'a' 1} }}", "{{ a if }}", "{{ not }}", "{% set x = %}", "{{ f(a=1, 2) }}", "{% macro f(a=1, b) %}{% endmacro %}", "{% call 5 %}{% endcall %}", "{% if b %}{% else %}{% elif b %}{% endif %}",
]


def case(template):
    try:
        return {"template": template, "text": environment.from_string(template).render(**D)}
    except Exception:
        return {"template": template, "fails": True}


def main():
    target = pathlib.Path(__file__).parent.parent / "Zephyr.Core.Tests" / "references" / "jinja.json"
    target.write_text(json.dumps({"variables": D, "cases": [case(t) for t in TEMPLATES]}, ensure_ascii=True, indent=1) + "\n")


main()
