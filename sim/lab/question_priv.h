/* What the kinds of questions share. Private to question*.c and instance.c. */
#ifndef TEARDOWN_LAB_QUESTION_PRIV_H
#define TEARDOWN_LAB_QUESTION_PRIV_H

#include "lab/instance.h"
#include "lab/lab_question.h"

extern const LabKindInfo LAB_KIND_INFO_STATE, LAB_KIND_INFO_STATES, LAB_KIND_INFO_ORDER, LAB_KIND_INFO_SEGMENT,
    LAB_KIND_INFO_NUMBER, LAB_KIND_INFO_CHOOSE, LAB_KIND_INFO_PREDICT, LAB_KIND_INFO_DESIGN, LAB_KIND_INFO_FAULT,
    LAB_KIND_INFO_REPAIR;

/* The key of a question: texts filled in, blanks and table made by its kind. NULL with `error`. */
LabKey *lab_key_new(const LabKeySource *source, const LabQuestion *question, GError **error);

/* Sets `error` (LAB_ERROR_KEY) and returns FALSE. */
gboolean question_fails(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* An end of a connection that a question names. */
typedef struct QuestionEnd {
  char *host, *conn;
} QuestionEnd;
void question_end_clear(QuestionEnd *end);
/* "host", and "conn" where the host has several connections. */
gboolean question_end_load(Loader *l, const JsonAt *at, QuestionEnd *ret_end);
const CheckEnd *question_end_find(const LabKeySource *source, const QuestionEnd *end, GError **error);
/* "client", or "client.web" if the host has several connections in the trace. To be freed. */
char *question_end_name(const LabKeySource *source, const CheckEnd *end);

/* "client > server  F. 1:1(0) ack 1": a record `sent` or `injected`. To be freed. */
char *question_segment_text(const LabKeySource *source, const TraceRecord *record);
/* "150 ms". To be freed. */
char *question_time_text(SimTime at);
/* What set a change of state off, without a word of any state: "close()", "F. 1:1(0) ack 1 arrives". To be freed. */
char *question_cause_text(const LabKeySource *source, const TraceRecord *state);
/* Why a state was left or entered, for feedback: "it enters FIN-WAIT-2 at 100 ms: the ACK of our FIN (RFC 9293 3.10.7.4
 * fifth)". To be freed. */
char *question_change_text(const LabKeySource *source, const CheckStep *step);

/* An answer that should be a text; NULL if it is none. Borrowed from the answer. */
const char *question_text_answer(const cJSON *value);
/* What was given, for reports: the text, or the JSON, 200 characters at most. NULL if it was left blank. To be freed.
 * */
char *question_given(const cJSON *value);
/* Judges a state. */
void question_grade_state(const cJSON *value, TcpState expected, const char *why, LabVerdict *verdict);
/* The length of the longest common subsequence of two lists of small numbers. */
unsigned question_common(const GArray *a, const GArray *b); /* of int */

/* The step of an end at an instant. */
const CheckStep *question_step_at(const CheckEnd *end, SimTime at);

#endif
