"""Whether every scenario that comes with the program tells what a reader needs, and pins its point. Prints TAP.

A broken stack's scenario must fail once the stack is mended: else it would show what any stack does. Every stack and
every parameter that is broken on purpose has a scenario. Arguments: the program, the top of the source tree."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
TREE = pathlib.Path(sys.argv[2]).resolve()
LIBRARY = {str(path.relative_to(TREE / "scenarios"))[:-len(".json")]: json.loads(path.read_text(encoding="utf-8"))
           for path in sorted((TREE / "scenarios").glob("*/*.json")) if not path.name.endswith(".lab.json")}
PAGE = (TREE / "docs/scenarios.md").read_text(encoding="utf-8")
STACKS = ("rfc9293", "linux", "freebsd", "windows", "lwip", "smoltcp")

count = 0
failed = 0


def check(name, problems):
    """Prints a test point; `problems` is a list, empty if all is well."""
    global count, failed
    count += 1
    failed += 1 if problems else 0
    print("%s %d - %s" % ("not ok" if problems else "ok", count, name))
    for problem in list(problems)[:12]:
        print("#   " + str(problem).replace("\n", "\n#   ")[:300])


def teardown(*arguments):
    return subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          env=dict(os.environ, TEARDOWN_SCENARIOS=str(TREE / "scenarios"), LC_ALL="C.UTF-8"))


def text_problems(name, scenario):
    """Title, lesson, what to look at, where to read on."""
    problems = [key for key in ("title", "lesson") if not scenario.get(key)]
    problems += [] if scenario.get("look_at") else ["look_at"]
    problems += [] if any(reference.get("url") for reference in scenario.get("references", [])) else ["no URL"]
    problems += [] if len(scenario.get("expect", [])) > 1 else ["expectations"]
    for text in [scenario.get("lesson", ""), scenario.get("description", "")] + scenario.get("look_at", []):
        if text and text[-1] not in ".)":
            problems.append("no full stop: " + text[-40:])
    # Another scenario that a text refers to must be there.
    words = " ".join([scenario.get("description", "")] + scenario.get("look_at", []))
    subjects = "|".join(sorted({other.split("/")[0] for other in LIBRARY}))
    problems += ["no scenario " + found for found in re.findall(r"\b(?:%s)/[a-z0-9-]+" % subjects, words)
                 if found not in LIBRARY]
    return ["%s: %s" % (name, problem) for problem in problems]


def is_broken(profile):
    return profile is not None and profile not in STACKS


def mended(scenario):
    """The same with stacks that are not broken: the one that it was made from says `fin-wait-2-forever` is Linux's."""
    scenario = json.loads(json.dumps(scenario))
    for host in scenario["hosts"].values():
        if is_broken(host.get("profile")):
            host["profile"] = "linux" if host["profile"] == "fin-wait-2-forever" else "rfc9293"
        host["tcp"] = {key: value for key, value in host.get("tcp", {}).items() if not key.startswith("bug_")}
    return scenario


def mended_problems(box):
    problems = []
    for name, scenario in LIBRARY.items():
        if not name.startswith("broken-stacks/"):
            continue
        path = box / "mended.json"
        path.write_text(json.dumps(mended(scenario)), encoding="utf-8")
        status = teardown("check", str(path)).returncode
        if status != 1:
            problems.append("%s: status %d" % (name, status))
    return problems


def bugs_used():
    used = set()
    for scenario in LIBRARY.values():
        for host in scenario["hosts"].values():
            used |= {key for key in host.get("tcp", {}) if key.startswith("bug_")}
            used |= {host["profile"]} if is_broken(host.get("profile")) else set()
    return used


def main():
    check("the library has 45 scenarios or more", [] if len(LIBRARY) >= 45 else [len(LIBRARY)])
    check("each has a title, a lesson, what to look at, a URL and expectations",
          [problem for name, scenario in LIBRARY.items() for problem in text_problems(name, scenario)])
    titles = [scenario["title"] for scenario in LIBRARY.values()]
    check("no two have the same title", sorted({title for title in titles if titles.count(title) > 1}))
    done = teardown("check", str(TREE / "scenarios"), "--format", "tap").stdout.decode("utf-8")
    check("all that they expect holds", [line for line in done.split("\n") if line.startswith("not ok")]
          or ([] if done.count("\nok ") > 500 else ["too few expectations: %d" % done.count("\nok ")]))
    with tempfile.TemporaryDirectory() as name:
        check("a broken stack's scenario fails when the stack is mended", mended_problems(pathlib.Path(name)))
    schema = (TREE / "docs/scenario.schema.json").read_text(encoding="utf-8")
    profiles = json.loads(schema)["$defs"]
    words = set(re.findall(r'"(bug_[a-z_0-9]+)"', json.dumps(profiles)))
    broken = {word for word in re.findall(r'`"([a-z0-9-]+)"`', (TREE / "docs/scenario-format.md").read_text(
        encoding="utf-8")) if word in {host.get("profile") for scenario in LIBRARY.values()
                                       for host in scenario["hosts"].values()} and is_broken(word)}
    # What a broken profile sets, its scenario shows.
    shown = bugs_used() | {bug for profile in broken for bug in re.findall(
        r"^(bug_[a-z_0-9]+) +true", teardown("profiles", profile).stdout.decode("utf-8"), re.M)}
    check("there are bugs to show", [] if len(words) > 10 and len(broken) >= 8 else [len(words), len(broken)])
    check("every bug has a scenario", sorted(words - shown))
    check("and the page shows every scenario", [name for name in LIBRARY if "teardown run %s<" % name not in PAGE])
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


main()
