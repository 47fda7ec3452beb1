"""Whether grades and questions are what other programs read: schemas typed from their documentation. Prints TAP.

Arguments: the program, the top of the source tree. The sources of the schemas:
  Gradescope    https://gradescope-autograders.readthedocs.io/en/latest/specs/
  PrairieLearn  docs/externalGrading.md of PrairieLearn
  check50       https://cs50.github.io/check50/json_specification.html
  JUnit         JUnit.xsd as Jenkins reads it
  TAP           https://testanything.org/tap-version-14-specification.html
  Moodle        https://docs.moodle.org/en/Moodle_XML_format, https://docs.moodle.org/en/GIFT_format"""

import csv
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP python3-jsonschema is not installed")
    sys.exit(0)

PROGRAM = os.path.abspath(sys.argv[1])
TREE = pathlib.Path(sys.argv[2]).resolve()
LABS = sorted(path.name[:-len(".lab.json")] for path in (TREE / "scenarios/labs").glob("*.lab.json"))
EVIL = "=cmd|' /C calc'!A0 <b>&\"'\x1b[31m ]]> \u202e,\n# SKIP {x} ~y\\"

TEXT = {"type": "string"}
SCORE = {"type": "number"}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}


def closed(properties, required):
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


GRADESCOPE = closed({
    "score": SCORE, "execution_time": SCORE, "output": TEXT, "output_format": FORMAT, "test_output_format": FORMAT,
    "test_name_format": FORMAT, "visibility": VISIBILITY, "stdout_visibility": VISIBILITY,
    "extra_data": {"type": "object"}, "leaderboard": {"type": "array"},
    "tests": {"type": "array", "minItems": 1, "items": closed({
        "score": SCORE, "max_score": SCORE, "status": {"enum": ["passed", "failed"]}, "name": TEXT,
        "name_format": FORMAT, "number": TEXT, "output": TEXT, "output_format": FORMAT,
        "tags": {"type": "array", "items": TEXT}, "visibility": VISIBILITY, "extra_data": {"type": "object"},
    }, ["score", "max_score", "name"])},
}, ["score", "tests"])

IMAGES = {"type": "array", "items": closed({"label": TEXT, "url": TEXT}, ["url"])}
PRAIRIELEARN = closed({
    "gradable": {"type": "boolean"}, "score": {"type": "number", "minimum": 0, "maximum": 1}, "message": TEXT,
    "output": TEXT, "images": IMAGES, "format_errors": {"type": "array", "items": TEXT},
    "tests": {"type": "array", "items": closed({
        "name": TEXT, "description": TEXT, "points": SCORE, "max_points": SCORE, "message": TEXT, "output": TEXT,
        "images": IMAGES}, ["name", "points", "max_points"])},
}, ["gradable", "score"])

CHECK50 = closed({
    "slug": TEXT, "version": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+"},
    "results": {"type": "array", "minItems": 1, "items": closed({
        "name": TEXT, "description": TEXT, "passed": {"enum": [True, False, None]},
        "log": {"type": "array", "items": TEXT},
        "cause": {"anyOf": [{"type": "null"}, {
            "type": "object", "properties": {"rationale": TEXT, "help": {"type": ["string", "null"]}},
            "required": ["rationale"]}]},
        "data": {"type": "object"}, "dependency": {"type": ["string", "null"]},
    }, ["name", "description", "passed", "log", "cause", "data", "dependency"])},
}, ["slug", "version", "results"])

SCHEMAS = {"gradescope": GRADESCOPE, "prairielearn": PRAIRIELEARN, "check50": CHECK50}

count = 0
failed = 0


def check(name, problems):
    """Prints a test point; `problems` is a list, empty if all is well."""
    global count, failed
    count += 1
    failed += 1 if problems else 0
    print("%s %d - %s" % ("not ok" if problems else "ok", count, name))
    for problem in list(problems)[:8]:
        print("#   " + str(problem).replace("\n", "\n#   ")[:300])


def teardown(box, *arguments):
    done = subprocess.run([PROGRAM, "lab"] + list(arguments), cwd=box, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, env=dict(os.environ, TEARDOWN_SCENARIOS=str(TREE / "scenarios"),
                                               TEARDOWN_LAB_SECRET="a secret", LC_ALL="C.UTF-8"))
    return done.stdout.decode("utf-8")


