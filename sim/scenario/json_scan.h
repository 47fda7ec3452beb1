/* A strict scan of JSON text, made before cJSON builds the tree. It says where every value and key stands, refuses what
 * cJSON lets through, and prepares the text that cJSON reads: comments are blanked, and each token it complained about
 * is replaced by a stand-in of the same length, so that one bad token does not hide the faults behind it.
 *
 * Lines and columns count from 1; columns count characters, not octets. A byte order mark takes no column. */
#ifndef TEARDOWN_SCENARIO_JSON_SCAN_H
#define TEARDOWN_SCENARIO_JSON_SCAN_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_DEPTH  64
#define JSON_MAX_VALUES 1000000
#define JSON_MOST_FLAWS 1000 /* then it gives up */

/* Where one value stands. Places are listed in the order in which values begin, which is the order of a walk through
 * the tree that visits parents first. */
typedef struct JsonPlace {
  uint32_t offset, length; /* of the value's text, in octets */
  uint32_t line, column;
  uint32_t key_line, key_column; /* 0 when the value is no member of an object */
  uint32_t source;               /* which text: left 0 here, see json_doc.h */
  gboolean refused, key_refused; /* already complained about: what the tree holds is a stand-in */
} JsonPlace;

typedef struct JsonFlaw {
  uint32_t line, column;
  char *path; /* "$.links[0].delay" */
  char *message;
} JsonFlaw;

typedef struct JsonScan {
  char *clean;     /* as long as the text, NUL-terminated */
  GArray *places;  /* of JsonPlace */
  GArray *flaws;   /* of JsonFlaw, in order */
  gboolean broken; /* the structure could not be followed to the end: `clean` is no JSON */
} JsonScan;

/* Scans `length` octets; never fails, complaints are in `flaws`. */
void json_scan_init(JsonScan *scan, const char *text, size_t length);
void json_scan_clear(JsonScan *scan);

/* Appends a key to a JSON path: ".name", or ["odd name"] with escapes when it is not a plain word. */
void json_path_append_key(GString *path, const char *key, size_t length);

#endif
