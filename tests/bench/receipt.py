"""The peer of `make bench`, part "receipt": python-escpos 3.1 on the rows that our layout placed.

Standard input: JSON {"rows": [{"text", "align", "large", "bold"} | {"qr"}], "builds": n}. Output: JSON {"bytes": length of one receipt, "build_ns": median time of
one build}. Text goes raw as cp932, rows are sent as they stand on paper, the QR symbol is the printer's own.
"""

import json
import sys
import time

from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy


def build(rows):
    printer = Dummy()
    printer.hw("INIT")
    style = {"align": "left", "large": False, "bold": False}
    for row in rows:
        if "qr" in row:
            # It centres no symbol of the printer by itself.
            printer.set(align="center")
            printer.qr(row["qr"], native=True, size=6, ec=QR_ECLEVEL_M)
            continue
        # Only what changes: its fairest use, as ours.
        changed = {key: row[key] for key in style if style[key] != row[key]}
        style.update(changed)
        if "large" in changed:
            changed |= {"double_width": row["large"], "double_height": row["large"], "normal_textsize": not row["large"]}
            del changed["large"]
        if changed:
            printer.set(**changed)
        printer._raw(row["cp932"] + b"\n")
    printer.cut(feed=False)
    return printer.output


def main():
    task = json.load(sys.stdin)
    for row in task["rows"]:
        if "text" in row:
            row["cp932"] = row["text"].replace("¥", "\\").encode("cp932")
    times = []
    for _ in range(task["builds"]):
        begun = time.perf_counter_ns()
        output = build(task["rows"])
        times.append(time.perf_counter_ns() - begun)
    print(json.dumps({"bytes": len(output), "build_ns": sorted(times)[len(times) // 2]}))


main()
