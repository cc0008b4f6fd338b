#!/usr/bin/python3
"""lint_floors.py SOURCE BUILD: who may include what.

Floors: a file includes its own floor's headers and lower ones, never higher. indexer/ and searchd/ never include each
other, lib/ includes neither. Each third-party library is included in one room only."""
import os
import re
import sys

FLOORS = {
    'indexer': {'': 5, 'report': 5, 'crawl': 4, 'index': 3, 'extract': 2, 'list': 2, 'store': 2},
    'searchd': {'': 5, 'http': 4, 'respond': 4, 'search': 3, 'query': 2},
}
ROOM_OF = {
    'curl/curl.h': {'indexer/crawl'}, 'civetweb.h': {'searchd/http'}, 'sqlite3.h': {'indexer/store'},
    'md4c.h': {'indexer/list'}, 'md4c-html.h': {'indexer/extract'}, 'xapian.h': {'lib/xapian-c'}, 'idn2.h': {'lib'},
    'seccomp.h': {'indexer/extract'}, 'zstd.h': {'indexer/store'},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def sources(root):
    for top in ('include', 'lib', 'indexer', 'searchd'):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(('.c', '.cc', '.h')):
                    yield os.path.relpath(os.path.join(folder, name), root)


def check(path, text):
    program, _, rest = path.partition('/')
    room = os.path.dirname(rest).split('/')[0]
    floors = FLOORS.get(program)
    for bracket, name in INCLUDE.findall(text):
        where = os.path.dirname(path)
        if name.startswith('libxml/') and where != 'indexer/extract':
            yield f'{path} includes <{name}>: libxml2 belongs to indexer/extract'
        if name in ROOM_OF and where not in ROOM_OF[name]:
            yield f'{path} includes <{name}>, which belongs to {", ".join(sorted(ROOM_OF[name]))}'
        if bracket == '<' or name.startswith('syllabus/') or name == 'xapian-c.h':
            if program == 'lib' and 'xapian-c/' in path and name.startswith('syllabus/'):
                yield f'{path} includes {name}: xapian-c knows nothing of Syllabus'
            continue
        target = os.path.dirname(name).split('/')[0]
        if floors is None:
            if not path.startswith('lib/xapian-c/'):
                yield f'{path} includes "{name}": shared code includes only shared headers'
        elif target not in floors:
            yield f'{path} includes "{name}", which is no room of {program}'
        elif floors[target] > floors[room]:
            yield f'{path} (floor {floors[room]}) includes "{name}" (floor {floors[target]})'


def main():
    root, count, problems = sys.argv[1], 0, []
    for path in sources(root):
        with open(os.path.join(root, path), encoding='utf-8') as file:
            problems += check(path, file.read())
        count += 1
    print('\n'.join(problems) or f'{count} files keep to their floors')
    sys.exit(bool(problems) or count == 0)


main()
