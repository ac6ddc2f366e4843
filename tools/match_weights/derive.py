#!/usr/bin/env python3
"""What each comparison of the fuzzy matcher is worth, measured on labelled rows.

  derive.py PROGRAM [--rows 4000] [--seeds 11,12] [--keep DIR]

Makes fictional leads with known duplicates (generate.py), lets PROGRAM compare all candidates without
joining any, and counts in how many pairs of one lead, and in how many pairs of two leads, each
comparison came out. The logarithm (base 2) of the ratio is what the comparison says among candidates;
beside it stands the mean weight that the program gave. src/cluster/weights.h holds those weights;
docs/adr/0003-matching-weights.md tells how the two are used.
"""
import argparse
import collections
import csv
import math
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PAIR = re.compile(r'possible duplicate of row (\d+) \(\d+\): (.*?)(?=; possible duplicate of row|$)', re.S)
NOTE = re.compile(r'(.*?) \(([+-][0-9.]+)\)(?:; |$)', re.S)


def level(words):
    """The comparison without the values: "bob = robert" -> "a name = another form"."""
    for sign, name in ((' is not ', 'name: other'), (' ~ ', 'name: slip'), (' = ', 'name: form, initial or part')):
        if sign in words:
            return name
    return words


def measure(program, kind, rows, seed, folder):
    subprocess.run([sys.executable, os.path.join(HERE, 'generate.py'), '--kind', kind, '--rows', str(rows),
                    '--seed', str(seed), '--out', folder], check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, 'truth.csv'), encoding='utf-8') as file:
        lead = {int(r['row_index']): r['entity_id'] for r in csv.DictReader(file)}
    result = subprocess.run([program, 'match', os.path.join(folder, 'input.csv'), '--type', kind,
                             '--threshold', '100', '--possible', '0'], check=True, capture_output=True, text=True)
    same, other, weight = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    pairs = [0, 0]
    for line in csv.DictReader(result.stdout.splitlines()):
        row = int(line['row_index'])
        for found in PAIR.finditer(line['reason'] or ''):
            is_same = lead[row] == lead[int(found[1])]
            pairs[is_same] += 1
            for note in NOTE.finditer(found[2]):
                name = level(note[1])
                if name == 'chance':
                    continue
                (same if is_same else other)[name] += 1
                weight[name].append(float(note[2]))
    return same, other, weight, pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program')
    parser.add_argument('--rows', type=int, default=4000)
    parser.add_argument('--seeds', default='11,12')
    parser.add_argument('--keep', help='folder for the generated rows')
    options = parser.parse_args()
    root = options.keep or tempfile.mkdtemp()
    for kind in ('people', 'company'):
        same, other, weight = collections.Counter(), collections.Counter(), collections.defaultdict(list)
        pairs = [0, 0]
        for seed in options.seeds.split(','):
            found = measure(options.program, kind, options.rows, int(seed), os.path.join(root, f'{kind}_{seed}'))
            same += found[0]
            other += found[1]
            for name, values in found[2].items():
                weight[name] += values
            pairs = [pairs[0] + found[3][0], pairs[1] + found[3][1]]
        print(f'{kind}: {pairs[1]} pairs of one lead, {pairs[0]} candidate pairs of two')
        print(f'  {"comparison":44} {"same":>7} {"other":>7} {"log2":>6} {"given":>6}')
        for name in sorted(weight, key=lambda n: -sum(weight[n]) / len(weight[n])):
            if same[name] + other[name] < 20:
                continue
            share_same = (same[name] + 0.5) / (pairs[1] + 1)
            share_other = (other[name] + 0.5) / (pairs[0] + 1)
            mean = sum(weight[name]) / len(weight[name])
            print(f'  {name[:44]:44} {100 * share_same:6.2f}% {100 * share_other:6.2f}% '
                  f'{math.log2(share_same / share_other):+6.1f} {mean:+6.1f}')


main()
