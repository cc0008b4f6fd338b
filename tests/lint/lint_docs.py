#!/usr/bin/python3
"""lint_docs.py SOURCE BUILD: the tables in the documents equal the tables in the code, and links inside them lead
somewhere."""
import glob
import os
import re
import subprocess
import sys

root, build = sys.argv[1:3]
problems = []


def read(path):
    with open(os.path.join(root, path), encoding='utf-8') as file:
        return file.read()


table = subprocess.run([os.path.join(build, 'bin', 'schema-table')], capture_output=True, text=True, check=True).stdout
if table not in read('docs/INDEX-FORMAT.md'):
    problems.append('docs/INDEX-FORMAT.md: its table of fields is not that of lib/schema.c; put in:\n' + table)

routes = set(re.findall(r'^\s*\{"(/[^"]*)"', read('searchd/http/routes.c'), re.M))
documented = set(re.findall(r'^\| `(/[^`]*)`', read('docs/HTTP-API.md'), re.M))
if not routes or routes != documented:
    problems.append(f'docs/HTTP-API.md: routes only in code: {sorted(routes - documented)}, '
                    f'only in the document: {sorted(documented - routes)}')

documents = [path for pattern in ('*.md', 'docs/*.md', 'docs/examples/*.md')
             for path in glob.glob(os.path.join(root, pattern))]
for path in documents:
    with open(path, encoding='utf-8') as file:
        for target in re.findall(r'\]\(([^)#\s]+)[^)]*\)', file.read()):
            if '://' not in target and not os.path.exists(os.path.join(os.path.dirname(path), target)):
                problems.append(f'{os.path.relpath(path, root)} links to {target}, which is not there')
print('\n'.join(problems) or f'{len(documents)} documents are true to the code')
sys.exit(bool(problems) or not documents)
