#include "trace/trace_record.h"

#include <glib.h>
#include <stddef.h>

#define TEXT_ITEM(id, text, ...) text,
#define ID_ITEM(id, ...)         #id,

static const char *const word_texts[] = {TRACE_WORDS(TEXT_ITEM)};
static const char *const kind_names[] = {TRACE_KINDS(TEXT_ITEM)};

/* The same texts as tcp_state_name() and its sisters return, here as arrays to search. */
static const char *const state_names[] = {TCP_STATES(TEXT_ITEM)};
static const char *const stimulus_names[] = {TCP_STIMULI(ID_ITEM)};
static const char *const guard_names[] = {TCP_GUARDS(ID_ITEM)};
static const char *const timer_names[] = {TCP_TIMERS(TEXT_ITEM)};
static const char *const check_names[] = {TCP_CHECKS(TEXT_ITEM)};

G_STATIC_ASSERT(TRACE_WORD_COUNT <= 32);

const char *trace_word_text(TraceWord word) {
  g_assert((unsigned)word < TRACE_WORD_COUNT);
  return word_texts[word];
}

const char *trace_kind_name(TraceKind kind) {
  g_assert((unsigned)kind < TRACE_KIND_COUNT);
  return kind_names[kind];
}

/* All members of the record's union start at the same place, so a struct with the fields of one kind alone gives their
 * offsets. */
#define LAYOUT_MEMBER(type, name) TRACE_C_##type name;
#define LAYOUT_FIELD(type, name)                                                                                       \
  {#name, TRACE_TYPE_##type, (uint32_t)(offsetof(TraceRecord, connection) + offsetof(Layout, name))},
#define KIND_CASE(id, text, member)                                                                                    \
  case TRACE_##id: {                                                                                                   \
    typedef struct {                                                                                                   \
      TRACE_FIELDS_##id(LAYOUT_MEMBER)                                                                                 \
    } Layout;                                                                                                          \
    static const TraceField fields[] = {TRACE_FIELDS_##id(LAYOUT_FIELD)};                                              \
    *ret_count = G_N_ELEMENTS(fields);                                                                                 \
    return fields;                                                                                                     \
  }

const TraceField *trace_kind_fields(TraceKind kind, unsigned *ret_count) {
  switch (kind) {
    TRACE_KINDS(KIND_CASE)
  case TRACE_KIND_COUNT:
    break;
  }
  g_assert_not_reached();
}

#define WORD(id) (1u << TRACE_WORD_##id)

uint32_t trace_kind_words(TraceKind kind) {
  switch (kind) {
  case TRACE_HOST:
    return WORD(CRASH) | WORD(REBOOT);
  case TRACE_LINK:
    return WORD(DOWN) | WORD(UP);
  case TRACE_RULE:
    return WORD(STAY) | WORD(IGNORE);
  case TRACE_TIMER:
    return WORD(ARMED) | WORD(STOPPED) | WORD(EXPIRED);
  case TRACE_PORT:
    return WORD(BOUND) | WORD(RESERVED) | WORD(REFUSED) | WORD(RELEASED);
  case TRACE_END:
    return WORD(IDLE) | WORD(RENEWING) | WORD(DURATION) | WORD(BUDGET);
  case TRACE_CONN:
  case TRACE_APP:
  case TRACE_STATE:
  case TRACE_SENT:
  case TRACE_RECEIVED:
  case TRACE_DROPPED:
  case TRACE_DUPLICATED:
  case TRACE_DELAYED:
  case TRACE_CORRUPTED:
  case TRACE_INJECTED:
  case TRACE_DISCARDED:
  case TRACE_KIND_COUNT:
    break;
  }
  return 0;
}

const char *const *trace_type_names(TraceType type, unsigned *ret_count) {
  switch (type) {
  case TRACE_TYPE_STATE:
    *ret_count = G_N_ELEMENTS(state_names);
    return state_names;
  case TRACE_TYPE_STIMULUS:
    *ret_count = G_N_ELEMENTS(stimulus_names);
    return stimulus_names;
  case TRACE_TYPE_GUARD:
    *ret_count = G_N_ELEMENTS(guard_names);
    return guard_names;
  case TRACE_TYPE_TIMER:
    *ret_count = G_N_ELEMENTS(timer_names);
    return timer_names;
  case TRACE_TYPE_CHECK:
    *ret_count = G_N_ELEMENTS(check_names);
    return check_names;
  case TRACE_TYPE_WORD:
    *ret_count = G_N_ELEMENTS(word_texts);
    return word_texts;
  case TRACE_TYPE_NAME:
  case TRACE_TYPE_ENDPOINT:
  case TRACE_TYPE_SEGMENT:
  case TRACE_TYPE_TIME:
  case TRACE_TYPE_NUMBER:
  case TRACE_TYPE_OCTETS:
  case TRACE_TYPE_PORT:
  case TRACE_TYPE_SEQ:
  case TRACE_TYPE_FLAGS:
  case TRACE_TYPE_OPTIONS:
    break;
  }
  *ret_count = 0;
  return NULL;
}

const char *trace_type_name(TraceType type) {
  switch (type) {
  case TRACE_TYPE_NAME:
    return "name";
  case TRACE_TYPE_ENDPOINT:
    return "endpoint";
  case TRACE_TYPE_STATE:
    return "state";
  case TRACE_TYPE_STIMULUS:
    return "stimulus";
  case TRACE_TYPE_GUARD:
    return "guard";
  case TRACE_TYPE_TIMER:
    return "timer";
  case TRACE_TYPE_CHECK:
    return "check";
  case TRACE_TYPE_WORD:
    return "word";
  case TRACE_TYPE_SEGMENT:
    return "segment";
  case TRACE_TYPE_TIME:
    return "time";
  case TRACE_TYPE_NUMBER:
    return "number";
  case TRACE_TYPE_OCTETS:
    return "octets";
  case TRACE_TYPE_PORT:
    return "port";
  case TRACE_TYPE_SEQ:
    return "seq";
  case TRACE_TYPE_FLAGS:
    return "flags";
  case TRACE_TYPE_OPTIONS:
    return "options";
  }
  g_assert_not_reached();
}
