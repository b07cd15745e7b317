#!/usr/bin/env python3
"""Draws the kanji that receipt printers lack: drivers/src/escpos/glyphs/kanji24.bin.

Run by hand when the coverage changes, never in a build; what it reads and how is in drivers/src/escpos/glyphs/README.md.

    python3 -m venv venv && venv/bin/pip install fonttools==4.68.0 freetype-py==2.5.1
    apt-get download fonts-noto-cjk && dpkg-deb -x fonts-noto-cjk_*.deb font
    venv/bin/python scripts/make-glyphs.py font/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
"""

import struct
import sys
import zlib
from pathlib import Path

import freetype
from fontTools.ttLib import TTCollection

FAMILY = "Noto Sans CJK JP"
CELL_DOTS = 24
# Rows of the cell above the baseline: 880 of the font's 1000 units.
BASELINE_ROW = 21
CELL_MASK = (1 << CELL_DOTS) - 1
# Down and right, in dots; the nearest places first.
MOVES = sorted(((y, x) for y in range(-3, 4) for x in range(-3, 4)), key=lambda move: (abs(move[0]) + abs(move[1]), move))
FULLER_DOTS_MAX = 6
GLYPHS_PER_BLOCK = 128
MAGIC = b"kanji24\x01"
OUT = Path(__file__).parent.parent / "drivers/src/escpos/glyphs/kanji24.bin"


def main(path):
    number, font = japanese(path)
    face = freetype.Face(path, number)
    face.set_pixel_sizes(CELL_DOTS, CELL_DOTS)
    glyphs, order, index = {}, [], []
    for (base, selector), name in sorted(sequences(font).items()):
        bitmap = draw(face, font.getGlyphID(name))
        if not any(bitmap):
            continue
        if bitmap not in glyphs:
            glyphs[bitmap] = len(order)
            order.append(bitmap)
        index.append((base << 8 | place(selector), glyphs[bitmap]))
    blocks = [deflate(b"".join(order[at:at + GLYPHS_PER_BLOCK])) for at in range(0, len(order), GLYPHS_PER_BLOCK)]
    out = MAGIC + struct.pack("<III", len(index), len(order), GLYPHS_PER_BLOCK)
    out += b"".join(struct.pack("<I", key) for key, _ in index)
    out += b"".join(struct.pack("<H", glyph) for _, glyph in index)
    end = 0
    for block in blocks:
        end += len(block)
        out += struct.pack("<I", end)
    out += b"".join(blocks)
    OUT.write_bytes(out)
    print(f"{OUT}: {len(index)} sequences, {len(order)} bitmaps, {len(out)} bytes")


def japanese(path):
    """The face of a collection that draws as Japan does."""
    for number, font in enumerate(TTCollection(path).fonts):
        if font["name"].getDebugName(16) == FAMILY or font["name"].getDebugName(1).startswith(FAMILY):
            return number, font
    sys.exit(f"{path} has no face of the family {FAMILY}")


def sequences(font):
    """(character, selector or 0) -> glyph name: what a printer of JIS X 0208 and row 13 lacks, and every variation sequence."""
    cmap = font.getBestCmap()
    widths = font["hmtx"]
    em = font["head"].unitsPerEm
    found = {(u, 0): name for u, name in cmap.items() if is_han(u) and not printed(u)}
    found |= {
        (u, 0): name for u, name in cmap.items()
        if in_jis_x_0213(u) and not printed(u) and widths[name][0] == em
    }
    for table in font["cmap"].tables:
        if table.format == 14:
            for selector, pairs in table.uvsDict.items():
                found |= {(u, selector): name or cmap[u] for u, name in pairs}
    return found


def is_han(u):
    return 0x3400 <= u <= 0x4DBF or 0x4E00 <= u <= 0x9FFF or 0xF900 <= u <= 0xFAFF or 0x20000 <= u <= 0x323AF


def in_jis_x_0213(u):
    """Two-byte characters of JIS X 0213:2004, and the era name that came after it."""
    try:
        return len(chr(u).encode("shift_jis_2004")) == 2
    except UnicodeEncodeError:
        return u == 0x32FF


