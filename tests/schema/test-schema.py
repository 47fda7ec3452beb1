"""Whether the program and docs/scenario.schema.json agree on what a scenario is. Prints TAP.

Arguments: the program, the top of the source tree. The folders beside this file hold scenarios that both must refuse
(malformed), that both must take (odd), and that only the program can refuse, because a schema cannot see it
(program-only: references between parts, JSON's own faults). The scenarios that ship must satisfy both."""

import json
import pathlib
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP python3-jsonschema is not installed")
    sys.exit(0)


def program_takes(program, path):
    """Returns whether the program takes the file; anything but exit status 0 or 2 is a failure of its own."""
    command = [program, "validate", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode not in (0, 2):
        raise AssertionError("exit status %d" % done.returncode)
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode == 2 and path.name not in output:
        raise AssertionError("refused without a word about the file: " + output)
    return done.returncode == 0


def schema_takes(validator, path):
    return validator.is_valid(json.loads(path.read_text(encoding="utf-8")))


def main():
    program, top = sys.argv[1], pathlib.Path(sys.argv[2])
    here = top / "tests" / "schema"
    schema = json.loads((top / "docs" / "scenario.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    # Each case: a file, and what the program and the schema must say of it; None: the schema is not asked.
    cases = [(path, False, False) for path in sorted((here / "malformed").glob("*.json"))]
    cases += [(path, True, True) for path in sorted((here / "odd").glob("*.json"))]
    cases += [(path, False, None) for path in sorted((here / "program-only").glob("*.json"))]
    cases += [(path, True, True) for path in sorted((top / "scenarios").rglob("*.json"))
              if not path.name.endswith(".lab.json")]
    print("1..%d" % len(cases))
    failed = 0
    for number, (path, program_must, schema_must) in enumerate(cases, 1):
        problems = []
        try:
            if program_takes(program, path) != program_must:
                problems.append("the program should %s it" % ("take" if program_must else "refuse"))
        except AssertionError as error:
            problems.append(str(error))
        if schema_must is not None and schema_takes(validator, path) != schema_must:
            problems.append("the schema should %s it" % ("take" if schema_must else "refuse"))
        failed += bool(problems)
        print("%s %d - %s" % ("not ok" if problems else "ok", number, path.relative_to(top)))
        for problem in problems:
            print("# " + problem)
    return 1 if failed else 0


sys.exit(main())
