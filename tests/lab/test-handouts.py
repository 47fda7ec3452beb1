"""Nothing that a student gets gives an answer away. Prints TAP. Arguments: the program, the top of the source tree.

For every shipped lab and several students: no key stands in the part of a sheet that asks for it (hints, which are
paid for, aside); figures whose states are blank name none; no secret, seed, hash or scenario is in any file; the
answers file is blank; and grading it gives nothing."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
TREE = pathlib.Path(sys.argv[2]).resolve()
LABS = sorted((TREE / "scenarios/labs").glob("*.lab.json"))
STUDENTS = ["s1", "s2", "anna.b@example.org", "x_7"]
SECRET = "correct-horse-battery-staple"
STATES = ("CLOSED LISTEN SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSE-WAIT CLOSING LAST-ACK "
          "TIME-WAIT").split()

count = 0
failed = 0


def check(name, problems):
    global count, failed
    count += 1
    failed += 1 if problems else 0
    print("%s %d - %s" % ("not ok" if problems else "ok", count, name))
    for problem in list(problems)[:8]:
        print("#   " + str(problem)[:300])


def teardown(box, *arguments):
    done = subprocess.run([PROGRAM, "lab"] + list(arguments), cwd=box, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, env=dict(os.environ, TEARDOWN_SCENARIOS=str(TREE / "scenarios"),
                                               TEARDOWN_LAB_SECRET=SECRET, LC_ALL="C.UTF-8"))
    return done.stdout.decode("utf-8")


def plain(text):
    """Markdown without its escapes and without folded hints."""
    text = re.sub(r"<details>.*?</details>", "", text, flags=re.S)
    return re.sub(r"\\([^\w\s])", r"\1", text)


def sections(sheet):
    """What a sheet says for each question, by its id: from its heading to the next."""
    parts = re.split(r"^#+ (.*)$", sheet, flags=re.M)
    return {heading.split(" ")[0]: body for heading, body in zip(parts[1::2], parts[2::2])
            if re.match(r"q\w+ \(\d+ points?\)", heading)}


def spellings(expected):
    """How a time may be written."""
    match = re.fullmatch(r"([0-9.]+)(ns|us|ms|s)", expected)
    if not match:
        return [expected]
    return [expected, "%s %s" % match.groups()]


def stands_in(word, text):
    return re.search(r"(?<![\w.-])%s(?![\w-]|\.\d)" % re.escape(word), text)


def key_problems(lab, student, sheet, key):
    """Keys that stand in the text that asks for them. Letters and numbers of lines name what is in the question's own
    table, so they stand there in any case; of a table's rows the blanks are told, not the rest."""
    asked = sections(sheet)
    kinds = {question["id"]: question["kind"] for question in lab["questions"]}
    problems = []
    for question in key["questions"]:
        body = asked[question["id"]]
        if kinds[question["id"]] not in ("state", "states", "number", "predict", "fault"):
            continue
        body = re.sub(r"^\| start \|.*$", "", body, flags=re.M)
        for blank in question["blanks"]:
            expected = blank["expected"]
            if re.fullmatch(r"\d{1,3}", expected):
                continue
            problems += ["%s %s: %s" % (student, blank["id"], word) for word in spellings(expected)
                         if stands_in(word, body) and word not in lab_text(lab, question["id"])]
    return problems


def lab_text(lab, name):
    """What the author wrote in the question: it may name a state that is not meant."""
    return next(question["text"] for question in lab["questions"] if question["id"] == name)


def figure_problems(lab, sheet):
    """States in the ladders of runs that hide them."""
    if any("hide" in run and "states" not in run["hide"] for run in lab["runs"]):
        return []
    lines = [line for line in sheet.split("\n") if line.startswith("    ")]
    return [line for line in lines for state in STATES if stands_in(state, line)]


def file_problems(path_name, lab, files):
    """Things that no file may hold."""
    scenarios = [json.loads((TREE / "scenarios/labs" / run["scenario"]).read_text()) for run in lab["runs"]]
    names = [pathlib.Path(run["scenario"]).stem for run in lab["runs"]]
    problems = []
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        for word in [SECRET, "sha256", '"seed"', "seed 1"] + names + [scenario["title"] for scenario in scenarios]:
            if word in text and word not in path_name and not any(word in run.get("title", "") for run in lab["runs"]):
                problems.append("%s: %s" % (path.name, word))
    return problems


def blank_problems(value, path="answers"):
    if isinstance(value, dict):
        return [problem for name, item in value.items() for problem in blank_problems(item, path + "." + name)]
    if isinstance(value, list):
        return [problem for item in value for problem in blank_problems(item, path + "[]")]
    return [] if value is None else ["%s: %s" % (path, value)]


def main():
    for path in LABS:
        lab = json.loads(path.read_text())
        name = path.name[:-len(".lab.json")]
        keys, figures, files, blanks, points = [], [], [], [], []
        with tempfile.TemporaryDirectory() as folder:
            box = pathlib.Path(folder)
            for student in STUDENTS:
                teardown(box, "start", name, "--student", student, "-o", "out")
                key = json.loads(teardown(box, "key", name, "--student", student, "--format", "json"))
                sheet = plain((box / "out" / student / "worksheet.md").read_text())
                keys += key_problems(lab, student, sheet, key)
                figures += figure_problems(lab, sheet)
                files += file_problems(name + lab["title"], lab, sorted((box / "out" / student).iterdir()))
                answers = box / "out" / student / "answers.json"
                blanks += blank_problems(json.loads(answers.read_text())["answers"])
                grade = json.loads(teardown(box, "grade", str(answers), "--format", "gradescope"))
                points += [grade["score"]] if grade["score"] != 0 else []
        check("%s: no key stands where it is asked for" % name, keys)
        check("%s: figures with blanks name no state" % name, figures)
        check("%s: no secret, seed, hash or scenario in any file" % name, files)
        check("%s: the answers file is blank" % name, blanks)
        check("%s: and earns nothing" % name, points)
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


main()
