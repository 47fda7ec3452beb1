/* Labs made of text, answers to them, and what became of a blank: for the tests of sim/lab. */
#ifndef TESTS_UNIT_LABS_H
#define TESTS_UNIT_LABS_H

#include "lab/grade.h"

#include <glib.h>

#define LABS_SECRET "a secret of the tests"

/* A lab with one run, of a shipped scenario ("normal/four-segments"), and these questions (JSON, without the brackets
 * of the list). `variants` is the list's content, may be "". Stops the test if it does not load. */
Lab *labs_new(const char *scenario, const char *variants, const char *questions);
/* The same text, which must not load: its complaints, one a line. To be freed. */
char *labs_complaints(const char *scenario, const char *variants, const char *questions);

/* The key of the first blank of a question, of the base. To be freed. */
char *labs_key(const Lab *lab, const char *question);

/* The result of a student's answers: `answers` is the content of the object ("\"q1\": \"CLOSED\""), the code is the
 * student's own. */
GradeResult *labs_grade(const Lab *lab, const char *student, const char *answers);
/* A whole file. */
GradeResult *labs_grade_text(const Lab *lab, const char *text, const GradeRoster *roster);
/* The fraction that an answer to q1 earns, in thousandths, rounded. */
int labs_fraction(const Lab *lab, const char *answer);
/* The feedback on the first blank of q1 for an answer, "" for none. To be freed. */
char *labs_feedback(const Lab *lab, const char *answer);

#endif
