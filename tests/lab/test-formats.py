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


# The shares of a mark that Moodle's importer knows; any other is refused, or rounded with a complaint.
MOODLE_SHARES = [100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5,
                 11.11111, 10, 5, 0]


def is_share(text):
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) and abs(float(text)) in MOODLE_SHARES


def html_problems(what, text):
    """What Moodle shows as HTML is well-formed, and is no more than markup of our own."""
    try:
        root = xml.etree.ElementTree.fromstring("<div>%s</div>" % (text or "").replace("&nbsp;", " "))
    except xml.etree.ElementTree.ParseError as error:
        return ["%s: its HTML: %s" % (what, error)]
    return ["%s: <%s>" % (what, element.tag) for element in root.iter()
            if element.tag in ("script", "iframe", "style", "object", "form")
            or any(name.startswith("on") for name in element.attrib)]


def fraction_sum(question):
    return sum(float(answer.get("fraction")) for answer in question.findall("answer")
               if float(answer.get("fraction")) > 0)


def right_ones(kind, body):
    """How many of the alternatives of a cloze's blank are right."""
    alternatives = re.split(r"(?<!\\)~", body)
    if kind == "NUMERICAL" and not re.fullmatch(r"=-?[0-9.]+:[0-9.e-]+", body):
        return 0
    return sum(1 for one in alternatives if one.startswith("=") and len(one) > 1)


def moodle_question_problems(question):
    kind, problems = question.get("type"), []
    if kind == "category":
        return [] if question.findtext("category/text") else ["no category"]
    for path in ("name/text", "questiontext/text"):
        if not question.findtext(path):
            problems.append("no " + path)
    html = question.findtext("questiontext/text") or ""
    problems += html_problems("text", html)
    if len(question.findtext("name/text") or "") > 255:
        problems.append("a name that does not fit")
    for path in ("questiontext", "generalfeedback", "hint", "answer/feedback"):
        for element in question.findall(path):
            problems += html_problems(path, element.findtext("text"))
            if element.get("format") != "html":
                problems.append("%s: format %s" % (path, element.get("format")))
    if question.findtext("penalty") not in ("0.0000000", "0.1000000", "0.2000000", "0.2500000", "0.3333333",
                                            "0.5000000", "1.0000000"):
        problems.append("penalty %s" % question.findtext("penalty"))
    problems += ["fraction %s" % answer.get("fraction") for answer in question.findall("answer")
                 if not is_share(answer.get("fraction") or "")]
    if kind != "cloze" and not float(question.findtext("defaultgrade")) > 0:
        problems.append("no grade")
    if kind in ("multichoice", "numerical", "shortanswer") and abs(fraction_sum(question) - 100) > 0.01:
        problems.append("fractions add up to %s" % fraction_sum(question))
    if kind == "numerical":
        for answer in question.findall("answer"):
            float(answer.findtext("text"))
            float(answer.findtext("tolerance"))
    elif kind == "multichoice":
        if question.findtext("single") not in ("true", "false") or len(question.findall("answer")) < 2:
            problems.append("single, answers")
        if question.findtext("single") == "true" and not any(
                answer.get("fraction") == "100" for answer in question.findall("answer")):
            problems.append("no answer is right")
        for answer in question.findall("answer"):
            problems += html_problems("answer", answer.findtext("text"))
    elif kind == "matching":
        if len(question.findall("subquestion")) < 2 or not all(
                sub.findtext("text") and sub.findtext("answer/text") for sub in question.findall("subquestion")):
            problems.append("subquestions")
        stems = [sub.findtext("text") for sub in question.findall("subquestion")]
        if len(set(stems)) < len(stems): # of two that look the same, nobody can tell which is which
            problems.append("two things to match look the same")
        if any(len(sub.findtext("answer/text")) > 255 for sub in question.findall("subquestion")):
            problems.append("an answer that does not fit")
    elif kind == "cloze":
        blanks = re.findall(r"\{[0-9]+:(MULTICHOICE|SHORTANSWER|NUMERICAL):((?:[^}\\]|\\.)*)\}", html)
        if not blanks or not all(right_ones(blank, body) == 1 for blank, body in blanks):
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
        else:
            problems += gift_answer_problems(match.group(3))
            problems += html_problems("GIFT text", gift_plain(re.sub(r"^ *\[html\]", "", match.group(2))))
    return problems


def gift_plain(text):
    """What Moodle's importer makes of a text: escapes resolved."""
    return re.sub(r"\\(n|[\\:~=#{}])", lambda found: "\n" if found.group(1) == "n" else found.group(1), text)


