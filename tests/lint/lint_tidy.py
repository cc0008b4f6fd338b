#!/usr/bin/python3
"""lint_tidy.py SOURCE BUILD: clang-tidy 14 finds nothing by the rules of .clang-tidy. Takes minutes."""
import glob
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

root, build = (os.path.abspath(path) for path in sys.argv[1:3])
tool = shutil.which('clang-tidy-14')
if tool is None:
    print('clang-tidy-14 is not installed (`./run test --slow` installs it)')
    sys.exit(1)
with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as file:
    known = {entry['file'] for entry in json.load(file)}
files = sorted(path for top in ('lib', 'indexer', 'searchd')
               for ending in ('c', 'cc')
               for path in glob.glob(os.path.join(root, top, '**', '*.' + ending), recursive=True) if path in known)


def check(path):
    run = subprocess.run([tool, '-p', build, '--quiet', path], capture_output=True, text=True)
    return run.returncode, run.stdout


with ThreadPoolExecutor(os.cpu_count()) as pool:
    results = list(pool.map(check, files))
print(''.join(said for _, said in results) or f'{len(files)} files are clean')
sys.exit(any(code for code, _ in results) or not files)
