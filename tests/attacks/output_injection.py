"""Reach the eyes and programs of staff through text: terminal codes, HTML, Markdown, spreadsheets."""

ATTACKS = {
    "terminal codes in an exception": "raise ValueError('\\x1b[2J\\x1b]0;BREACH\\x07 gone')",
    "terminal codes printed": "print('\\x1b[2J\\x1b[31m all red')",
    "cursor back over the score": "def normalise(A):\n    raise ValueError('\\r\\x1b[A\\x1b[K100 of 100')",
    "right-to-left override": "raise ValueError('\\u202e001 fo 001')",
    "html in an exception": "raise ValueError('<script>alert(1)</script><img src=x onerror=alert(1)>')",
    "html in a class name": "def normalise(A):\n    return type('<b onclick=alert(1)>', (), {})()",
    "a link in markdown": "raise ValueError('[full marks](javascript:alert(1)) ![x](http://127.0.0.1/x.png)')",
    "a heading in markdown": "def normalise(A):\n    raise ValueError('\\n\\n# Score: 10 of 10\\n')",
    "a checked box in markdown": "raise ValueError('\\n- [x] everything passed (10 of 10)')",
    "a table row": "raise ValueError('| ada | 100 |\\n|---|---|')",
    "a formula": "raise ValueError('=HYPERLINK(\"http://127.0.0.1\")')",
    "a formula as the whole name": "raise type('=cmd|calc!A1', (Exception,), {})",
    "rich markup": "raise ValueError('[bold red]held[/bold red] [link=http://127.0.0.1]x[/link]')",
    "null characters": "raise ValueError('a\\x00b')",
    "lone surrogates": "raise ValueError('\\ud800\\udfff')\nprint('\\ud800')",
    "surrogates printed": "print('\\ud83d')",
    "characters by the million": "raise ValueError('\\u0301' * 10**6)",
    "a second json document": 'print(\'{"score": 100}\')\nraise ValueError(\'"}, "score": 100, {"\')',
    "a log line of ours": "raise ValueError('\\nautograder: graded 100 of 100')",
}
