"""Writes batch-forms.json: one batch in every form that is read, gzip streams, and files of other kinds.

    python3 -B Tests/Fixtures/batch_forms.py > Tests/Fixtures/batch-forms.json

Needs nothing but Python. What a table or a JSON file holds is what Python's csv and json modules read back from the
very bytes.
"""

import base64
import bz2
import csv
import gzip
import io
import json
import lzma
import pickle
import random
import sqlite3
import struct
import tarfile
import tempfile
import zipfile
import zlib

HEADER = ["id", "problem", "answer"]
ROWS = [
    ["a", "What is 1,5 + 1?", "2,5"],
    ["b", "Is \"x; y\" | z\ta pair?", "\\frac{1}{2}"],
    ["c", "Two lines:\nf(x) = {x}, [y]", "7"],
    ["d", "Größe von 世界 😀 \u2028é?", "-3"],
    ["e", "no answer is known", ""],
    ["f", "a \\\"quoted\\\" tail \\\\", "0.50"],
]


def encoded(data):
    return base64.b64encode(data).decode("ascii")


def table(separator, end, quoting=csv.QUOTE_MINIMAL, first="", rows=ROWS, tail=""):
    out = io.StringIO(newline="")
    out.write(first)
    # Python does not quote a line feed where lines end with a carriage return.
    quoting = csv.QUOTE_ALL if end == "\r" else quoting
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows([HEADER] + rows)
    return out.getvalue() + tail


def read_table(text, separator):
    lines = io.StringIO(text, newline="")
    if text.startswith("sep="):
        lines.readline()
    records = [row for row in csv.reader(lines, delimiter=separator) if any(cell.strip() for cell in row)]
    places = [records[0].index(name) for name in HEADER]
    return [[row[place] for place in places] for row in records[1:]]


def known(rows):
    return [[row[0], row[1], row[2] if row[2].strip() else None] for row in rows]


def objects(rows=ROWS):
    return [dict(zip(HEADER, row)) for row in rows]


def json_rows(values):
    return [[value["id"], value["problem"], value["answer"]] for value in values]


def decoded_all(text):
    """All JSON values of a text, one after another."""
    decoder, place, values = json.JSONDecoder(), 0, []
    while text[place:].strip():
        place += len(text[place:]) - len(text[place:].lstrip())
        value, place = decoder.raw_decode(text, place)
        values.append(value)
    return values


ENCODINGS = {
    "utf-8": lambda text: text.encode("utf-8"),
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16-le": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf-16-be": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "gzip": lambda text: gzip.compress(text.encode("utf-8"), mtime=0),
}


def forms():
    found = []

    def add(name, ending, text, rows, encodings=("utf-8",)):
        for encoding in encodings:
            form = {"name": f"{name}, {encoding}", "ending": ending, "bytes": encoded(ENCODINGS[encoding](text))}
            # Only where they are others than those of the batch.
            if known(rows) != known(ROWS):
                form["rows"] = known(rows)
            found.append(form)

    for separator in [",", ";", "\t", "|"]:
        for end in ["\n", "\r\n", "\r"]:
            text = table(separator, end)
            everywhere = ENCODINGS if end == "\r\n" else ("utf-8",)
            add(f"table {separator!r} {end!r}", ".csv", text, read_table(text, separator), everywhere)
        text = table(separator, "\n", quoting=csv.QUOTE_ALL)
        add(f"table {separator!r} all quoted", ".tsv", text, read_table(text, separator))
        text = table(separator, "\n", rows=[row + ["", ""] for row in ROWS], tail=separator * 4 + "\n\n" + "  \n")
        add(f"table {separator!r} with empty cells", ".txt", text, read_table(text, separator))
    for separator in [";", ":", "^"]:
        text = table(separator, "\r\n", first=f"sep={separator}\r\n")
        add(f"table that says {separator!r}", ".csv", text, read_table(text, separator))
    mixed = table(",", "\n").split("\n")
    text = "".join(line + end for line, end in zip(mixed, ["\r\n", "\n", "\r"] * 9))
    add("table with mixed ends", ".csv", text, read_table(text, ","))

    for ascii in [True, False]:
        lines = [json.dumps(value, ensure_ascii=ascii) for value in objects()]
        for end in ["\n", "\r\n", "\r", "\n\n \t\n"]:
            text = end.join(lines) + end
            values = [json.loads(line) for line in text.replace("\r", "\n").split("\n") if line.strip()]
            add(f"lines {end!r} {ascii}", ".jsonl", text, json_rows(values), ENCODINGS if end == "\n" else ("utf-8",))
        for indent in [None, 0, 2, "\t"]:
            for end in ["\n", "\r\n", "\r"] if ascii and indent == 2 else ["\n"]:
                form = f"indent {indent!r} {end!r} {ascii}"
                text = json.dumps(objects(), ensure_ascii=ascii, indent=indent).replace("\n", end)
                everywhere = ENCODINGS if end == "\n" else ("utf-8",)
                add(f"array {form}", ".json", text, json_rows(json.loads(text)), everywhere)
                for name, more in [("data", {}), ("problems", {"version": "1.0", "tags": ["x"], "meta": {"n": [1]}})]:
                    value = {**more, name: objects(), "count": len(ROWS)}
                    text = json.dumps(value, ensure_ascii=ascii, indent=indent).replace("\n", end)
                    add(f"{name} {form}", ".json", text, json_rows(json.loads(text)[name]))
                if indent is not None:
                    text = end.join(json.dumps(value, ensure_ascii=ascii, indent=indent) for value in objects())
                    text = text.replace("\n", end)
                    add(f"objects {form}", ".json", text, json_rows(decoded_all(text)))
    text = "".join("\ufeff" + json.dumps(value) + "\n" for value in objects())
    add("lines with marks within", ".jsonl", text, json_rows(objects()))
    text = "\ufeff".join(json.dumps(value, indent=1) for value in objects())
    add("objects with marks between", ".jsonl", text, json_rows(objects()))
    text = "\n".join(json.dumps([value]) for value in objects())
    add("arrays one after another", ".json", text, json_rows(value for array in decoded_all(text) for value in array))
    return found


