"""test-lab-schema.py TREE: the shipped labs are what docs/lab.schema.json says a lab is, and mistakes are not. Prints
TAP."""
import copy
import glob
import json
import os
import sys
import warnings

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP python3-jsonschema is not installed")
    sys.exit(0)

tree = sys.argv[1]


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


lab_schema = read(os.path.join(tree, "docs", "lab.schema.json"))
scenario_schema = read(os.path.join(tree, "docs", "scenario.schema.json"))
# The resolver that Debian's jsonschema has; later versions keep it, with a warning.
warnings.filterwarnings("ignore", category=DeprecationWarning)
schemas = {"lab.schema.json": lab_schema, "scenario.schema.json": scenario_schema}
resolver = jsonschema.RefResolver("lab.schema.json", lab_schema, store=schemas)
validator = jsonschema.Draft202012Validator(lab_schema, resolver=resolver)

number = 0


def verdict(good, name, why=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good and why:
        print("# " + why.replace("\n", "\n# "))


labs = sorted(glob.glob(os.path.join(tree, "scenarios", "labs", "*.lab.json")))
verdict(len(labs) > 0, "there are labs")
for path in labs:
    error = jsonschema.exceptions.best_match(validator.iter_errors(read(path)))
    verdict(error is None, os.path.basename(path), error and f"{error.json_path}: {error.message}")

whole = {
    "version": 1, "title": "t", "summary": "s", "minutes": 5,
    "runs": [{"name": "r", "scenario": "a.json"}],
    "questions": [{"id": "q1", "kind": "number", "text": "?", "number": {"count": {"flags": "FIN"}}}],
}
verdict(validator.is_valid(whole), "the least lab")


def mistake(name, change):
    lab = copy.deepcopy(whole)
    change(lab)
    verdict(not validator.is_valid(lab), "not a lab: " + name)


mistake("no questions", lambda lab: lab["questions"].clear())
mistake("no runs", lambda lab: lab.pop("runs"))
mistake("an unknown key", lambda lab: lab.update(qestions=[]))
mistake("an unknown kind", lambda lab: lab["questions"][0].update(kind="nubmer"))
mistake("the key of another kind", lambda lab: lab["questions"][0].update(choices=[]))
mistake("a number typed in", lambda lab: lab["questions"][0].update(number=4))
mistake("an unknown number", lambda lab: lab["questions"][0].update(number={"cuont": {}}))
mistake("a hint that costs too much", lambda lab: lab["questions"][0].update(hints=[{"text": "t", "cost": 2}]))
mistake("an absolute path", lambda lab: lab["runs"][0].update(scenario="/a.json"))
mistake("nothing to draw from", lambda lab: lab.update(variants=[{"set": "seed", "from": []}]))
print(f"1..{number}")
