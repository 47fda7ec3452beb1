#!/usr/bin/env python3
"""check-csv.py FILE...: every file is RFC 4180 with rows of one length, no cell is a formula, no cell holds a control
character, and the columns that are numbers hold numbers. Prints what is wrong; exit status 1 then."""
import csv
import sys

TEXTS = {'connection', 'host', 'endpoint', 'role', 'state', 'stimulus', 'guard', 'rfc', 'from', 'to', 'origin', 'fate',
         'lost_at', 'by', 'check', 'flags', 'options', 'why'}
wrong = []
for path in sys.argv[1:]:
    with open(path, newline='', encoding='utf-8') as file:
        text = file.read()
    if text.count('\r\n') != text.count('\n') or not text.endswith('\r\n'):
        wrong.append(f'{path}: lines do not end in CRLF')
    rows = list(csv.reader(text.splitlines(True), strict=True))
    if len(rows) < (2 if path.endswith('states.csv') else 1):
        wrong.append(f'{path}: no rows')
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            wrong.append(f'{path}: row {number} has {len(row)} cells, not {len(rows[0])}')
        for title, cell in zip(rows[0], row):
            if cell[:1] in ('=', '+', '-', '@', '\t', '\r'):
                wrong.append(f'{path}: row {number}: {title} is a formula: {cell!r}')
            if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in cell):
                wrong.append(f'{path}: row {number}: {title} has a control character: {cell!r}')
            if number and cell and title not in TEXTS and not cell.replace('.', '', 1).isdigit():
                wrong.append(f'{path}: row {number}: {title} is no number: {cell!r}')
for line in wrong[:20]:
    print(line)
sys.exit(1 if wrong else 0)
