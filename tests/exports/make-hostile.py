#!/usr/bin/env python3
"""make-hostile.py TRACE FOLDER: writes traces with titles, names and reasons that mean something to some format, made
of a good one: FOLDER/NAME.jsonl, and beside it FOLDER/NAME.title, the title as it has to be shown."""
import json
import sys

TITLES = {
    'quotes': 'say "so", \'so\', `so` \\ \\n \\" \\',
    'shell': '$(touch pwned) `touch pwned` ; touch pwned | cat & ${HOME} %HOME%',
    'html': '<script>alert(1)</script> &lt;b&gt; &amp; &#60; <b> </text> ]]> <!-- -->',
    'formula': "=cmd|' /C calc'!A0",
    'syntax': '@enduml } ]; end # %% %%{init: {"theme": "dark"}}%% [[x]] <$y> {z} *b* **b** ~~ __ '
              '// \'c /\' c \'/ !include x',
    'terminal': '\x1b[31mred\x1b[0m \x07 \r\n\t \x7f \x9b31m',
    'bidi': '\u202eltr\u202c \u2066x\u2069 \u200f \u200b \ufeff \u2028',
    'long': 'a "long" title; ' * 640,
    'end': 'end',
    'blank': '   ',
    'wide': '\u65e5\u672c\u8a9e \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \U0001f512 e\u0301',
}

with open(sys.argv[1], encoding='utf-8') as file:
    good = [json.loads(line) for line in file]


def renamed(value, name):
    """The value with the server's name replaced: where it is a value, and as the key of its host."""
    if isinstance(value, dict):
        return {name if isinstance(child, dict) and key == 'server' else key: renamed(child, name)
                for key, child in value.items()}
    if isinstance(value, list):
        return [renamed(child, name) for child in value]
    return name if value == 'server' else value


for name, title in TITLES.items():
    lines = json.loads(json.dumps(good))
    header = lines[0]
    header['title'] = header['lesson'] = title
    header['scenario'] = title[:200]
    header['faults'] = [title[:200]]
    with open(f'{sys.argv[2]}/{name}.jsonl', 'w', encoding='utf-8') as file:
        for line in lines:
            file.write(json.dumps(renamed(line, title[:60])) + '\n')
    with open(f'{sys.argv[2]}/{name}.title', 'w', encoding='utf-8') as file:
        file.write(title)