def printed(u):
    """Whether the printer's own font has it: JIS X 0208 and row 13 of CP932."""
    try:
        code = chr(u).encode("cp932")
    except UnicodeEncodeError:
        return False
    if len(code) == 1:
        return True
    lead, trail = code
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + (2 if trail >= 0x9F else 1)
    return 1 <= row <= 8 or row == 13 or 16 <= row <= 84


def place(selector):
    """0 no selector, 1 to 16 VS1 to VS16, 17 to 255 VS17 and on."""
    if selector == 0:
        return 0
    return selector - 0xFE00 + 1 if selector < 0xE0000 else selector - 0xE0100 + 17


def draw(face, glyph):
    """The left, the middle and the right byte of 24 rows; what stands over the edge of the cell is moved in, not cut off."""
    face.load_glyph(glyph, freetype.FT_LOAD_RENDER | freetype.FT_LOAD_TARGET_MONO)
    image = face.glyph.bitmap
    buffer, row_bytes = bytes(image.buffer), -(-image.width // 8)
    left = inside(face.glyph.bitmap_left, image.width)
    top = inside(BASELINE_ROW - face.glyph.bitmap_top, image.rows)
    rows = [0] * CELL_DOTS
    for y in range(min(image.rows, CELL_DOTS)):
        dots = int.from_bytes(buffer[y * image.pitch:y * image.pitch + row_bytes], "big")
        dots = dots << CELL_DOTS >> row_bytes * 8 >> left
        rows[top + y] = dots & CELL_MASK
    packed = [row.to_bytes(3, "big") for row in harmless(rows)]
    # Thirds of all rows beside each other: neighbours in a file are then neighbours on paper, and deflate saves an eighth more.
    return b"".join(bytes(row[third] for row in packed) for third in range(3))


def harmless(rows):
    """The cell moved by a few dots where its bytes, plain or bold, would be a real-time command to the printer; else a dot fuller."""
    for moved in (moved_by(rows, y, x) for y, x in MOVES):
        if moved and first_command(moved) is None:
            return moved
    rows = list(rows)
    for _ in range(FULLER_DOTS_MAX):
        at = first_command(rows)
        if at is None:
            return rows
        # The second byte gets one dot more between or beside its own: 04 -> 06, 05 -> 07, 14 -> 1C.
        x, top = (at + 1) // 3, (at + 1) % 3 * 8
        rows[top + (4 if columns(rows)[at + 1] == 0x14 else 6)] |= 1 << CELL_DOTS - 1 - x
    sys.exit(f"a glyph that the printer would execute wherever it stands: {rows}")


def first_command(rows):
    """Where the bytes of the cell, plain or bold, hold a real-time command."""
    for form in (rows, bold(rows)):
        data = columns(form)
        for at in range(len(data) - 1):
            if data[at] == 0x10 and data[at + 1] in (0x04, 0x05, 0x14):
                return at
    return None


def moved_by(rows, y, x):
    moved = ([0] * y + rows + [0] * -y)[max(0, -y):][:CELL_DOTS]
    moved = [(row << -x if x < 0 else row >> x) & CELL_MASK for row in moved]
    same = sum(row.bit_count() for row in moved) == sum(row.bit_count() for row in rows)
    return moved if same else None


def bold(rows):
    """Each stroke a dot wider to the right, but no gap of one dot closed."""
    return [row | row >> 1 & ~(row << 1) & CELL_MASK for row in rows]


def columns(rows):
    """As the printer gets it: 24 columns of 3 bytes, the highest dot first."""
    shown = (CELL_DOTS - 1 - x for x in range(CELL_DOTS))
    return b"".join(
        sum((rows[y] >> x & 1) << CELL_DOTS - 1 - y for y in range(CELL_DOTS)).to_bytes(3, "big") for x in shown
    )


def inside(start, length):
    return max(0, min(start, CELL_DOTS - min(length, CELL_DOTS)))


def deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return packer.compress(data) + packer.flush()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