def schema_problems(text, schema):
    try:
        tree = json.loads(text)
    except ValueError as error:
        return [error]
    problems = ["%s: %s" % (list(error.path), error.message)
                for error in jsonschema.Draft202012Validator(schema).iter_errors(tree)]
    if re.search("[\x00-\x09\x0b-\x1f\u202e]", json.dumps(tree, ensure_ascii=False).replace("\\n", "")):
        problems.append("a control character")
    return problems


def sum_problems(text):
    """Points of the parts are those of the whole."""
    tree = json.loads(text)
    parts = sum(test["score"] for test in tree["tests"])
    return [] if abs(parts - tree["score"]) < 0.02 * len(tree["tests"]) else [(parts, tree["score"])]


def junit_problems(text):
    attributes = {"testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
                  "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
                  "testcase": {"name", "classname", "time"}, "failure": {"message", "type"},
                  "error": {"message", "type"}, "system-out": set()}
    children = {"testsuites": {"testsuite"}, "testsuite": {"testcase", "system-out"},
                "testcase": {"failure", "error", "skipped", "system-out"}}
    root = xml.etree.ElementTree.fromstring(text)
    problems = [] if root.tag == "testsuites" else [root.tag]
    for element in root.iter():
        problems += ["%s: attribute %s" % (element.tag, name) for name in set(element.attrib) - attributes[element.tag]]
        problems += ["%s in %s" % (child.tag, element.tag) for child in element
                     if child.tag not in children.get(element.tag, set())]
    for suite in root:
        cases = suite.findall("testcase")
        for name, tag in (("failures", "failure"), ("errors", "error")):
            if int(suite.get(name)) != sum(1 for case in cases if case.find(tag) is not None):
                problems.append("%s: %s do not add up" % (suite.get("name"), name))
        if int(suite.get("tests")) != len(cases):
            problems.append("%s: tests do not add up" % suite.get("name"))
    return problems


def tap_problems(text):
    lines = text.split("\n")
    problems = [] if lines[0] == "TAP version 14" else [lines[0]]
    plan = re.fullmatch(r"1\.\.([0-9]+)", lines[1])
    points = [line for line in lines if re.match(r"(not )?ok [0-9]+ - ", line)]
    if not plan or int(plan.group(1)) != len(points):
        problems.append("plan %s, %d points" % (lines[1], len(points)))
    in_block = False
    for line in lines[2:-1]:
        if line == "  ---":
            in_block = True
        elif line == "  ...":
            in_block = False
        elif in_block:
            if not re.fullmatch(r'  [a-z]+: "([^"\\]|\\.)*"', line):
                problems.append(line)
        elif not re.match(r"(not )?ok [0-9]+ - ", line) or re.search(r"(?<!\\)#", line):
            problems.append(line)
    return problems


def fraction_sum(question):
    return sum(float(answer.get("fraction")) for answer in question.findall("answer")
               if float(answer.get("fraction")) > 0)


def moodle_question_problems(question):
    kind, problems = question.get("type"), []
    if kind == "category":
        return [] if question.findtext("category/text") else ["no category"]
    for path in ("name/text", "questiontext/text"):
        if not question.findtext(path):
            problems.append("no " + path)
    html = question.findtext("questiontext/text") or ""
    try:
        xml.etree.ElementTree.fromstring("<div>%s</div>" % html.replace("&nbsp;", " "))
    except xml.etree.ElementTree.ParseError as error:
        problems.append("its HTML: %s" % error)
    if kind in ("multichoice", "numerical", "shortanswer") and abs(fraction_sum(question) - 100) > 0.01:
        problems.append("fractions add up to %s" % fraction_sum(question))
    if kind == "numerical":
        for answer in question.findall("answer"):
            float(answer.findtext("text"))
            float(answer.findtext("tolerance"))
    elif kind == "multichoice":
        if question.findtext("single") not in ("true", "false") or len(question.findall("answer")) < 2:
            problems.append("single, answers")
    elif kind == "matching":
        if len(question.findall("subquestion")) < 2 or not all(
                sub.findtext("text") and sub.findtext("answer/text") for sub in question.findall("subquestion")):
            problems.append("subquestions")
    elif kind == "cloze":
        blanks = re.findall(r"\{[0-9]+:(MULTICHOICE|SHORTANSWER|NUMERICAL):((?:[^}\\]|\\.)*)\}", html)
        if not blanks or not all("=" in body for _, body in blanks):
            problems.append("no blanks, or one without its answer")
        rest = re.sub(r"\{[0-9]+:(MULTICHOICE|SHORTANSWER|NUMERICAL):((?:[^}\\]|\\.)*)\}", "", html)
        if "{" in rest or "}" in rest:
            problems.append("a brace outside the blanks")
    elif kind != "shortanswer":
        problems.append("type %s" % kind)
    return ["%s: %s" % (question.findtext("name/text"), problem) for problem in problems]


