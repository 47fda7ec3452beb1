/* A question of a lab. What all kinds have in common is LabQuestion; what one kind says besides is its `spec`. What a
 * kind does stands in one row of a table (lab_question_kind()): read the spec from JSON, compute the key from a trace,
 * grade an answer. Files question_*.c hold a kind or two each.
 *
 * A question has blanks: "q3" alone, or "q3.1", "q3.2", ...; each is worth its share of the question's points, and each
 * is graded by itself. */
#ifndef TEARDOWN_LAB_LAB_QUESTION_H
#define TEARDOWN_LAB_LAB_QUESTION_H

#include "lab/query.h"

#include <cjson/cJSON.h>
#include <glib.h>

/* Kinds: identifier, word in the lab file, what the answer in an answers file is.
 *
 *   state      the state of a host at an instant                      "FIN-WAIT-2"
 *   states     the column(s) of a blanked timeline                    ["FIN-WAIT-1", "CLOSE-WAIT", ...], row by row
 *   order      segments or states that were shuffled                  ["C", "A", "B"], the letters in the right order
 *   segment    which line of the list of segments is meant            3, or [3, 5] where several are asked for
 *   number     a time or a count, with tolerance                      "240s", 4
 *   choose     one of several (or all that apply)                     "B", or ["A", "C"]
 *   predict    the whole path of one or more ends, before running     {"client": ["ESTABLISHED", "FIN-WAIT-1", ...]}
 *   design     a scenario in which something comes about              "my.json" (beside the answers), or the object
 *   fault      which row of the table a broken stack breaks           {"state": ..., "stimulus": ..., "next": ...}
 *   repair     the parameters that mend a broken stack                {"time_wait_restart": "fin"} */
#define LAB_QUESTION_KINDS(X)                                                                                          \
  X(STATE, "state", "a state")                                                                                         \
  X(STATES, "states", "a list of states, row by row")                                                                  \
  X(ORDER, "order", "a list of letters in the right order")                                                            \
  X(SEGMENT, "segment", "the number of a segment, or a list of numbers")                                               \
  X(NUMBER, "number", "a number; a time has a unit, as in \"240s\"")                                                   \
  X(CHOOSE, "choose", "a letter, or a list of letters where several may be right")                                     \
  X(PREDICT, "predict", "for each host a list of states")                                                              \
  X(DESIGN, "design", "the name of a scenario file beside the answers, or the scenario itself")                        \
  X(FAULT, "fault", "the state, the stimulus and the next state of a row of the table")                                \
  X(REPAIR, "repair", "parameters of TCP and their values")
#define LAB_ENUM_KIND(id, word, answer) LAB_##id,
typedef enum { LAB_QUESTION_KINDS(LAB_ENUM_KIND) LAB_KIND_COUNT } LabKind;
#undef LAB_ENUM_KIND

typedef struct LabHint {
  char *text;
  double cost; /* the share of the question's points that it costs, 0 to 1; hints are opened in order */
} LabHint;

/* A value that stands in texts as {name}. */
typedef struct LabLet {
  char *name;
  QueryNumber *number;
} LabLet;

typedef struct LabQuestion {
  char *id; /* "q1": a name, unique in the lab */
  LabKind kind;
  unsigned run;     /* index in lab->runs */
  char *text;       /* what is asked; may hold {name} of `lets` */
  unsigned points;  /* 1 by default */
  char *why;        /* shown once graded: the reason, may hold {name}; NULL: nothing said */
  char *rfc;        /* the section that decides it ("RFC 9293 3.10.7.4"); NULL: nothing said */
  GPtrArray *hints; /* of LabHint, in the order in which they are opened */
  GPtrArray *lets;  /* of LabLet */
  void *spec;       /* of the kind; NULL while it could not be read */
} LabQuestion;

void lab_question_free(LabQuestion *question);

/* --- keys --------------------------------------------------------------------------------------------------------- */

typedef enum {
  LAB_BLANK_STATE,    /* a TCP state */
  LAB_BLANK_TIME,     /* "240s" */
  LAB_BLANK_COUNT,    /* 4 */
  LAB_BLANK_LETTER,   /* "B": of the table's first column */
  LAB_BLANK_LETTERS,  /* a set of letters */
  LAB_BLANK_ORDER,    /* a list of letters, in order */
  LAB_BLANK_PATH,     /* a list of states, in order */
  LAB_BLANK_SEGMENT,  /* a number of the table's first column */
  LAB_BLANK_SEGMENTS, /* a set of them */
  LAB_BLANK_STIMULUS, /* "SEG_FIN": a name of tcp_stimulus_name() */
  LAB_BLANK_SCENARIO, /* a file */
  LAB_BLANK_PARAMS,   /* parameters and values */
} LabBlankType;