def gift_answer_problems(body):
    problems = []
    if "\\" in re.sub(r"\\[n\\:~=#{}]", "", body):
        problems.append("an escape that GIFT does not have: " + body[:100])
    body, _, general = body.partition("\n####")
    problems += html_problems("GIFT feedback", gift_plain(general))
    if re.search(r"(?<!\\)[~=#]", general):
        problems.append("a mark in the feedback: " + general[:100])
    if body.startswith("#"):
        return problems + ([] if re.fullmatch(r"#-?[0-9.]+:[0-9.e-]+", body) else ["number: " + body[:100]])
    alternatives = re.findall(r"(?:^|\n)([=~])((?:[^\n\\]|\\.)*)", body)
    if "".join("\n" + mark + text for mark, text in alternatives).lstrip("\n") != body.lstrip("\n"):
        problems.append("not only alternatives: " + body[:100])
    right = 0
    for mark, text in alternatives:
        share = re.match(r"%([^%]*)%", text)
        if share and not is_share(share.group(1)):
            problems.append("share " + share.group(1))
        right += 100 if mark == "=" else float(share.group(1)) if share and float(share.group(1)) > 0 else 0
        text = text[share.end():] if share else text
        answer, _, feedback = re.sub(r"\\#", "\x00", text).partition("#")
        problems += [found for part in (answer.partition(" -> ")[0], feedback)
                     for found in html_problems("GIFT answer", gift_plain(part.replace("\x00", "#")))]
        if re.search(r"(?<!\\)[~=]", answer + feedback):
            problems.append("a mark in an answer: " + text[:100])
    matching = [answer for mark, answer in alternatives if mark == "=" and " -> " in answer]
    if matching and (len(matching) != len(alternatives) or len(matching) < 2
                     or len(set(one.partition(" -> ")[0] for one in matching)) < len(matching)):
        problems.append("matching: " + body[:100])
    if not matching and not 99.9 < right < 100.1:
        problems.append("shares add up to %s: %s" % (right, body[:100]))
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


def check_marks():
    """A lab whose texts are full of marks comes out as it is."""
    marks = "=1 {2} ~3 #4 :5 \\6 <b>&\"' ]]> -> %50% //7"
    runs = [{"name": "a", "title": marks, "scenario": "a.json"}]
    lab = {"version": 1, "title": marks, "summary": marks, "minutes": 5, "runs": runs, "questions": [
        {"id": "q1", "kind": "choose", "text": marks, "why": marks, "rfc": marks,
         "hints": [{"text": marks, "cost": 0.2}], "choices": [
             {"text": marks, "right": True, "feedback": marks},
             {"text": marks + "8", "right": False, "feedback": marks}]},
        {"id": "q2", "kind": "choose", "several": True, "text": marks, "choices": [
            {"text": marks + str(i), "right": i < 3} for i in range(5)]},
        {"id": "q3", "kind": "order", "of": "segments", "text": marks},
        {"id": "q4", "kind": "predict", "ends": [{"host": "client"}], "text": marks},
        {"id": "q5", "kind": "number", "number": {"count": {}}, "text": marks}]}
    with tempfile.TemporaryDirectory() as name:
        box = pathlib.Path(name)
        (box / "marks.lab.json").write_text(json.dumps(lab))
        (box / "a.json").write_text((TREE / "scenarios/loss/last-ack-lost.json").read_text())
        text = teardown(box, "key", "marks.lab.json", "--format", "moodle")
        problems = moodle_problems(text) if text else ["nothing"]
        shown = [answer.findtext("text") for answer in xml.etree.ElementTree.fromstring(text or "<a/>").iter("answer")]
        if not any(marks == html_plain(answer or "") for answer in shown):
            problems.append("no answer is the text")
        check("marks in texts: Moodle", problems)
        text = teardown(box, "key", "marks.lab.json", "--format", "gift")
        problems = gift_problems(text) if text else ["nothing"]
        answers = re.findall(r"\n[=~](?:%[^%]*%)?((?:[^\n\\#]|\\.)*)", text)
        if not any(marks == html_plain(gift_plain(answer)).rstrip() for answer in answers):
            problems.append("no answer is the text")
        check("marks in texts: GIFT", problems)


def html_plain(text):
    return "".join(xml.etree.ElementTree.fromstring("<div>%s</div>" % text).itertext())


def main():
    for lab in LABS:
        check_lab(lab)
    check_marks()
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


main()
