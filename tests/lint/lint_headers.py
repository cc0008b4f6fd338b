#!/usr/bin/python3
"""lint_headers.py SOURCE BUILD: every header compiles alone; those in include/ as C++ too."""
import glob
import os
import subprocess
import sys

root = sys.argv[1]
flags = subprocess.run(['pkg-config', '--cflags', 'glib-2.0', 'jansson', 'libxml-2.0'], capture_output=True, text=True,
                       check=True).stdout.split()
warnings = ['-Wall', '-Wextra', '-Werror', '-D_GNU_SOURCE', '-DSYL_VERSION="lint"', '-fsyntax-only']


def compiles(header, compiler, standard, language, folders):
    command = [compiler, f'-std={standard}', *warnings, *[f'-I{root}/{folder}' for folder in folders], *flags,
               '-x', language, '-include', os.path.join(root, header), '/dev/null']
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        print(f'{header} does not compile alone as {language}:\n{run.stderr}')
    return run.returncode == 0


good = True
count = 0
for pattern in ('include/*.h', 'include/syllabus/*.h', 'indexer/*.h', 'indexer/*/*.h', 'searchd/*.h', 'searchd/*/*.h'):
    for path in sorted(glob.glob(os.path.join(root, pattern))):
        header = os.path.relpath(path, root)
        folders = ['include'] if header.startswith('include') else ['include', header.split('/')[0]]
        good &= compiles(header, 'gcc', 'gnu17', 'c', folders)
        if header.startswith('include'):
            good &= compiles(header, 'g++', 'c++17', 'c++', folders)
        count += 1
print(f'{count} headers compiled alone')
sys.exit(not good or count == 0)
