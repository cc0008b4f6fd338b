#!/usr/bin/python3
"""lint_format.py SOURCE BUILD: clang-format 14 would change nothing."""
import glob
import os
import shutil
import subprocess
import sys

root = sys.argv[1]
tool = shutil.which('clang-format-14')
if tool is None:
    print('clang-format-14 is not installed (`./run test` installs it)')
    sys.exit(1)
files = sorted(path for pattern in ('**/*.c', '**/*.cc', '**/*.h')
               for folder in ('include', 'lib', 'indexer', 'searchd', 'tests')
               for path in glob.glob(os.path.join(root, folder, pattern), recursive=True))
run = subprocess.run([tool, '--dry-run', '-Werror', *files], capture_output=True, text=True)
print(run.stderr or f'{len(files)} files are formatted')
sys.exit(run.returncode != 0 or not files)
