/* What became of one student's answers: the structure that every format (format.h) is written from.
 *
 * Points are doubles, but only sums of shares of small integers: print them with grade_points_text(), which rounds to
 * hundredths and knows no locale. The same files and the same secret give the same bytes. All texts are untrusted. */
#ifndef TEARDOWN_LAB_GRADE_H
#define TEARDOWN_LAB_GRADE_H

#include "lab/answers.h"
#include "lab/instance.h"

#include <glib.h>

typedef struct GradeBlank {
  char *id;        /* "q3.2" */
  char *label;     /* "client at 150 ms"; may be "" */
  char *given;     /* NULL: left blank */
  char *expected;  /* the key, in words for a design or repair */
  double fraction; /* 0 to 1 */
  double score, points;
  char *feedback; /* NULL: nothing to say */
} GradeBlank;

typedef struct GradeQuestion {
  char *id, *text; /* text: what was asked, values filled in */
  LabKind kind;
  double points;
  double fraction;     /* of the blanks, weighted, before hints are paid for */
  unsigned hints_used; /* and what they cost in points: */
  double hints_cost;
  double score;      /* never below 0 */
  gboolean answered; /* at least one blank was filled in */
  GPtrArray *blanks; /* of GradeBlank */
  char *feedback;    /* about the whole, in one or more lines: what the grader saw, then `why`; NULL: nothing to say */
  char *rfc;         /* the section that decides it; NULL */
} GradeQuestion;

/* Whose answers they are. Anything but MATCHES is for the instructor to look at; the points stand. */
#define GRADE_VERDICTS(X)                                                                                              \
  X(MATCHES, "matches", "the variant is the student's own")                                                            \
  X(NO_CODE, "no-code", "the file gives no variant code")                                                              \
  X(FOREIGN, "foreign", "the variant is another student's")                                                            \
  X(UNKNOWN_CODE, "unknown-code", "the variant is nobody's")                                                           \
  X(ALIKE, "alike", "the code is the student's own, but the answers fit another's variant better")                     \
  X(NOT_LISTED, "not-listed", "the student is not on the roster")                                                      \
  X(DUPLICATE, "duplicate", "another file is of the same student")                                                     \
  X(UNREADABLE, "unreadable", "the file could not be graded")
#define GRADE_ENUM_VERDICT(id, word, meaning) GRADE_##id,
typedef enum { GRADE_VERDICTS(GRADE_ENUM_VERDICT) GRADE_VERDICT_COUNT } GradeVerdict;
#undef GRADE_ENUM_VERDICT
const char *grade_verdict_word(GradeVerdict verdict);
const char *grade_verdict_meaning(GradeVerdict verdict);

typedef struct GradeResult {
  char *file;
  char *student;     /* "" if unknown */
  char *lab, *title; /* the lab's name ("" if unknown) and title */
  char *code;        /* the variant code that the student should have; "" */
  char *given_code;  /* the one in the file; NULL: none */
  GradeVerdict verdict;
  char *owner;          /* FOREIGN, ALIKE: whose variant it is, if the roster tells; else NULL */
  char *remark;         /* the verdict as a sentence, for the instructor; NULL for MATCHES */
  GPtrArray *questions; /* of GradeQuestion, as in the lab; empty if UNREADABLE */
  double score, points; /* sums */
  GPtrArray *problems;  /* of char *: what is wrong with the file */
} GradeResult;

void grade_result_free(GradeResult *result);

/* A class: who may hand in. */
typedef struct GradeRoster {
  GPtrArray *students; /* of char *, as in the file, each once */
} GradeRoster;
/* One student a line; what follows the first comma, semicolon, tab or blank is ignored, as are empty lines and lines
 * beginning with #. NULL with `error`, with file and line. */
GradeRoster *grade_roster_load(const char *path, GError **error);
void grade_roster_free(GradeRoster *roster);

/* Where labs come from: by the name that an answers file gives. Returns a lab that the finder owns, or NULL with
 * `ret_why` (to be freed). */
typedef struct GradeLabs GradeLabs;
struct GradeLabs {
  const Lab *(*find)(GradeLabs *labs, const char *name, char **ret_why);
};

/* The variants that were computed so far, for one secret: whoever grades many files keeps them. Answers are held
 * against the variants of the first thousand only. */
typedef struct GradeCache GradeCache;
GradeCache *grade_cache_new(void);
void grade_cache_free(GradeCache *cache);

typedef struct GradeOptions {
  GradeLabs *labs;
  const char *secret;
  const GradeRoster *roster; /* NULL: none; FOREIGN is UNKNOWN_CODE then */
  GradeCache *cache;         /* NULL: none */
} GradeOptions;

/* Grades one file. Never fails: what cannot be graded is a result that says so. */
GradeResult *grade_answers(const Answers *answers, const GradeOptions *options);
/* After all files are graded: marks those that are of the same student and lab. `results` is of GradeResult. */
void grade_mark_duplicates(GPtrArray *results);

/* "7.5", "10", "0.33": hundredths at most; `buffer` has `size` octets, 32 suffice. */
char *grade_points_text(double points, char *buffer, size_t size);
/* Whether all points were reached and nothing is to be looked at. */
gboolean grade_is_full(const GradeResult *result);

#endif
