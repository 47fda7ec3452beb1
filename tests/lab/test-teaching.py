"""Follows docs/teaching.md literally: runs its commands in a folder of their own, with a class of thirty. Prints TAP.

Between handing out and grading the class answers: ten have everything right, eight answer half of it, five copy the
file of another, three copy the answers into their own file, two leave all blank, one hands in no JSON, one nothing.
Arguments: the program, the top of the source tree."""

import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

PROGRAM = os.path.abspath(sys.argv[1])
TREE = pathlib.Path(sys.argv[2]).resolve()
LAB = "who-waits"
FULL, HALF = range(1, 11), range(11, 19)
COPIED_FILE, COPIED_ANSWERS = range(19, 24), range(24, 27)
BLANK, BROKEN, ABSENT = range(27, 29), 29, 30

count = 0
failed = 0


def check(name, good, why=""):
    """Prints a test point."""
    global count, failed
    count += 1
    failed += 0 if good else 1
    print("%s %d - %s" % ("ok" if good else "not ok", count, name))
    if not good:
        for line in str(why).splitlines()[:12]:
            print("#   " + line)


def blocks():
    """The commands of the page, a line each."""
    text = (TREE / "docs/teaching.md").read_text()
    for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S):
        yield from (line for line in block.splitlines() if line.strip())


def run(command, box, environment):
    """Runs a line of the page as a person would: in a shell."""
    return subprocess.run(["sh", "-c", command], cwd=box, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=300)


def student(number):
    return "s%07d" % (2400000 + number)


def answers_of(box, number):
    return json.loads((box / "sheets" / student(number) / "answers.json").read_text())


def key_of(box, environment, number):
    done = run("teardown lab key %s --student %s --format answers" % (LAB, student(number)), box, environment)
    return json.loads(done.stdout)


def hand_in(box, number, text):
    folder = box / "handed-in" / student(number)
    folder.mkdir(parents=True)
    (folder / "answers.json").write_text(text)


def answer(box, environment):
    """The class at work."""
    for number in FULL:
        hand_in(box, number, json.dumps(key_of(box, environment, number)))
    for number in HALF:
        mine = answers_of(box, number)
        key = key_of(box, environment, number)
        for place, name in enumerate(mine["answers"]):
            if place % 2 == 0:
                mine["answers"][name] = key["answers"][name]
        hand_in(box, number, json.dumps(mine))
    for number in COPIED_FILE:
        hand_in(box, number, json.dumps(dict(key_of(box, environment, number - 18), student=student(number))))
    for number in COPIED_ANSWERS:
        mine = answers_of(box, number)
        mine["answers"] = key_of(box, environment, 1)["answers"]
        hand_in(box, number, json.dumps(mine))
    for number in BLANK:
        hand_in(box, number, json.dumps(answers_of(box, number)))
    hand_in(box, BROKEN, "{ this is no JSON \x1b[31m")