/* One blank to fill in. `expected` is the key: it must never reach a student. */
typedef struct LabBlank {
  char *id;    /* "q3", "q3.2": as in reports */
  char *label; /* what stands beside it: "client at 150 ms"; "" where the question says it all */
  LabBlankType type;
  char *expected; /* as an answers file would give it ("FIN-WAIT-2", "240s", "B"); for DESIGN and REPAIR what is
                   * expected, in words */
  double weight;  /* its share of the question; those of a question add up to 1 */
} LabBlank;

/* What a question shows besides its text, as a table: the choices, the shuffled items, the list of segments, the rows
 * of a timeline. A cell is a text, or a blank to fill in (then `text` is NULL). Texts are untrusted. */
typedef struct LabCell {
  char *text;
  int blank; /* index in key->blanks; -1: none */
} LabCell;

typedef struct LabTable {
  GPtrArray *columns; /* of char *: headings */
  GPtrArray *rows;    /* of GArray of LabCell, each as long as `columns` */
} LabTable;

/* The key of one question for one variant. */
typedef struct LabKey {
  const LabQuestion *question;
  char *text;        /* the question with its values filled in */
  char *why;         /* the same of `why`; NULL if there is none */
  GPtrArray *hints;  /* of char *: the same of the hints' texts */
  GPtrArray *blanks; /* of LabBlank, at least one */
  LabTable *table;   /* NULL: nothing to show */
  /* CHOOSE: for each row of the table whether it is right, and its feedback (NULL: none). */
  GArray *choice_right;       /* of gboolean; NULL for other kinds */
  GPtrArray *choice_feedback; /* of char *, may hold NULL; NULL for other kinds */
  gboolean several;           /* CHOOSE, SEGMENT: more than one may be given */
  double tolerance;           /* NUMBER: as a share of the value; 0: exact */
  int64_t tolerance_absolute; /* NUMBER: nanoseconds, or a count; what is greater of both counts */
  GPtrArray *answer_fields;   /* PREDICT, FAULT: of char *: the members that the answer has; NULL: it is no object */
  void *data;                 /* of the kind, for grading */
  GDestroyNotify data_free;
} LabKey;

void lab_key_free(LabKey *key);
/* A new blank of the key, `expected` and `label` copied; id and weight are set once the key is complete. */
LabBlank *lab_key_add_blank(LabKey *key, LabBlankType type, const char *label, const char *expected);
/* Starts the table; the headings end with NULL. */
LabTable *lab_key_add_table(LabKey *key, const char *heading, ...) G_GNUC_NULL_TERMINATED;
GArray *lab_table_add_row(LabTable *table);
/* A cell with a copy of a text, or with the blank of that index. */
void lab_row_add_text(GArray *row, const char *text);
void lab_row_add_blank(GArray *row, int blank);
/* "A", "B", ... "Z", "AA"; to be freed. */
char *lab_letter(unsigned index);

/* What a key is computed from. */
typedef struct LabKeySource {
  const struct Lab *lab;
  const struct LabInstance *instance; /* whose shuffles it uses */
  const Scenario *scenario;           /* of the question's run, with the variant's values */
  const QuerySource *query;           /* of its trace */
} LabKeySource;

/* --- grading ------------------------------------------------------------------------------------------------------ */

/* What became of a blank: filled by the kind's grade(). */
typedef struct LabVerdict {
  char *given;     /* as text; NULL: left blank */
  double fraction; /* 0 to 1 */
  char *feedback;  /* NULL: nothing to say */
} LabVerdict;
void lab_verdict_set(LabVerdict *verdict, const char *given, double fraction, const char *feedback);

/* An answer, untrusted. */
typedef struct LabAnswer {
  const cJSON *value; /* NULL or JSON null: left blank */
  const char *text;   /* the JSON text of the value, for kinds that parse it again; NULL if it is left blank */
  const char *folder; /* the folder of the answers file, the only one that a file may be read from; NULL: none may */
} LabAnswer;

typedef struct LabKindInfo {
  LabKind kind;
  const char *word;
  const char *const *keys; /* of its spec in the lab file, NULL-terminated; the common ones aside */
  /* The members of the question's object to a spec; complains through `l` and may return NULL then. */
  void *(*load)(Loader *l, const JsonAt *at);
  void (*spec_free)(void *spec);
  /* Fills blanks, table and data of the key; FALSE with `error` if the trace has no answer. */
  gboolean (*make_key)(const LabKeySource *source, LabKey *key, GError **error);
  /* Grades: `verdicts` has one for each blank, zeroed. Whatever the answer is, this returns. The kind may say something
   * about the whole in `comment`. */
  void (*grade)(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                GString *comment);
} LabKindInfo;

const LabKindInfo *lab_question_kind(LabKind kind);
/* NULL-terminated. */
extern const char *const lab_kind_words[];
/* What an answer to such a question looks like: "a list of states, row by row". */
const char *lab_kind_answer(LabKind kind);

typedef enum { LAB_ERROR_KEY, LAB_ERROR_VARIANT, LAB_ERROR_STUDENT } LabError;
#define LAB_ERROR (lab_error_quark())
GQuark lab_error_quark(void);

#endif
