#!/usr/bin/env python3
"""Prints font_widths.h: the advance widths of the DejaVu fonts as runs of characters of one width.

    font_widths.py /usr/share/fonts/truetype/dejavu > font_widths.h

Reads the tables head, hhea, hmtx and cmap of the TrueType files (ISO/IEC 14496-22). The fonts are free:
https://dejavu-fonts.github.io/License.html
"""
import struct
import sys

FONTS = [("SANS", "DejaVuSans"), ("SANS_BOLD", "DejaVuSans-Bold"),
         ("MONO", "DejaVuSansMono"), ("MONO_BOLD", "DejaVuSansMono-Bold")]
# What titles and names are likely to hold: Latin, Greek, Cyrillic, punctuation, arrows, symbols, replacement.
RANGES = [(0x20, 0x52F), (0x1E00, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x27BF), (0xFFFD, 0xFFFD)]


def tables(data):
    count = struct.unpack(">H", data[4:6])[0]
    found = {}
    for i in range(count):
        tag, _, offset, length = struct.unpack(">4sIII", data[12 + 16 * i:28 + 16 * i])
        found[tag.decode()] = data[offset:offset + length]
    return found


def character_map(cmap):
    """Of the format 12 subtable, which has all that the others have."""
    for i in range(struct.unpack(">H", cmap[2:4])[0]):
        offset = struct.unpack(">HHI", cmap[4 + 8 * i:12 + 8 * i])[2]
        if struct.unpack(">H", cmap[offset:offset + 2])[0] == 12:
            break
    else:
        raise SystemExit("no format 12 character map")
    glyphs = {}
    for i in range(struct.unpack(">I", cmap[offset + 12:offset + 16])[0]):
        first, last, glyph = struct.unpack(">III", cmap[offset + 16 + 12 * i:offset + 28 + 12 * i])
        for c in range(first, last + 1):
            glyphs[c] = glyph + c - first
    return glyphs


def widths(path):
    with open(path, "rb") as file:
        found = tables(file.read())
    assert struct.unpack(">H", found["head"][18:20])[0] == 2048
    metrics = struct.unpack(">H", found["hhea"][34:36])[0]

    def advance(glyph):
        return struct.unpack(">H", found["hmtx"][4 * min(glyph, metrics - 1):][:2])[0]
    return {c: advance(g) for c, g in character_map(found["cmap"]).items()}


def runs(table):
    """(first character, width) for each run; width 0 where the font has no such character."""
    result, last = [], None
    for first, final in RANGES:
        for c in range(first, final + 1):
            width = table.get(c, 0)
            if c in table and width == 0:
                width = 1  # a mark that takes no room
            if width != last:
                result.append((c, width))
                last = width
        if last != 0:
            result.append((final + 1, 0))
            last = 0
    return result


def main():
    print("/* Advance widths of the DejaVu fonts in 1/2048 em. Made by font_widths.py; not to be edited.")
    print(" * Each run begins with its first character and reaches up to the next one; width 0 says that the")
    print(" * font has no such character, or that this table has not. */")
    print("#ifndef TEARDOWN_OUTPUT_PICTURE_FONT_WIDTHS_H\n#define TEARDOWN_OUTPUT_PICTURE_FONT_WIDTHS_H\n")
    print("#include <stdint.h>\n")
    print("typedef struct FontRun {\n  uint16_t first, width;\n} FontRun;\n")
    print("/* clang-format off */")
    for name, file in FONTS:
        print(f"static const FontRun FONT_RUNS_{name}[] = {{")
        line = " "
        for first, width in runs(widths(f"{sys.argv[1]}/{file}.ttf")):
            item = f" {{{first},{width}}},"
            if len(line) + len(item) > 118:
                print(line)
                line = " "
            line += item
        print(line + "\n};")
    print("/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