def moodle_problems(text):
    root = xml.etree.ElementTree.fromstring(text)
    return [problem for question in root for problem in moodle_question_problems(question)]


def gift_problems(text):
    """Each question is ::title:: text {answer}, special characters in texts escaped."""
    problems = []
    body = "\n".join(line for line in text.split("\n") if not line.startswith("//") and not line.startswith("$"))
    for question in re.split(r"\n(?=::)", body):
        if not question.strip():
            continue
        match = re.fullmatch(r"\s*::((?:[^:\\]|\\.)+)::((?:[^{}=~#\\]|\\.)*)\{((?:[^{}\\]|\\.)*)\}\s*", question, re.S)
        if not match:
            problems.append(question[:200])
        elif not re.search(r"(^|\n)=|^#-?[0-9.]+:[0-9.e-]+|~%[0-9]", match.group(3)):
            problems.append("no answer: " + match.group(3)[:100])
    return problems


def submissions(box, lab):
    """Answers of four students: right, blank, hostile, and no JSON; their files."""
    teardown(box, "start", lab, "--student", "right", "--student", "blank", "--student", "evil", "-o", "sheets")
    sheets = box / "sheets"
    (sheets / "right/answers.json").write_text(teardown(box, "key", lab, "--student", "right", "--format", "answers"))
    evil = json.loads((sheets / "evil/answers.json").read_text())
    evil["answers"] = {name: EVIL for name in evil["answers"]}
    (sheets / "evil/answers.json").write_text(json.dumps(evil))
    (sheets / "none").mkdir()
    (sheets / "none/answers.json").write_text(EVIL)
    return [sheets / name / "answers.json" for name in ("right", "blank", "evil", "none")]


def check_lab(lab):
    with tempfile.TemporaryDirectory() as name:
        box = pathlib.Path(name)
        files = submissions(box, lab)
        for style, schema in SCHEMAS.items():
            problems = []
            for path in files:
                text = teardown(box, "grade", str(path), "--format", style)
                problems += ["%s: %s" % (path.parent.name, problem) for problem in schema_problems(text, schema)]
                problems += sum_problems(text) if style == "gradescope" else []
            check("%s: %s" % (lab, style), problems)
        check("%s: JUnit" % lab, junit_problems(teardown(box, "grade", "sheets", "--format", "junit")))
        check("%s: TAP" % lab, tap_problems(teardown(box, "grade", "sheets", "--format", "tap")))
        table = list(csv.reader(io.StringIO(teardown(box, "grade", "sheets", "--format", "csv"))))
        check("%s: CSV has a row for each, no formula" % lab,
              [row for row in table if len(row) != len(table[0])
               or any(cell[:1] in tuple("=+-@") for cell in row if cell)] or ([] if len(table) == 5 else [len(table)]))
        student = ["--student", "right"]
        for extra in ([], student):
            check("%s: Moodle%s" % (lab, " of a variant" if extra else ""),
                  moodle_problems(teardown(box, "key", lab, "--format", "moodle", *extra)))
            check("%s: GIFT%s" % (lab, " of a variant" if extra else ""),
                  gift_problems(teardown(box, "key", lab, "--format", "gift", *extra)))
        problems = []
        for person in ("blank", "right"):
            schema = json.loads((box / "sheets" / person / "answers.schema.json").read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            problems += ["%s: %s %s" % (person, list(error.path), error.message)
                         for error in jsonschema.Draft202012Validator(schema).iter_errors(
                             json.loads((box / "sheets" / person / "answers.json").read_text()))]
        check("%s: the schema of the answers takes blanks and the key" % lab, problems)


def main():
    for lab in LABS:
        check_lab(lab)
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


main()
