/* A JSON text as a cJSON tree in which every value knows where it stands. Values put in later (--set) know from which
 * --set they came. Complaints are ScenarioErrors (scenario_json.h). A JsonDoc owns its tree and copies of its texts. */
#ifndef TEARDOWN_SCENARIO_JSON_DOC_H
#define TEARDOWN_SCENARIO_JSON_DOC_H

#include <cjson/cJSON.h>
#include <glib.h>

#include "scenario/json_scan.h"

/* After so many complaints no more are made: somebody is feeding us noise. */
#define JSON_MOST_COMPLAINTS 1000

/* A value and how it was reached: a chain that lives on the stack of the functions that walk down the tree. */
typedef struct JsonAt {
  const struct JsonAt *up; /* NULL at the root */
  cJSON *item;
  int index; /* in the list `up`; -1 when `up` is an object or NULL */
} JsonAt;

typedef struct JsonDoc JsonDoc;

/* Reads `length` octets, called `file` in complaints. Appends what is wrong to `errors` (of ScenarioError). Returns
 * NULL if no tree could be built; a tree may be returned along with complaints. */
JsonDoc *json_doc_new(const char *text, size_t length, const char *file, GPtrArray *errors);
void json_doc_free(JsonDoc *doc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonDoc, json_doc_free)

cJSON *json_doc_root(const JsonDoc *doc);

/* The value or its key was complained about when it was read: what the tree holds is a stand-in, to be passed over. */
gboolean json_doc_refused(const JsonDoc *doc, const cJSON *item);
/* Its key was: whatever it was meant to be called. */
gboolean json_doc_key_refused(const JsonDoc *doc, const cJSON *item);
/* The line of a value in the file, 0 for one that --set put in. */
int json_doc_line(const JsonDoc *doc, const cJSON *item);
/* The text of a number exactly as it was written. To be freed. */
char *json_doc_token(const JsonDoc *doc, const cJSON *item);

/* Appends a complaint about a value, or about its key. */
void json_doc_complain(const JsonDoc *doc, GPtrArray *errors, const JsonAt *at, gboolean key, const char *message);

/* Puts a value where PATH says ("links[0].delay", "$." allowed in front), making members and list items that are not
 * there yet. `label` ("--set") is what complaints call it. VALUE is JSON, or a string if it is none. Appends a
 * complaint and changes nothing if PATH leads nowhere. */
void json_doc_set(JsonDoc *doc, const char *path, const char *value, const char *label, GPtrArray *errors);

/* The tree on one line, keys sorted, without "$schema" and "$comment", numbers as they were written. To be freed. */
char *json_doc_canonical(const JsonDoc *doc);

#endif
