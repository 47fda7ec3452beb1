/* A lab: a JSON file (docs/lab-format.md) beside its scenarios. What it says is here; what one student gets of it,
 * with the keys to the questions, is a LabInstance (instance.h).
 *
 * A lab has one or more runs: a scenario, with changes. Every question is about one of them. Nothing in a lab file is
 * an answer: keys are computed from the traces of the runs. A Lab owns all it points to and is immutable once it is
 * loaded. */
#ifndef TEARDOWN_LAB_LAB_H
#define TEARDOWN_LAB_LAB_H

#include "lab/lab_question.h"
#include "scenario/scenario_json.h"

#include <glib.h>

#define LAB_VERSION       1
#define LAB_SUFFIX        ".lab.json"
#define LAB_MAX_RUNS      16
#define LAB_MAX_QUESTIONS 64
#define LAB_MAX_VARIANTS  32
#define LAB_MAX_POOL      1000
#define LAB_MAX_HINTS     5
#define LAB_MAX_POINTS    1000

/* What of a run the worksheet shows ("give"), and what is left blank in it ("hide"). */
#define LAB_GIVES(X)                                                                                                   \
  X(SETUP, "setup", "hosts, links, parameters, what the applications do")                                              \
  X(FAULTS, "faults", "what the network does to segments")                                                             \
  X(LADDER, "ladder", "the ladder as text")                                                                            \
  X(TIMELINE, "timeline", "the timeline as text")                                                                      \
  X(PICTURE, "picture", "the sequence diagram")                                                                        \
  X(CAPTURE, "capture", "a capture for Wireshark")
#define LAB_HIDES(X)                                                                                                   \
  X(STATES, "states", "names and colours of states")                                                                   \
  X(TIMES, "times", "instants and spans")                                                                              \
  X(FATES, "fates", "what was lost, delayed, refused, sent again")                                                     \
  X(RESERVATIONS, "reservations", "how long ports are reserved")
#define LAB_ENUM_GIVE(id, word, meaning) LAB_GIVE_##id,
enum { LAB_GIVES(LAB_ENUM_GIVE) LAB_GIVE_COUNT };
#undef LAB_ENUM_GIVE
#define LAB_ENUM_HIDE(id, word, meaning) LAB_HIDE_##id,
enum { LAB_HIDES(LAB_ENUM_HIDE) LAB_HIDE_COUNT };
#undef LAB_ENUM_HIDE
/* NULL-terminated lists of the words. */
extern const char *const lab_give_words[];
extern const char *const lab_hide_words[];

/* "PATH=VALUE" as scenario overrides take it. */
typedef struct LabRun {
  char *name;
  char *title;           /* what people call it; NULL: nothing said */
  char *file;            /* of the scenario: found from the lab's folder */
  GPtrArray *set;        /* of char *: changes that always apply */
  unsigned gives, hides; /* bits 1 << LAB_GIVE_x, 1 << LAB_HIDE_x; by default SETUP and FAULTS, and STATES */
  Scenario *scenario;    /* the base: `set` applied, no variant */
} LabRun;

/* One thing that differs from student to student. */
typedef struct LabVariant {
  char *path;      /* "links[0].delay" */
  GPtrArray *pool; /* of char *: values, as JSON text */
  uint32_t runs;   /* bits 1 << index: the runs it changes */
} LabVariant;

/* For the instructor. Lists of char *, each a paragraph; may be empty. */
typedef struct LabNotes {
  char *time;            /* how it usually goes, minute by minute; NULL: nothing said */
  GPtrArray *pitfalls;   /* what goes wrong in the room */
  GPtrArray *discussion; /* questions to ask afterwards */
  GPtrArray *mistaken;   /* what the class usually gets wrong, and why */
} LabNotes;

typedef struct Lab {
  char *name;            /* "01-four-segments": the file's base name without LAB_SUFFIX */
  char *file;            /* as it was given */
  char *title, *summary; /* summary: one line */
  unsigned minutes;
  GPtrArray *objectives; /* of char * */
  GPtrArray *background; /* of char *: paragraphs to read before */
  GPtrArray *references; /* of ScenarioReference */
  GPtrArray *runs;       /* of LabRun, at least one */
  GPtrArray *variants;   /* of LabVariant */
  GPtrArray *questions;  /* of LabQuestion, at least one */
  LabNotes notes;
} Lab;

/* Reads a lab and the scenarios of its runs. On failure returns NULL and fills `ret_errors` (of ScenarioError, owned by
 * the caller): every mistake of the file at once, with line, column and path. The text is hostile input. */
Lab *lab_load(const char *path, GPtrArray **ret_errors);
/* The same from memory; `path` gives the name, the folder of the scenarios, and what messages call the text. */
Lab *lab_parse(const char *text, size_t length, const char *path, GPtrArray **ret_errors);
void lab_free(Lab *lab);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lab, lab_free)

/* The sum of the questions' points. */
unsigned lab_points(const Lab *lab);
const LabRun *lab_run_of(const Lab *lab, const LabQuestion *question);
/* The file of a run's scenario; to be freed. */
char *lab_run_path(const Lab *lab, const LabRun *run);
/* NULL if there is none. */
const LabQuestion *lab_find_question(const Lab *lab, const char *id);

#endif