def gzip_streams():
    """Members by every way of compressing that zlib has, with every optional part of the header."""
    draw = random.Random(5)
    text = " ".join(draw.choice(["ab", "abc", "the", "xyzzy", "0", "12345", "\n"]) for _ in range(3_000)).encode()
    noise = bytes(draw.randrange(256) for _ in range(1_500))
    far = noise + text[:100] + bytes(40_000) + noise
    found = []

    def add(name, data, packed):
        assert zlib.decompress(packed, 31) == data or gzip.decompress(packed) == data
        found.append({"name": name, "bytes": encoded(packed), "length": len(data), "crc": zlib.crc32(data)})

    strategies = [("", zlib.Z_DEFAULT_STRATEGY), (" fixed", zlib.Z_FIXED), (" huffman", zlib.Z_HUFFMAN_ONLY)]
    for level in [0, 1, 6, 9]:
        for name, strategy in strategies:
            data = {0: noise, 1: text[:4_000], 6: far, 9: text}[level]
            packer = zlib.compressobj(level, zlib.DEFLATED, 31, 9, strategy)
            add(f"level {level}{name}", data, packer.compress(data) + packer.flush())
    packer = zlib.compressobj(9, zlib.DEFLATED, 31, 9, zlib.Z_RLE)
    add("runs", bytes(100_000), packer.compress(bytes(100_000)) + packer.flush())
    add("empty", b"", gzip.compress(b"", mtime=0))
    raw = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = raw.compress(b"one row\n") + raw.flush()
    end = struct.pack("<II", zlib.crc32(b"one row\n"), 8)
    head = b"\x1f\x8b\x08\x1e" + bytes(6) + struct.pack("<H", 5) + b"extra" + b"name.jsonl\0" + b"a comment\0"
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    add("all of a header", b"one row\n", head + body + end)
    add("two members and zeros", b"one row\nx" , head + body + end + gzip.compress(b"x", mtime=0) + bytes(512))
    return found


def kinds():
    def archive(*names, content=b"x" * 200):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for name in names:
                member = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
                stored = name == "mimetype"
                member.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                file.writestr(member, content)
        return out.getvalue()

    sheet = b"application/vnd.oasis.opendocument.spreadsheet"
    tape = io.BytesIO()
    with tarfile.open(fileobj=tape, mode="w", format=tarfile.USTAR_FORMAT) as file:
        file.addfile(tarfile.TarInfo("batch.jsonl"))
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        connection = sqlite3.connect(file.name)
        connection.execute("create table problems (id, problem)")
        connection.commit()
        connection.close()
        database = open(file.name, "rb").read()[:200]
    found = {
        "zip": [archive("batch.jsonl"), archive(), b"PK\x03\x04" + bytes(40), b"PK\x03\x04"],
        "excel": [
            archive("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
            archive("docProps/app.xml", "docProps/core.xml", "xl/theme/theme1.xml", "[Content_Types].xml")],
        "wordDocument": [archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")],
        "officeDocument": [archive("[Content_Types].xml"), archive("mimetype", content=b"application/epub+zip")],
        "openDocumentSpreadsheet": [archive("mimetype", "content.xml", content=sheet)],
        "pytorch": [archive("archive/data.pkl", "archive/data/0")],
        "numpyArchive": [archive("a.npy", "b.npy")],
        "gzip": [gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0)],
        "bzip2": [bz2.compress(b"{}"), bz2.compress(b"")],
        "xz": [lzma.compress(b"{}")],
        "tar": [tape.getvalue()[:1024]],
        "sqlite": [database],
        "pickle": [pickle.dumps({"id": "a"}, protocol=protocol) for protocol in range(2, 6)],
    }
    return [{"kind": kind, "bytes": encoded(data)} for kind, files in found.items() for data in files]


def main():
    document = {"rows": known(ROWS), "forms": forms(), "gzip": gzip_streams(), "kinds": kinds()}
    print(json.dumps(document, indent=0, ensure_ascii=True))


main()