def judge(box):
    """What the table says of each."""
    with open(box / "points.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    by_file = {pathlib.Path(row["file"]).parent.name: row for row in rows}
    check("a row for each file handed in", len(rows) == 29, len(rows))
    full = float(by_file[student(1)]["points"])

    def all_of(numbers, name, good):
        bad = {student(n): by_file[student(n)] for n in numbers if not good(by_file[student(n)])}
        check(name, not bad, bad)

    all_of(FULL, "who has everything right has all points", lambda row: float(row["score"]) == full)
    all_of(FULL, "and a variant of his own", lambda row: row["verdict"] == "matches")
    all_of(HALF, "who answers half of it has a part of the points", lambda row: 0 < float(row["score"]) < full)
    all_of(COPIED_FILE, "a copied file is recognised", lambda row: row["verdict"] == "foreign")
    wrong = [n for n in COPIED_FILE if by_file[student(n)]["owner"] != student(n - 18)]
    check("and so is whose it is", not wrong, wrong)
    all_of(COPIED_ANSWERS, "copied answers do not get all points", lambda row: float(row["score"]) < full)
    suspicious = [n for n in COPIED_ANSWERS if by_file[student(n)]["verdict"] == "alike"]
    check("and are noticed where they fit another variant better", len(suspicious) >= 2,
          {n: by_file[student(n)]["verdict"] for n in COPIED_ANSWERS})
    all_of(BLANK, "who answers nothing has no points", lambda row: float(row["score"]) == 0)
    all_of([BROKEN], "what is no JSON is unreadable", lambda row: row["verdict"] == "unreadable")
    check("who handed in nothing has no row", student(ABSENT) not in by_file)
    text = (box / "points.csv").read_bytes()
    check("no control character got into the table", not re.search(rb"[\x00-\x09\x0b-\x1f]", text))


def formats(box):
    """What other systems will read."""
    root = xml.etree.ElementTree.parse(box / "who-waits.xml").getroot()
    check("the Moodle file is XML with questions", root.tag == "quiz" and len(root) > 5)
    check("the GIFT file has questions", (box / "who-waits.gift").read_text().count("\n::") > 4)
    for name in ("results.json", "check50.json"):
        check("%s is JSON" % name, isinstance(json.loads((box / name).read_text()), dict))
    xml.etree.ElementTree.parse(box / "junit.xml")
    check("the TAP report has a plan", "\n1.." in (box / "points.tap").read_text())


def autograder(box, environment):
    """The archive at work, as Gradescope unpacks and calls it."""
    root = box / "autograder"
    subprocess.run([sys.executable, "-m", "zipfile", "-t", "autograder.zip"], cwd=box, check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", "autograder.zip", str(root / "source")], cwd=box, check=True)
    for name in ("setup.sh", "run_autograder"):
        done = subprocess.run(["bash", "-n", str(root / "source" / name)], stderr=subprocess.PIPE, check=False)
        check("%s is a shell script" % name, done.returncode == 0, done.stderr)
    submission = root / "submission"
    results = root / "results/results.json"
    called = dict(environment, AUTOGRADER_ROOT=str(root))
    outcome = {}
    for name, source in (("right", student(1)), ("broken", student(BROKEN)), ("empty", None)):
        shutil.rmtree(submission, ignore_errors=True)
        submission.mkdir(parents=True)
        if source:
            shutil.copy(box / "handed-in" / source / "answers.json", submission)
        done = subprocess.run(["bash", str(root / "source/run_autograder")], env=called, cwd=box,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        outcome[name] = json.loads(results.read_text()) if results.exists() else done.stdout
    check("the autograder gives all points for right answers",
          outcome["right"]["score"] == sum(test["max_score"] for test in outcome["right"]["tests"]), outcome["right"])
    check("and none for what is no JSON", outcome["broken"]["score"] == 0, outcome["broken"])
    check("and says so if nothing was handed in", "answers.json" in outcome["empty"]["output"], outcome["empty"])


def main():
    with tempfile.TemporaryDirectory() as name:
        box = pathlib.Path(name)
        (box / "bin").mkdir()
        os.symlink(PROGRAM, box / "bin/teardown")
        environment = dict(os.environ, PATH="%s:%s" % (box / "bin", os.environ["PATH"]), LC_ALL="C.UTF-8",
                           TEARDOWN_SCENARIOS=str(TREE / "scenarios"))
        environment.pop("TEARDOWN_LAB_SECRET", None)
        for command in blocks():
            if "handed-in" in command and not (box / "handed-in").exists():
                check("thirty folders are handed out", len(list((box / "sheets").iterdir())) == 30)
                answer(box, environment)
            done = run(command, box, environment)
            # Grading a class in which not everybody has everything right ends with 1, with an unreadable file 2.
            expected = (0,)
            if "lab grade handed-in/s2400001" not in command and "lab grade " in command:
                expected = (2,)
            check(command, done.returncode in expected, "status %d\n%s%s" % (
                done.returncode, done.stdout.decode("utf-8", "replace")[:400], done.stderr.decode("utf-8", "replace")))
        judge(box)
        formats(box)
        autograder(box, environment)
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


main()
