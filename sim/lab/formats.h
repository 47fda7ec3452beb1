/* The formats of other programs, for the table of format.c: graders' results, test reports, question banks. Each in its
 * format_*.c; what a format cannot say is said there. All take the arguments of LabFormat's functions. */
#ifndef TEARDOWN_LAB_FORMATS_H
#define TEARDOWN_LAB_FORMATS_H

#include "lab/format.h"

/* A row for each answers file: RFC 4180. */
void format_csv_grades(const GPtrArray *results, const TextStyle *style, GString *out);
/* results.json of a Gradescope autograder; one result. */
void format_gradescope_grades(const GPtrArray *results, const TextStyle *style, GString *out);
/* results.json of PrairieLearn's external grader; one result. */
void format_prairielearn_grades(const GPtrArray *results, const TextStyle *style, GString *out);
/* check50's JSON; one result. */
void format_check50_grades(const GPtrArray *results, const TextStyle *style, GString *out);
/* JUnit XML: a suite for each answers file, a case for each question. */
void format_junit_grades(const GPtrArray *results, const TextStyle *style, GString *out);
/* TAP version 14: a test point for each question of each answers file. */
void format_tap_grades(const GPtrArray *results, const TextStyle *style, GString *out);
/* Question banks: Moodle XML and GIFT. Kinds that must be run to be graded (design, repair) are left out. */
void format_moodle_key(const LabInstance *instance, const TextStyle *style, GString *out);
void format_gift_key(const LabInstance *instance, const TextStyle *style, GString *out);

#endif
