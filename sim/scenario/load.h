/* Inside the loaders of scenarios and labs: what their parts share. Each load_x() reads one kind of value, complains if
 * it is not what it should be, and returns FALSE then, with its outputs untouched; the parts go on, so that all
 * complaints of a file come at once. Nothing here is used outside sim/scenario/ and sim/lab/, but for the loader of
 * sweeps, files of the same kind. */
#ifndef TEARDOWN_SCENARIO_LOAD_H
#define TEARDOWN_SCENARIO_LOAD_H

#include "scenario/json_doc.h"
#include "scenario/scenario.h"

typedef struct Loader {
  JsonDoc *doc;
  Scenario *scenario; /* being filled */
  GPtrArray *errors;  /* of ScenarioError */
  /* Whether every host, link, connection was understood. If not, a name that is not found may be the fault of an
   * error that was reported, and what depends on it is not complained about once more. */
  gboolean hosts_known, links_known, conns_known;
  GHashTable *conn_names;                 /* name -> place in scenario->connections */
  GHashTable *app_names;                  /* name -> AppScript */
  unsigned processes[SCENARIO_MAX_HOSTS]; /* unnamed applications without a connection, so far */
  GHashTable *app_ends;                   /* host and connection that an application works on, as one int64 */
} Loader;

/* Complaints about a value, and about its key. */
void load_error(Loader *l, const JsonAt *at, const char *format, ...) G_GNUC_PRINTF(3, 4);
void load_key_error(Loader *l, const JsonAt *at, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* "expected EXPECTED, not the number 5". */
void load_type_error(Loader *l, const JsonAt *at, const char *expected);
/* "expected EXPECTED, not "x"; did you mean "y"?", the nearest of `words` if one is near, else all of them. */
void load_word_error(Loader *l, const JsonAt *at, const char *expected, const char *text, const char *const *words);

/* An object with no keys but `keys` (NULL-terminated) and "$comment". Complains about other keys and still returns
 * TRUE; FALSE if it is no object. */
gboolean load_object(Loader *l, const JsonAt *at, const char *const *keys);
gboolean load_list(Loader *l, const JsonAt *at, unsigned most);

/* The member `key` of an object; FALSE if there is none, or if it was complained about when it was read. */
gboolean load_member(const Loader *l, const JsonAt *object, const char *key, JsonAt *ret_at);
/* Whether an object has the key at all. */
gboolean load_has(const JsonAt *object, const char *key);
/* load_member() that complains when there is none: "missing key "delay": expected ...". */
gboolean load_required(Loader *l, const JsonAt *object, const char *key, const char *expected, JsonAt *ret_at);

/* Loops over the items of a list or the members of an object, passing over refused ones and "$comment". */
gboolean load_next(const Loader *l, const JsonAt *container, JsonAt *child);
#define LOAD_EACH(l, container, child) for (JsonAt child = {0}; load_next(l, container, &child);)

/* Scalars. `ret_text` belongs to the tree. */
gboolean load_text(Loader *l, const JsonAt *at, const char *expected, const char **ret_text);
gboolean load_long_text(Loader *l, const JsonAt *at, glong most_characters, char **ret_copy);
gboolean load_name(Loader *l, const JsonAt *at, const char **ret_name);
gboolean load_uint(Loader *l, const JsonAt *at, guint64 low, guint64 high, guint64 *ret_value);
gboolean load_bool(Loader *l, const JsonAt *at, gboolean *ret_value);
/* The index of a word of the NULL-terminated list. */
gboolean load_word(Loader *l, const JsonAt *at, const char *const *words, unsigned *ret_index);
/* `unit` is the one that a bare number probably meant. `word`, if not NULL, is written for SIM_NEVER ("never"). */
gboolean load_time(Loader *l, const JsonAt *at, const char *unit, SimTime low, SimTime high, const char *word,
                   SimTime *ret_time);
gboolean load_rate(Loader *l, const JsonAt *at, guint64 *ret_bits_per_second);
gboolean load_probability(Loader *l, const JsonAt *at, Probability *ret_probability);
/* An integer, "3.." or "2..4", with both ends in [low, high]; "3.." ends at UINT64_MAX. */
gboolean load_range(Loader *l, const JsonAt *at, guint64 low, guint64 high, FaultRange *ret_range);
gboolean load_state(Loader *l, const JsonAt *at, TcpState *ret_state);
gboolean load_flags(Loader *l, const JsonAt *at, gboolean *ret_exact, TcpFlags *ret_flags);

/* References. The name of a host or connection to its index. */
gboolean load_host(Loader *l, const JsonAt *at, uint32_t *ret_host);
gboolean load_conn(Loader *l, const JsonAt *at, uint32_t *ret_conn);
gboolean load_find_host(const Loader *l, const char *name, uint32_t *ret_host);
void load_unknown_host(Loader *l, const JsonAt *at, const char *name);
/* Whether `name` is of the form that hosts, connections and applications have. */
gboolean load_is_name(const char *name, size_t length);
/* The connection that `object` names by "conn", or the only one that `host` has; complains if there is no telling.
 * `what` says what needs it. */
gboolean load_conn_of(Loader *l, const JsonAt *object, uint32_t host, const char *what, uint32_t *ret_conn);

/* The same, where a population will do: `ret_count` connections from `ret_conn` on. */
gboolean load_conns_of(Loader *l, const JsonAt *object, uint32_t host, const char *what, uint32_t *ret_conn,
                       uint32_t *ret_count);
/* "load-7" of population "load". */
gboolean load_find_member(const Loader *l, const char *name, uint32_t *ret_conn);

const ScenarioHost *load_host_at(const Loader *l, uint32_t host);
/* The entry of "connections" that a connection, by index, belongs to. */
const ScenarioConn *load_conn_at(const Loader *l, uint32_t conn);

/* The parts of a scenario, in the order in which they must be read. Each takes the root object. */
void load_hosts(Loader *l, const JsonAt *root);
void load_links(Loader *l, const JsonAt *root);
void load_connections(Loader *l, const JsonAt *root);
void load_apps(Loader *l, const JsonAt *root);
void load_events(Loader *l, const JsonAt *root);
void load_faults(Loader *l, const JsonAt *root);
void load_expectations(Loader *l, const JsonAt *root);

/* For files that speak of a scenario's traces, and are no scenarios. */
/* Sets up a loader that knows the names of a scenario that was loaded before; clear it when done. */
void load_names_init(Loader *l, JsonDoc *doc, Scenario *scenario, GPtrArray *errors);
void load_names_clear(Loader *l);
/* A segment as "expect" describes it; never NULL, the caller's. One entry of "expect", appended to `list`; of
 * "references" likewise (of ScenarioReference, freed by scenario_reference_free()). */
SegmentMatch *load_segment_match(Loader *l, const JsonAt *at);
void load_expectation(Loader *l, const JsonAt *at, GPtrArray *list);
void load_reference(Loader *l, const JsonAt *at, GPtrArray *list);
void scenario_reference_free(gpointer reference);
/* Puts complaints in the order of the file. */
void load_sort_errors(GPtrArray *errors, const char *file);
/* Appends a file, at most one octet more than `most`: enough to be refused. Returns errno. */
int load_read_file(const char *path, size_t most, GString *text);
void load_file_error(GPtrArray *errors, const char *file, const char *message);

/* In words, for people. To be freed. */
char *load_flags_text(TcpFlags flags); /* "SYN,ACK" */
char *load_fault_text(const Scenario *scenario, const Fault *fault);
char *load_expectation_text(const Expectation *expectation);

#endif
